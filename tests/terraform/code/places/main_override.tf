# An override file reaches provider blocks, too.
provider "aws" {
  alias  = "eu"
  region = "eu-west-3"
}
