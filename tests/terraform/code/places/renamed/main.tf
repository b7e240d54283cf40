terraform {
  required_providers {
    cloud = { source = "hashicorp/aws" }
  }
}

resource "aws_instance" "this" {
  provider      = cloud
  ami           = "ami-0080000d"
  instance_type = "t3.micro"
  tags          = { region = "eu-west-3" }
}
