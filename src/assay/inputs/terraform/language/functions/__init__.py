"""Terraform's functions, by what they are about."""
