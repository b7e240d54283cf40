"""What could stand where an image does not pass: one format a file."""
