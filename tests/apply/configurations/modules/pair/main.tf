terraform {
  required_providers {
    aws = {
      source                = "hashicorp/aws"
      configuration_aliases = [aws.far]
    }
  }
}

variable "image" {}
variable "near" {}
variable "far" {}

resource "aws_instance" "here" {
  for_each      = { image = var.image, near = var.near }
  ami           = each.value
  instance_type = "t3.small"
}

resource "aws_instance" "far" {
  provider      = aws.far
  ami           = var.far
  instance_type = "t3.small"
}
