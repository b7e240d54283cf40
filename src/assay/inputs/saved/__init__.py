"""Saved plans, as `terraform plan -out=FILE` writes them: the kind of file, and the code in it."""
