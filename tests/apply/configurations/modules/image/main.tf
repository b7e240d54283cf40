variable "name" {}
variable "source_image" {}

resource "aws_ami_copy" "this" {
  name              = var.name
  source_ami_id     = var.source_image
  source_ami_region = "us-east-1"
}

output "id" {
  value = aws_ami_copy.this.id
}

output "details" {
  value = { image = aws_ami_copy.this, name = var.name }
}
