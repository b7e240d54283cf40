# Which of several sources gives a root variable its value. In each the weaker ones say `bad`.

variable "by_default" {
  default = "ami-00000f01"
}

variable "by_environment" {
  type    = string
  default = "ami-00000bad"
}

variable "by_tfvars" {
  default = "ami-00000bad"
}

variable "by_tfvars_json" {
  default = "ami-00000bad"
}

variable "by_first_automatic" {
  default = "ami-00000bad"
}

variable "by_last_automatic" {
  default = "ami-00000bad"
}

variable "by_automatic_json" {
  default = "ami-00000bad"
}

variable "by_file" {
  default = "ami-00000bad"
}

variable "by_second_file" {
  default = "ami-00000bad"
}

variable "typed_in_environment" {
  type    = map(object({ id = string, count = optional(number, 1) }))
  default = {}
}

variable "any_in_environment" {
  type    = any
  default = null
}

variable "untyped_in_environment" {
  default = null
}

variable "number_in_environment" {
  type    = number
  default = 0
}

variable "list_in_environment" {
  type = list(string)
}

variable "not_nullable" {
  type     = string
  default  = "ami-00000f0c"
  nullable = false
}

variable "emptied" {
  type    = string
  default = "ami-00000bad"
}

variable "left_alone_by_files_of_other_names" {
  default = "ami-00000f0e"
}

locals {
  given = {
    default        = var.by_default
    environment    = var.by_environment
    tfvars         = var.by_tfvars
    tfvars_json    = var.by_tfvars_json
    first          = var.by_first_automatic
    last           = var.by_last_automatic
    automatic_json = var.by_automatic_json
    file           = var.by_file
    second_file    = var.by_second_file
    typed          = var.typed_in_environment.web.id
    any            = var.any_in_environment[1]
    untyped        = substr(var.untyped_in_environment, 1, 12)
    number         = "ami-${var.number_in_environment}"
    list           = join("", var.list_in_environment)
    not_nullable   = var.not_nullable
    emptied        = var.emptied == null ? "ami-00000f0d" : var.emptied
    other_names    = var.left_alone_by_files_of_other_names
  }
}

resource "aws_instance" "given" {
  for_each      = local.given
  ami           = each.value
  instance_type = "t3.micro"
}

resource "aws_instance" "counted_by_environment" {
  count         = var.typed_in_environment.web.count
  ami           = var.typed_in_environment["web"].id
  instance_type = "t3.micro"
}
