# One reference for each line of the policy. Allowed AMIs are in audit mode, so that what they would
# refuse can still be seen.

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

variable "deep_ami" {
  description = "Made from a copy of a build."
}

variable "strangers_ami" {
  description = "Made from a build by a stranger."
}

variable "vendor_ami" {
  description = "Amazon Linux, as Amazon publishes it."
}

variable "home_made_ami" {
  description = "Registered by hand."
}

variable "revoked_ami" {
  description = "A build that the policy revokes."
}

variable "revoked_mark_ami" {
  description = "A build whose mark the policy revokes."
}

variable "deprecated_ami" {
  description = "A build past its deprecation time."
}

variable "old_ami" {
  description = "A build of two months ago."
}

variable "ancient_ami" {
  description = "A build of four months ago."
}

variable "critical_ami" {
  description = "A build in which Amazon Inspector has found something critical."
}

variable "unscanned_ami" {
  description = "A build that Amazon Inspector has not scanned."
}

variable "older_ami" {
  description = "A build of this month."
}

resource "aws_instance" "deep" {
  ami           = var.deep_ami
  instance_type = "t3.small"
}

resource "aws_instance" "strangers" {
  ami           = var.strangers_ami
  instance_type = "t3.small"
}

resource "aws_instance" "vendor" {
  ami           = var.vendor_ami
  instance_type = "t3.small"
}

resource "aws_instance" "home_made" {
  ami           = var.home_made_ami
  instance_type = "t3.small"
}

resource "aws_instance" "revoked" {
  ami           = var.revoked_ami
  instance_type = "t3.small"
}

resource "aws_instance" "revoked_mark" {
  ami           = var.revoked_mark_ami
  instance_type = "t3.small"
}

resource "aws_instance" "deprecated" {
  ami           = var.deprecated_ami
  instance_type = "t3.small"
}

resource "aws_instance" "old" {
  ami           = var.old_ami
  instance_type = "t3.small"
}

resource "aws_instance" "ancient" {
  ami           = var.ancient_ami
  instance_type = "t3.small"
}

resource "aws_instance" "critical" {
  ami           = var.critical_ami
  instance_type = "t3.small"
}

resource "aws_instance" "unscanned" {
  ami           = var.unscanned_ami
  instance_type = "t3.small"
}

# Ran on a newer build.
resource "aws_instance" "downgrade" {
  ami           = var.older_ami
  instance_type = "t3.small"
}

resource "aws_autoscaling_group" "unpinned" {
  availability_zones = ["us-east-1a"]
  min_size           = 1
  max_size           = 2

  launch_template {
    name    = "workers"
    version = "$Latest"
  }
}
