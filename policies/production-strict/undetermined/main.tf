# An account that nobody reads, and images that are not shared.

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

provider "aws" {
  alias                       = "acquired"
  region                      = "us-east-1"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true

  assume_role {
    role_arn = "arn:aws:iam::555555555555:role/deployer"
  }
}

variable "golden_ami" {}

variable "private_ami" {
  description = "A build that the pipeline has not shared."
}

# No reader is named for 555555555555: add one to aws.readers.
resource "aws_instance" "acquired" {
  provider      = aws.acquired
  ami           = var.golden_ami
  instance_type = "t3.small"
}

# The build is shared with production only.
resource "aws_instance" "development" {
  provider      = aws.development
  ami           = var.golden_ami
  instance_type = "t3.small"
}

resource "aws_instance" "production" {
  ami           = var.private_ami
  instance_type = "t3.small"
}
