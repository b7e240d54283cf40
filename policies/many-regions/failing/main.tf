# Builds from the wrong Region, wherever their copies lie.

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

provider "aws" {
  alias                       = "dublin"
  region                      = "eu-west-1"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

variable "copied_ami_in_dublin" {
  description = "A copy of the build of us-east-1."
}

variable "built_in_mumbai_ami" {
  description = "A copy of a build that was marked in ap-south-1."
}

variable "strangers_ami" {
  description = "Made from a build by a stranger."
}

variable "deep_ami" {
  description = "Made from an image that was made from a copy of a build."
}

variable "home_made_ami_in_dublin" {
  description = "Registered by hand."
}

# Lies in Europe, and was not built there.
resource "aws_instance" "dublin" {
  provider      = aws.dublin
  ami           = var.copied_ami_in_dublin
  instance_type = "t3.small"
}

resource "aws_instance" "built_in_mumbai" {
  ami           = var.built_in_mumbai_ami
  instance_type = "t3.small"
}

resource "aws_instance" "strangers" {
  ami           = var.strangers_ami
  instance_type = "t3.small"
}

resource "aws_instance" "deep" {
  ami           = var.deep_ami
  instance_type = "t3.small"
}

resource "aws_instance" "home_made" {
  provider      = aws.dublin
  ami           = var.home_made_ami_in_dublin
  instance_type = "t3.small"
}
