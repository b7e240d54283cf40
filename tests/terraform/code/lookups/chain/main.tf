variable "image" {}

locals {
  one   = var.image
  two   = { id = local.one }
  three = [local.two]
}

resource "aws_launch_template" "this" {
  name     = "chain"
  image_id = local.three[0].id
}

resource "aws_instance" "this" {
  ami           = aws_launch_template.this.image_id
  instance_type = "t3.micro"
}

resource "aws_ami_from_instance" "this" {
  name               = "chain"
  source_instance_id = aws_instance.this.id
}

resource "aws_instance" "next" {
  ami           = aws_ami_from_instance.this.id
  instance_type = "t3.micro"
}
