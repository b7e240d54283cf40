# Where an image is: Regions and accounts that providers say in every way, and how modules get them.
# The tag of each resource says what Terraform found out by itself.

terraform {
  required_providers {
    aws = { source = "hashicorp/aws", version = ">= 5.0" }
  }
}

variable "region" {
  type    = string
  default = "us-east-1"
}

variable "regions" {
  type    = map(string)
  default = { west = "us-west-2", south = "ap-south-1" }
}

variable "account" {
  type    = string
  default = "333333333333"
}

variable "role_arn" {
  type    = string
  default = "arn:aws:iam::444444444444:role/deploy"
}

variable "roles" {
  type    = list(string)
  default = ["arn:aws:iam::555555555555:role/deploy"]
}

locals {
  west = var.regions.west
  role = "arn:aws:iam::${var.account}:role/deploy"
}

provider "aws" {
  region = var.region
  default_tags {
    tags = { owner = "team-${var.region}" }
  }
}

provider "aws" {
  alias  = "west"
  region = local.west
}

provider "aws" {
  alias  = "south"
  region = lookup(var.regions, "south", "us-east-1")
}

provider "aws" {
  alias  = "eu"
  region = "eu-west-1"
}

provider "aws" {
  alias  = "looked_up"
  region = data.aws_region.here.name
}

provider "aws" {
  alias = "environment"
}

provider "aws" {
  alias  = "null"
  region = null
}

provider "aws" {
  alias  = "role"
  region = "eu-north-1"
  assume_role {
    role_arn = "arn:aws:iam::333333333333:role/deploy"
  }
}

provider "aws" {
  alias  = "role_of_variable"
  region = "eu-north-1"
  assume_role {
    role_arn     = var.role_arn
    session_name = "deploy"
  }
}

provider "aws" {
  alias  = "role_of_local"
  region = "eu-north-1"
  assume_role {
    role_arn = local.role
  }
}

provider "aws" {
  alias  = "role_of_dynamic"
  region = "eu-north-1"
  dynamic "assume_role" {
    for_each = var.roles
    content {
      role_arn = assume_role.value
    }
  }
}

provider "aws" {
  alias  = "no_role"
  region = "eu-north-1"
  dynamic "assume_role" {
    for_each = []
    content {
      role_arn = "arn:aws:iam::999999999999:role/never"
    }
  }
}

provider "aws" {
  alias  = "null_role"
  region = "eu-north-1"
  assume_role {
    role_arn = null
  }
}

provider "aws" {
  alias               = "allowed"
  region              = "eu-north-1"
  allowed_account_ids = ["222222222222"]
}

provider "aws" {
  alias               = "allowed_several"
  region              = "eu-north-1"
  allowed_account_ids = ["222222222222", var.account]
}

data "aws_region" "here" {}

data "aws_region" "environment" {
  provider = aws.environment
}

data "aws_region" "null" {
  provider = aws.null
}

data "aws_region" "looked_up" {
  provider = aws.looked_up
}

locals {
  ami = "ami-00800001"
}

resource "aws_instance" "default" {
  ami           = local.ami
  instance_type = "t3.micro"
  tags          = { region = data.aws_region.here.name }
}

resource "aws_instance" "west" {
  provider      = aws.west
  ami           = local.ami
  instance_type = "t3.micro"
  tags          = { region = "us-west-2" }
}

resource "aws_instance" "south" {
  provider      = aws.south
  ami           = local.ami
  instance_type = "t3.micro"
  tags          = { region = "ap-south-1" }
}

resource "aws_instance" "quoted" {
  provider      = "aws.eu"
  ami           = local.ami
  instance_type = "t3.micro"
  tags          = { region = "eu-west-3" }
}

resource "aws_instance" "spaced" {
  provider      = aws /* here */ . eu # there
  ami           = local.ami
  instance_type = "t3.micro"
  tags          = { region = "eu-west-3" }
}

resource "aws_instance" "looked_up" {
  provider      = aws.looked_up
  ami           = local.ami
  instance_type = "t3.micro"
  tags          = { region = data.aws_region.looked_up.name }
}

resource "aws_instance" "environment" {
  provider      = aws.environment
  ami           = local.ami
  instance_type = "t3.micro"
  tags          = { region = data.aws_region.environment.name }
}

resource "aws_instance" "null" {
  provider      = aws.null
  ami           = local.ami
  instance_type = "t3.micro"
  tags          = { region = data.aws_region.null.name }
}

resource "aws_instance" "role" {
  provider      = aws.role
  ami           = local.ami
  instance_type = "t3.micro"
  tags          = { region = "eu-north-1", account = "333333333333" }
}

resource "aws_instance" "role_of_variable" {
  provider      = aws.role_of_variable
  ami           = local.ami
  instance_type = "t3.micro"
  tags          = { region = "eu-north-1", account = "444444444444" }
}

resource "aws_instance" "role_of_local" {
  provider      = aws.role_of_local
  ami           = local.ami
  instance_type = "t3.micro"
  tags          = { region = "eu-north-1", account = "333333333333" }
}

resource "aws_instance" "role_of_dynamic" {
  provider      = aws.role_of_dynamic
  ami           = local.ami
  instance_type = "t3.micro"
  tags          = { region = "eu-north-1", account = "555555555555" }
}

resource "aws_instance" "no_role" {
  provider      = aws.no_role
  ami           = local.ami
  instance_type = "t3.micro"
  tags          = { region = "eu-north-1" }
}

resource "aws_instance" "null_role" {
  provider      = aws.null_role
  ami           = local.ami
  instance_type = "t3.micro"
  tags          = { region = "eu-north-1" }
}

resource "aws_instance" "allowed" {
  provider      = aws.allowed
  ami           = local.ami
  instance_type = "t3.micro"
  tags          = { region = "eu-north-1", account = "222222222222" }
}

resource "aws_instance" "allowed_several" {
  provider      = aws.allowed_several
  ami           = local.ami
  instance_type = "t3.micro"
  tags          = { region = "eu-north-1" }
}

resource "aws_ami_copy" "copy" {
  provider          = aws.west
  name              = "copy"
  source_ami_id     = local.ami
  source_ami_region = "eu-west-3"
  tags              = { region = "eu-west-3" }
}

resource "aws_instance" "of_copy" {
  provider      = aws.west
  ami           = aws_ami_copy.copy.id
  instance_type = "t3.micro"
  tags          = { region = "us-west-2" }
}

resource "aws_launch_template" "west" {
  provider = aws.west
  name     = "shared-name"
  image_id = "ami-00800002"
  tags     = { region = "us-west-2" }
}

resource "aws_launch_template" "eu" {
  provider = aws.eu
  name     = "shared-name"
  image_id = "ami-00800003"
  tags     = { region = "eu-west-3" }
}

resource "aws_instance" "by_shared_name" {
  provider = aws.eu
  launch_template {
    name    = "shared-name"
    version = "$Latest"
  }
  tags = { region = "eu-west-3" }
}

resource "aws_instance" "by_name_from_elsewhere" {
  launch_template {
    name    = "shared-name"
    version = "$Latest"
  }
  tags = { region = data.aws_region.here.name }
}

# --------------------------------------------------------------------------------- modules

module "inherits" {
  source = "./plain"
  region = var.region
}

module "passed" {
  source    = "./plain"
  region    = "us-west-2"
  providers = { aws = aws.west }
}

module "passed_quoted" {
  source = "./plain"
  region = "eu-west-3"
  providers = {
    "aws" = "aws.eu"
  }
}

module "two" {
  source = "./two"
  region = { here = var.region, src = "eu-west-3", dst = "us-west-2" }

  providers = {
    # aws = aws.south
    aws.src = aws.eu, // the source
    /* aws.src = aws.south, */ aws.dst = aws.west
  }
}

module "each" {
  source    = "./plain"
  for_each  = toset(["a", "b"])
  region    = "ap-south-1"
  providers = { aws = aws.south }
}

module "middle" {
  source = "./middle"
  providers = {
    aws        = aws.south
    aws.second = aws.eu
  }
}

module "own" {
  source = "./own"
}

module "own_by_variable" {
  source = "./own_by_variable"
  region = local.west
}

module "proxy" {
  source = "./proxy"
  providers = {
    aws.src = aws.eu
    aws     = aws.west
  }
}

module "renamed" {
  source = "./renamed"
  providers = {
    cloud = aws.eu
  }
}
