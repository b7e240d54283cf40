# Recent, scanned builds, and one copy of them. Allowed AMIs are enforced, and admit golden images only.

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

variable "golden_ami" {
  description = "Scanned: nothing worse than low."
}

variable "copied_ami" {
  description = "Scanned: nothing found."
}

resource "aws_instance" "web" {
  ami           = var.golden_ami
  instance_type = "t3.small"
}

resource "aws_instance" "vault" {
  ami           = var.copied_ami
  instance_type = "t3.small"
}

resource "aws_autoscaling_group" "workers" {
  availability_zones = ["us-east-1a"]
  min_size           = 1
  max_size           = 2

  launch_template {
    name    = "workers"
    version = "1"
  }
}
