"""One image's lineage without a plan, one form a file."""
