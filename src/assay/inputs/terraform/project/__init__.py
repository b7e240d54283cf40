"""Which files and modules are the code of one root, as Terraform and OpenTofu find them."""
