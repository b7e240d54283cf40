"""The report, one format a file."""
