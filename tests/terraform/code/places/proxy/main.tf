# The way before Terraform 0.15: empty blocks stand for what the caller passes.
provider "aws" {}

provider "aws" {
  alias = "src"
}

resource "aws_instance" "this" {
  ami           = "ami-0080000b"
  instance_type = "t3.micro"
  tags          = { region = "us-west-2" }
}

resource "aws_instance" "src" {
  provider      = aws.src
  ami           = "ami-0080000c"
  instance_type = "t3.micro"
  tags          = { region = "eu-west-3" }
}
