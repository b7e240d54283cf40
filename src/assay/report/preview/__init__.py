"""What Allowed AMIs would refuse; one format per file."""
