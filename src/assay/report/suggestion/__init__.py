"""Which images could replace one that does not pass; one format per file."""
