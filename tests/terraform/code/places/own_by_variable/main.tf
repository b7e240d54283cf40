variable "region" {}

provider "aws" {
  region = var.region
}

resource "aws_instance" "this" {
  ami           = "ami-0080000a"
  instance_type = "t3.micro"
  tags          = { region = var.region }
}
