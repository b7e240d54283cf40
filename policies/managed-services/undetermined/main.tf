# Nodes whose image cannot be read: an exception lets failures through, never what is not known.

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

# No such parameter.
module "ecs" {
  source = "./modules/ecs"
  image  = "resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2099/recommended/image_id"
}

# No such image.
module "eks" {
  source = "./modules/eks"
  image  = "ami-0123456789abcdef0"
}
