# What cannot be read from here does not pass, and is not called bad either.

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

variable "private_ami" {
  description = "A build that the pipeline has not shared."
}

variable "golden_ami" {}

variable "orphan_ami" {
  description = "Made from an image that cannot be seen from here; the reader may not ask for its recorded ancestry."
}

resource "aws_instance" "not_shared" {
  ami           = var.private_ami
  instance_type = "t3.small"
}

# The id of another Region.
resource "aws_instance" "elsewhere" {
  provider      = aws.dublin
  ami           = var.golden_ami
  instance_type = "t3.small"
}

resource "aws_instance" "ancestry_denied" {
  ami           = var.orphan_ami
  instance_type = "t3.small"
}

resource "aws_launch_template" "no_such_parameter" {
  name     = "no-such-parameter"
  image_id = "resolve:ssm:/golden/al2024"
}

resource "aws_ssm_parameter" "later" {
  name  = "/golden/later"
  type  = "String"
  value = var.golden_ami
}

# Read during the apply, so no plan can tell what it will say.
data "aws_ssm_parameter" "later" {
  name = aws_ssm_parameter.later.id
}

resource "aws_instance" "known_after_apply" {
  ami           = data.aws_ssm_parameter.later.value
  instance_type = "t3.small"
}
