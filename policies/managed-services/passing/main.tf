# Nodes of EKS and ECS run Amazon's own images, everything else a golden one.

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

variable "eks_ami" {
  description = "Amazon's EKS optimized image."
}

variable "golden_ami" {}

module "eks" {
  source = "./modules/eks"
  image  = var.eks_ami
}

# Amazon's ECS optimized image, by the parameter that names the latest one.
module "ecs" {
  source = "./modules/ecs"
  image  = "resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"
}

module "eks_by_type" {
  source = "./modules/eks-by-type"
}

resource "aws_instance" "web" {
  ami           = var.golden_ami
  instance_type = "t3.small"
}
