"""The report, one format per file."""
