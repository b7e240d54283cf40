# Nothing but images that are picked while applying: the plan that nobody can judge.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

variable "image" {
  type = string
}

provider "aws" {
  region                  = "us-east-1"
  skip_metadata_api_check = true
}

resource "terraform_data" "picked_at_apply" {
  input = var.image
}

resource "aws_instance" "web" {
  ami           = terraform_data.picked_at_apply.id # whatever it will be
  instance_type = "m5.large"
}
