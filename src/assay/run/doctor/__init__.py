"""What `doctor` looks at, one after the other."""
