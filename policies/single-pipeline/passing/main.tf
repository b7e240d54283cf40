# A team that uses builds as they are, copies them, and bakes its application on top.

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

variable "copied_ami" {
  description = "The team's copy of the build."
}

variable "application_ami" {
  description = "Baked on the copy with CreateImage."
}

resource "aws_instance" "web" {
  ami           = var.golden_ami
  instance_type = "t3.small"
}

resource "aws_instance" "worker" {
  ami           = var.copied_ami
  instance_type = "t3.small"
}

resource "aws_launch_template" "application" {
  name     = "application"
  image_id = var.application_ami
}

resource "aws_autoscaling_group" "application" {
  availability_zones = ["us-east-1a"]
  min_size           = 1
  max_size           = 2

  launch_template {
    id      = aws_launch_template.application.id
    version = aws_launch_template.application.latest_version
  }
}

# A copy that this plan makes is judged by what it is a copy of.
resource "aws_ami_copy" "encrypted" {
  name              = "encrypted"
  source_ami_id     = var.golden_ami
  source_ami_region = "us-east-1"
  encrypted         = true
}

resource "aws_instance" "vault" {
  ami           = aws_ami_copy.encrypted.id
  instance_type = "t3.small"
}

# The pipeline's latest build, by the name it publishes: passes, and is reported as unpinned.
resource "aws_launch_template" "latest" {
  name     = "latest"
  image_id = "resolve:ssm:/golden/al2023"
}
