variable "region" {}

resource "aws_instance" "this" {
  ami           = "ami-00800004"
  instance_type = "t3.micro"
  tags          = { region = var.region }
}
