"""Reports: one format per file. Formats only present verdicts; they judge nothing themselves."""
