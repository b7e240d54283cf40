"""What Allowed AMIs would refuse: one format a file."""
