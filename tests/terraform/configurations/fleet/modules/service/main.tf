# Hosts, each in a module of its own: addresses with two keyed modules and an index.

terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

variable "hosts" {
  type        = map(string)
  description = "AMI ids by host name."
}

module "host" {
  source   = "./modules/host"
  for_each = var.hosts
  image    = each.value
}
