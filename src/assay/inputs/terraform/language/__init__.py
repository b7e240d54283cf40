"""Computes values as Terraform's language does: exactly, or as something unknown."""
