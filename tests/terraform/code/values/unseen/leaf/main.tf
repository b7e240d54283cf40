variable "image" {}

resource "aws_instance" "one" {
  ami           = var.image
  instance_type = "t3.micro"
}

resource "aws_instance" "two" {
  count         = 2
  ami           = "ami-00a0001${count.index}"
  instance_type = "t3.micro"
}

module "deeper" {
  source = "../../nesting/middle/leaf"
  image  = aws_instance.one.ami
}

output "image" {
  value = module.deeper.image
}
