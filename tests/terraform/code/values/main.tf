# Everything that is known when Terraform plans, however it is written: no data source, one Region.
# What a case is called stands in its address; a wrong image in a weaker place ends in `bad`.

terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = { source = "hashicorp/aws", version = ">= 5.0" }
  }
}

provider "aws" {
  region                      = "us-east-1"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

module "expressions" { source = "./expressions" }
module "types" {
  source = "./types"

  digits    = 12345678
  numbers   = { one = 10000001, two = "10000002", three = 10000003 }
  flags     = [true, "false", false]
  partial   = { ami = "ami-00000001" }
  nulled    = { ami = "ami-00000002", fallback = null, size = null, nested = { a = null } }
  unique    = ["ami-0000000b", "ami-0000000a", "ami-0000000b"]
  pair      = ["ami-00000003", 7]
  anything  = [{ id = "ami-00000004" }, { id = "ami-00000005" }]
  refused   = null
  accepted  = null
  defaulted = {}
}
module "iteration" { source = "./iteration" }
module "blocks" { source = "./blocks" }
module "json" {
  source = "./json"
  given  = "ami-0000e001"
}
module "overrides" {
  source = "./overrides"
}

module "nesting" {
  source = "./nesting"
  for_each = {
    blue      = { image = "ami-000000b1", hosts = ["a", "b"] }
    "green/x" = { image = "ami-000000b2", hosts = [] }
  }
  name   = each.key
  image  = each.value.image
  hosts  = toset(each.value.hosts)
  lookup = { for key, value in { a = "ami-000000ba", b = "ami-000000bb" } : key => { id = value } }
}
module "hidden" {
  source = "./hidden"
  secret = "ami-0005ec01"
  open   = "ami-00000c01"
}
module "templates" { source = "./templates" }
module "made" {
  source = "./made"
  origin = "ami-00000d00"
}
module "encodings" { source = "./encodings" }
module "odd" { source = "./odd" }

# ------------------------------------------------------------------------ outputs, passed along

locals {
  every = merge([for key, one in module.nesting : { for name, id in one.images : "${key}.${name}" => id }]...)
}

resource "aws_instance" "from_outputs" {
  for_each      = local.every
  ami           = each.value
  instance_type = "t3.micro"
}

resource "aws_instance" "from_one_output" {
  ami           = module.nesting["green/x"].image
  instance_type = "t3.micro"
}

resource "aws_instance" "from_whole_module" {
  ami           = values(module.nesting)[0].image
  instance_type = "t3.micro"
}

resource "aws_instance" "from_splat_of_modules" {
  count         = 2
  ami           = element(values(module.nesting)[*].image, count.index + 1)
  instance_type = "t3.micro"
}

module "unseen" { source = "./unseen" }
