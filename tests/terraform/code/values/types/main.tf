# What a variable's type makes of the value that it is given.

variable "digits" {
  type = string
}

variable "numbers" {
  type = map(string)
}

variable "flags" {
  type = set(bool)
}

variable "partial" {
  type = object({
    ami    = string
    kind   = optional(string, "launch")
    size   = optional(number)
    nested = optional(object({ a = optional(string, "ami-00000010"), b = optional(list(string), ["ami-00000011"]) }), {})
  })
}

variable "nulled" {
  type = object({
    ami      = string
    fallback = optional(string, "ami-00000012")
    size     = optional(number, 5)
    nested   = object({ a = optional(string, "ami-00000013") })
  })
}

variable "unique" {
  type = set(string)
}

variable "pair" {
  type = tuple([string, string])
}

variable "anything" {
  type = any
}

variable "refused" {
  type     = string
  default  = "ami-00000014"
  nullable = false
}

variable "accepted" {
  type    = string
  default = "ami-00000bad"
}

variable "defaulted" {
  type    = map(any)
  default = { a = "ami-00000bad" }
}

variable "untouched" {
  type    = object({ a = optional(string, "ami-00000015") })
  default = {}
}

variable "untyped" {
  default = { a = "ami-00000016", b = 5 }
}

variable "of_any" {
  type    = map(any)
  default = { a = "ami-00000017", b = 5, c = true }
}

variable "listed" {
  type    = list(object({ name = string, id = optional(string, "ami-00000018") }))
  default = [{ name = "x", extra = "dropped" }, { name = "y", id = "ami-00000019" }]
}

variable "nested_sets" {
  type    = map(set(string))
  default = { a = ["ami-0000001b", "ami-0000001a", "ami-0000001a"] }
}

variable "floating" {
  type    = list(number)
  default = ["1.50", 2, "1e1", -0.5]
}

variable "not_nullable_map" {
  type     = map(string)
  default  = { a = "ami-0000001c" }
  nullable = "false"
}

locals {
  cases = {
    digits          = "ami-${var.digits}"
    number          = "ami-${var.numbers.one}"
    text            = "ami-${var.numbers["two"]}"
    scientific      = "ami-${var.numbers.three}"
    flags           = length(var.flags) == 2 ? "ami-00000020" : "ami-00000bad"
    partial         = var.partial.ami
    optional        = var.partial.kind == "launch" ? "ami-00000021" : "ami-00000bad"
    optional_null   = var.partial.size == null ? "ami-00000022" : "ami-00000bad"
    nested_default  = var.partial.nested.a
    nested_list     = var.partial.nested.b[0]
    null_default    = var.nulled.fallback
    null_number     = "ami-0000002${var.nulled.size}"
    null_nested     = var.nulled.nested.a
    unique          = tolist(var.unique)[0]
    unique_count    = "ami-0000003${length(var.unique)}"
    pair            = var.pair[0]
    pair_text       = "ami-0000004${var.pair[1]}"
    anything        = var.anything[1].id
    refused         = var.refused
    accepted        = var.accepted == null ? "ami-00000023" : var.accepted
    defaulted       = lookup(var.defaulted, "a", "ami-00000024")
    untouched       = var.untouched.a
    untyped         = var.untyped.b == 5 ? var.untyped.a : "ami-00000bad"
    of_any          = var.of_any.b == "5" ? var.of_any.a : "ami-00000bad"
    of_any_flag     = var.of_any.c == "true" ? "ami-00000025" : "ami-00000bad"
    listed          = var.listed[0].id
    listed_second   = var.listed[1].id
    dropped         = can(var.listed[0].extra) ? "ami-00000bad" : "ami-00000026"
    nested_sets     = tolist(var.nested_sets.a)[1]
    floating        = "ami-000000${var.floating[0] == 1.5 ? 27 : 99}"
    floating_text   = "ami-000001${var.floating[2]}"
    floating_half   = "v${var.floating[3]}" == "v-0.5" ? "ami-00000028" : "ami-00000bad"
    not_nullable    = var.not_nullable_map.a
  }
}

resource "aws_instance" "at" {
  for_each      = local.cases
  ami           = each.value
  instance_type = "t3.micro"
}
