"""What Terraform's language makes of values: exactly that, or something unknown."""
