"""Terraform's functions, by subject."""
