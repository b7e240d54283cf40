# Production runs recent builds or copies of them. Development may try nearly everything, and is told.

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
  alias                       = "development"
  region                      = "us-east-1"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true

  assume_role {
    role_arn = "arn:aws:iam::333333333333:role/deployer"
  }
}

variable "golden_ami" {}

variable "copied_ami" {
  description = "Production's copy of the build."
}

variable "preview_ami" {
  description = "A build of the preview pipeline."
}

variable "old_ami" {
  description = "A build of May."
}

variable "retired_ami" {
  description = "A build past its deprecation time."
}

variable "deep_ami" {
  description = "Made from the copy."
}

variable "developers_ami" {
  description = "Made from the build in the development account."
}

# -------------------------------------------------------------------------------------- production

resource "aws_instance" "production" {
  ami           = var.golden_ami
  instance_type = "t3.small"
}

resource "aws_instance" "production_copy" {
  ami           = var.copied_ami
  instance_type = "t3.small"
}

resource "aws_autoscaling_group" "production" {
  availability_zones = ["us-east-1a"]
  min_size           = 1
  max_size           = 2

  launch_template {
    name    = "workers"
    version = "1"
  }
}

# ------------------------------------------------------------------------------------- development

resource "aws_instance" "development" {
  provider      = aws.development
  ami           = var.golden_ami
  instance_type = "t3.small"
}

resource "aws_instance" "development_preview" {
  provider      = aws.development
  ami           = var.preview_ami
  instance_type = "t3.small"
}

resource "aws_instance" "development_old" {
  provider      = aws.development
  ami           = var.old_ami
  instance_type = "t3.small"
}

resource "aws_instance" "development_retired" {
  provider      = aws.development
  ami           = var.retired_ami
  instance_type = "t3.small"
}

resource "aws_instance" "development_deep" {
  provider      = aws.development
  ami           = var.deep_ami
  instance_type = "t3.small"
}

resource "aws_instance" "development_own" {
  provider      = aws.development
  ami           = var.developers_ami
  instance_type = "t3.small"
}

resource "aws_autoscaling_group" "development" {
  provider           = aws.development
  availability_zones = ["us-east-1a"]
  min_size           = 1
  max_size           = 2

  launch_template {
    name    = "workers"
    version = "$Latest"
  }
}
