# A build where it was made, its copy across the country, and a build of Europe in Europe.

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
  alias                       = "oregon"
  region                      = "us-west-2"
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

variable "golden_ami" {}

variable "golden_ami_in_oregon" {
  description = "The pipeline's copy."
}

variable "golden_ami_in_dublin" {
  description = "Built there."
}

resource "aws_instance" "here" {
  ami           = var.golden_ami
  instance_type = "t3.small"
}

resource "aws_instance" "oregon" {
  provider      = aws.oregon
  ami           = var.golden_ami_in_oregon
  instance_type = "t3.small"
}

resource "aws_instance" "dublin" {
  provider      = aws.dublin
  ami           = var.golden_ami_in_dublin
  instance_type = "t3.small"
}

# A copy that this plan makes.
resource "aws_ami_copy" "oregon" {
  provider          = aws.oregon
  name              = "copy"
  source_ami_id     = var.golden_ami
  source_ami_region = "us-east-1"
}
