terraform {
  required_providers {
    aws = {
      source                = "hashicorp/aws"
      configuration_aliases = [aws.second]
    }
  }
}

module "inherits" {
  source = "../plain"
  region = "ap-south-1"
}

module "swapped" {
  source    = "../plain"
  region    = "eu-west-3"
  providers = { aws = aws.second }
}

module "two" {
  source = "../two"
  region = { here = "ap-south-1", src = "ap-south-1", dst = "eu-west-3" }
  providers = {
    aws     = aws
    aws.src = aws
    aws.dst = aws.second
  }
}
