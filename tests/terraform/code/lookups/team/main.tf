variable "image" {}

variable "pattern" {}

data "aws_ami" "own" {
  most_recent = true
  owners      = ["self"]

  filter {
    name   = "name"
    values = [var.pattern]
  }
}

resource "aws_instance" "given" {
  ami           = var.image
  instance_type = "t3.micro"
}

resource "aws_instance" "found" {
  ami           = data.aws_ami.own.id
  instance_type = "t3.micro"
}

output "found" {
  value = data.aws_ami.own.id
}
