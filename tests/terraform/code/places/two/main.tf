terraform {
  required_providers {
    aws = {
      source                = "hashicorp/aws"
      configuration_aliases = [aws.src, aws.dst]
    }
  }
}

variable "region" {}

resource "aws_instance" "here" {
  ami           = "ami-00800005"
  instance_type = "t3.micro"
  tags          = { region = var.region.here }
}

resource "aws_instance" "src" {
  provider      = aws.src
  ami           = "ami-00800006"
  instance_type = "t3.micro"
  tags          = { region = var.region.src }
}

resource "aws_ami_copy" "dst" {
  provider          = aws.dst
  name              = "c"
  source_ami_id     = "ami-00800007"
  source_ami_region = var.region.src
  tags              = { region = var.region.src }
}

resource "aws_instance" "dst" {
  provider      = aws.dst
  ami           = aws_ami_copy.dst.id
  instance_type = "t3.micro"
  tags          = { region = var.region.dst }
}

resource "aws_instance" "in_the_wrong_place" {
  provider      = aws.src
  ami           = aws_ami_copy.dst.id
  instance_type = "t3.micro"
  tags          = { region = var.region.src }
}
