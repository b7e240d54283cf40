# What the reader may not ask, what it cannot see, and what is not ready.

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

variable "golden_ami" {}

variable "private_ami" {
  description = "A build that the pipeline has not shared."
}

variable "pending_ami" {
  description = "A copy that is still being made."
}

# The reader is denied ec2:GetAllowedImagesSettings, which the policy needs.
resource "aws_instance" "settings_denied" {
  ami           = var.golden_ami
  instance_type = "t3.small"
}

resource "aws_instance" "not_shared" {
  ami           = var.private_ami
  instance_type = "t3.small"
}

resource "aws_instance" "pending" {
  ami           = var.pending_ami
  instance_type = "t3.small"
}
