"""What uses an AMI? Plans (and later HCL) become `AmiReference`s."""
