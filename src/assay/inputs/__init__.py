"""What uses an AMI? Plans and Terraform code become `AmiReference`s."""
