# An id means something in one Region only.

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

variable "golden_ami" {
  description = "Of us-east-1."
}

resource "aws_instance" "here" {
  ami           = var.golden_ami
  instance_type = "t3.small"
}

# The report says where the id does exist.
resource "aws_instance" "dublin" {
  provider      = aws.dublin
  ami           = var.golden_ami
  instance_type = "t3.small"
}

# The source is not in the Region that the copy names.
resource "aws_ami_copy" "wrong_region" {
  name              = "wrong-region"
  source_ami_id     = var.golden_ami
  source_ami_region = "us-west-2"
}
