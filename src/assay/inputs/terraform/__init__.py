"""What Terraform code says, read and evaluated as far as it can be known without a plan."""
