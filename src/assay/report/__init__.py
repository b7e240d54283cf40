"""Reports: one format a file. Formats add no judgement of their own."""
