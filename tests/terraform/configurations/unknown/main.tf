# Nothing but images that are picked while applying: the plan that nobody can judge.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

variable "endpoint" {
  type = string
}

variable "access_key" {
  type = string
}

variable "secret_key" {
  type      = string
  sensitive = true
}

variable "image" {
  type = string
}

provider "aws" {
  region                  = "us-east-1"
  access_key              = var.access_key
  secret_key              = var.secret_key
  skip_metadata_api_check = true

  endpoints {
    ec2 = var.endpoint
    ssm = var.endpoint
    sts = var.endpoint
  }
}

resource "terraform_data" "picked_at_apply" {
  input = var.image
}

resource "aws_instance" "web" {
  ami           = terraform_data.picked_at_apply.output
  instance_type = "m5.large"
}
