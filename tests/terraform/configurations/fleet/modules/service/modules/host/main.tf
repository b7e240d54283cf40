terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

variable "image" {
  type = string
}

resource "aws_instance" "this" {
  count         = 1
  ami           = var.image
  instance_type = "m5.large"
}
