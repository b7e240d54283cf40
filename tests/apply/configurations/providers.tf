variable "places_regions" {
  default = { near = "us-east-1", far = "eu-west-1" }
}

locals {
  places_far  = var.places_regions["far"]
  places_role = "arn:aws:iam::${"333333333333"}:role/builder"
}

provider "aws" {
  alias                       = "dublin"
  region                      = "eu-west-1"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
}

provider "aws" {
  alias                       = "far"
  region                      = local.places_far
  skip_credentials_validation = true
  skip_metadata_api_check     = true
}

provider "aws" {
  alias                       = "other"
  region                      = "us-east-1"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  assume_role {
    role_arn = local.places_role
  }
}
