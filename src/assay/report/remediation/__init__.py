"""What can be done about images of unknown origin; one format per file."""
