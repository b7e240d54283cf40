# Everything that is not a build of the pipeline, and was not made from one by the team.

terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

provider "aws" {
  region                      = "us-east-1"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

variable "home_made_ami" {
  description = "Registered by hand."
}

variable "own_mark_ami" {
  description = "Registered by hand, and marked golden-al2023 by the team itself."
}

variable "vendor_ami" {
  description = "Amazon Linux, as Amazon publishes it."
}

variable "strangers_ami" {
  description = "Made from a build by a stranger with whom it was shared."
}

variable "disabled_ami" {
  description = "The team's copy of a build, disabled."
}

resource "aws_instance" "home_made" {
  ami           = var.home_made_ami
  instance_type = "t3.small"
}

resource "aws_instance" "own_mark" {
  ami           = var.own_mark_ami
  instance_type = "t3.small"
}

resource "aws_instance" "vendor" {
  ami           = var.vendor_ami
  instance_type = "t3.small"
}

resource "aws_instance" "strangers" {
  ami           = var.strangers_ami
  instance_type = "t3.small"
}

resource "aws_instance" "disabled" {
  ami           = var.disabled_ami
  instance_type = "t3.small"
}

resource "aws_ami" "from_snapshot" {
  name             = "from-snapshot"
  root_device_name = "/dev/xvda"

  ebs_block_device {
    device_name = "/dev/xvda"
    snapshot_id = "snap-0123456789abcdef0"
  }
}

resource "aws_instance" "from_snapshot" {
  ami           = aws_ami.from_snapshot.id
  instance_type = "t3.small"
}
