# Nothing but golden images: the plan that passes.

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

resource "aws_instance" "web" {
  ami           = var.image
  instance_type = "m5.large"
}

resource "aws_launch_template" "web" {
  name     = "planned-web"
  image_id = "resolve:ssm:/golden/web"
}
