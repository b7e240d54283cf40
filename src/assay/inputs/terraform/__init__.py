"""Terraform code, read and evaluated as far as possible without a plan."""
