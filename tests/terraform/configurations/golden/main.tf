# Nothing but golden images: the plan that passes.

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

resource "aws_instance" "web" {
  ami           = var.image
  instance_type = "m5.large"
}

resource "aws_launch_template" "web" {
  name     = "planned-web"
  image_id = "resolve:ssm:/golden/web"
}
