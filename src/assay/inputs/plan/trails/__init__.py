"""What a value that is unknown until apply can come from."""
