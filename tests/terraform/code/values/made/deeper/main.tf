variable "image" {}

resource "aws_ami_copy" "deeper" {
  name              = "deeper"
  source_ami_id     = var.image
  source_ami_region = "us-east-1"
}

output "made" {
  value = aws_ami_copy.deeper.id
}
