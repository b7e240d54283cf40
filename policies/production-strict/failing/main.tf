# The same images in production, and what fails in development as well.

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

variable "golden_ami" {
  description = "The oldest build of this month."
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

variable "home_made_ami" {
  description = "Registered by hand."
}

variable "vendor_ami" {
  description = "Amazon Linux, as Amazon publishes it."
}

# -------------------------------------------------------------------------------------- production

resource "aws_instance" "production_preview" {
  ami           = var.preview_ami
  instance_type = "t3.small"
}

resource "aws_instance" "production_old" {
  ami           = var.old_ami
  instance_type = "t3.small"
}

resource "aws_instance" "production_retired" {
  ami           = var.retired_ami
  instance_type = "t3.small"
}

resource "aws_instance" "production_deep" {
  ami           = var.deep_ami
  instance_type = "t3.small"
}

resource "aws_instance" "production_vendor" {
  ami           = var.vendor_ami
  instance_type = "t3.small"
}

# Ran on a newer build.
resource "aws_instance" "production_downgrade" {
  ami           = var.golden_ami
  instance_type = "t3.small"
}

resource "aws_autoscaling_group" "production" {
  availability_zones = ["us-east-1a"]
  min_size           = 1
  max_size           = 2

  launch_template {
    name    = "workers"
    version = "$Latest"
  }
}

# ------------------------------------------------------------------------------------- development

resource "aws_instance" "development_home_made" {
  provider      = aws.development
  ami           = var.home_made_ami
  instance_type = "t3.small"
}

resource "aws_instance" "development_vendor" {
  provider      = aws.development
  ami           = var.vendor_ami
  instance_type = "t3.small"
}

resource "aws_instance" "development_downgrade" {
  provider      = aws.development
  ami           = var.golden_ami
  instance_type = "t3.small"
}

resource "aws_instance" "development_preview" {
  provider      = aws.development
  ami           = var.preview_ami
  instance_type = "t3.small"
}

# What is called production is held to it, wherever it stands.
module "production" {
  source    = "./modules/service"
  ami       = var.preview_ami
  providers = { aws = aws.development }
}
