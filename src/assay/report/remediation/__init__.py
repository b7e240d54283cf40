"""What may be done about images of unknown origin: one format a file."""
