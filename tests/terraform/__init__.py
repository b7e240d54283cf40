"""assay on plans that the real Terraform makes."""
