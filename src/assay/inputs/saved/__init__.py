"""Saved plans, as `terraform plan -out=FILE` writes them: what such a file is, and the code in it."""
