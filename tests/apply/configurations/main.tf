# Each file is a configuration of its own way to name images; together they are one apply.
# What nobody can know before apply has `_open` in its name.

terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

provider "aws" {
  region                      = "us-east-1"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
}

variable "golden" {}
variable "web" {}
variable "copy" {}
variable "home_made" {}
variable "other_home_made" {}
variable "dublin" {}
variable "dublin_home_made" {}
variable "foreign" {}
variable "foreign_home_made" {}
variable "running" {}
variable "running_home_made" {}

variable "stage" {
  default = 1
}
