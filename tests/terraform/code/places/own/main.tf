provider "aws" {
  region = "eu-central-1"
}

provider "aws" {
  alias  = "deep"
  region = "eu-south-1"
}

resource "aws_instance" "this" {
  ami           = "ami-00800008"
  instance_type = "t3.micro"
  tags          = { region = "eu-central-1" }
}

module "within" {
  source = "../within"
}

module "within_deep" {
  source    = "../plain"
  region    = "eu-south-1"
  providers = { aws = aws.deep }
}
