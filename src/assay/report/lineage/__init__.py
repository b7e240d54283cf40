"""One image's lineage without a plan; one format per file."""
