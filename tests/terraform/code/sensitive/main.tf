# Which part of a value is sensitive: each form of expression, with something sensitive in it.

terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

provider "aws" {
  region                      = "us-east-1"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_region_validation      = true
  skip_requesting_account_id  = true
}

variable "secret" {
  sensitive = true
  default   = "ami-0005ec01"
}

variable "open" {
  default = "ami-00000001"
}

variable "number" {
  type      = number
  sensitive = true
  default   = 2
}

variable "flag" {
  type      = bool
  sensitive = true
  default   = true
}

variable "object" {
  type      = object({ ami = string, name = string })
  sensitive = true
  default   = { ami = "ami-0005ec02", name = "x" }
}

variable "map" {
  type      = map(string)
  sensitive = true
  default   = { a = "ami-0005ec03", b = "ami-0005ec04" }
}

variable "list" {
  type      = list(string)
  sensitive = true
  default   = ["ami-0005ec05", "ami-0005ec06"]
}

locals {
  some   = { a = var.secret, b = var.open }
  pair   = [var.open, var.secret]
  nested = { one = { a = var.secret, b = var.open }, two = { a = var.open, b = var.open } }
}

locals {
  forms = {
    variable       = var.secret
    open           = var.open
    through_object = local.some.a
    beside         = local.some.b
    by_key         = local.some["a"]
    by_other_key   = local.some["b"]
    first          = local.pair[0]
    second         = local.pair[1]
    literal_a      = { a = var.secret, b = var.open }.a
    literal_b      = { a = var.secret, b = var.open }.b
    tuple_first    = [var.open, var.secret][0]
    tuple_second   = [var.open, var.secret][1]
    inner_a        = local.nested.one.a
    inner_b        = local.nested.one.b
    inner_two      = local.nested["two"].a
    of_object      = var.object.ami
    of_map         = var.map["a"]
    of_list        = var.list[0]

    key_of_tuple  = ["ami-00000002", "ami-00000003", "ami-00000004"][var.number]
    key_of_list   = tolist(["ami-00000002", "ami-00000003", "ami-00000004"])[var.number]
    key_of_object = { "ami-0005ec01" = "ami-00000005" }[var.secret]
    key_of_map    = tomap({ "ami-0005ec01" = "ami-00000005" })[var.secret]

    template         = "ami-${substr(var.secret, 4, 8)}"
    template_of_open = "ami-${substr(local.some.b, 4, 8)}"
    directive        = "%{if var.flag}ami-00000006%{else}ami-00000007%{endif}"
    loop             = "%{for id in [var.secret]}${id}%{endfor}"

    choice_by_secret      = var.flag ? "ami-00000008" : "ami-00000009"
    choice_by_compared    = var.secret == "x" ? "ami-00000008" : "ami-00000009"
    choice_by_open        = var.open == "x" ? "ami-00000008" : "ami-00000009"
    choice_of_secret      = var.open == "x" ? "ami-00000008" : var.secret
    choice_beside_secret  = var.open == "x" ? var.secret : "ami-00000008"
    choice_of_elements    = (var.open == "x" ? { a = "ami-00000008", b = "x" } : local.some).b
    choice_of_its_secret  = (var.open == "x" ? { a = "ami-00000008", b = "x" } : local.some).a
    choice_beside_element = (var.open == "x" ? local.some : { a = "ami-00000008", b = "x" }).a
    choice_by_not         = !var.flag ? "ami-00000008" : "ami-00000009"
    choice_by_and         = var.flag && false ? "ami-00000008" : "ami-00000009"
    choice_by_or          = true || var.flag ? "ami-00000008" : "ami-00000009"
    choice_by_sum         = var.number + 1 == 3 ? "ami-00000008" : "ami-00000009"
    choice_by_more        = var.number > 1 ? "ami-00000008" : "ami-00000009"
    choice_by_elements    = local.pair == [] ? "ami-00000008" : "ami-00000009"
    choice_by_length      = length(local.pair) == 2 ? "ami-0000000a" : "ami-0000000b"
    choice_by_its_length  = length(var.list) == 2 ? "ami-0000000a" : "ami-0000000b"
    choice_by_can         = can(var.secret.x) ? "ami-0000000a" : "ami-0000000b"

    secret_key         = { (var.secret) = "ami-0000000c" }["ami-0005ec01"]
    beside_secret_key  = { (var.secret) = "x", b = "ami-0000000c" }.b
    for_values         = [for id in local.pair : id][1]
    for_open_values    = [for id in local.pair : id][0]
    for_nothing_of     = [for id in local.pair : "ami-0000000d"][0]
    for_upper          = [for id in local.pair : lower(id)][0]
    for_by_secret      = [for id in local.pair : "ami-0000000d" if id != "x"][0]
    for_of_secret      = [for id in var.list : "ami-0000000d"][0]
    for_key_of_secret  = { for key, id in var.map : key => "ami-0000000d" }.a
    for_object         = { for key, id in local.some : key => id }.a
    for_open_object    = { for key, id in local.some : key => id }.b
    for_secret_key     = { for key, id in local.some : id => "ami-0000000d" }["ami-00000001"]
    for_grouped        = { for key, id in local.some : "x" => id... }.x[0]
    for_open_grouped   = { for key, id in local.some : "x" => id... }.x[1]
    for_inner          = { for key, each in local.nested : key => each.b }.one
    for_secret_inner   = { for key, each in local.nested : key => each.a }.one
    splat              = (values(local.nested)[*].a)[0]
    splat_open         = (values(local.nested)[*].b)[0]
    splat_other        = (values(local.nested)[*].a)[1]
    splat_of_secret    = (var.list[*])[0]
    splat_of_one       = one(var.secret[*])

    by_function           = sensitive("ami-0000000e")
    opened                = nonsensitive(var.secret)
    opened_object         = nonsensitive(var.object).ami
    opened_beside         = nonsensitive(local.some).a
    opened_outside        = nonsensitive(sensitive(local.some)).a
    opened_outside_beside = nonsensitive(sensitive(local.some)).b
    opened_loop           = nonsensitive([for id in var.list : id])[0]
    opened_key            = nonsensitive({ (var.secret) = "ami-0000000e" })["ami-0005ec01"]
    tried                 = try(var.secret, "x")
    tried_in_vain         = try(var.secret.x, "ami-0000000f")
    tried_beside          = try(local.some.b, "x")

    lookup_a         = lookup(local.some, "a", "x")
    lookup_b         = lookup(local.some, "b", "x")
    lookup_default   = lookup(local.some, "c", var.secret)
    lookup_no_secret = lookup(local.some, "b", var.secret)
    lookup_by_secret = lookup({ "ami-0005ec01" = "ami-00000010" }, var.secret, "x")
    lookup_in_secret = lookup(var.map, "a", "x")
    element_0        = element(local.pair, 0)
    element_1        = element(local.pair, 3)
    element_by       = element(["ami-00000011", "ami-00000012"], var.number)
    merged_over      = merge(local.some, { a = "ami-00000013" }).a
    merged_under     = merge({ a = "ami-00000013" }, local.some).a
    merged_beside    = merge(local.some, { c = "ami-00000013" }).c
    merged_secret    = merge(var.map, { c = "ami-00000013" }).c
    concat_0         = concat(local.pair, ["ami-00000014"])[0]
    concat_1         = concat(["ami-00000014"], local.pair)[2]
    concat_2         = concat(["ami-00000014"], local.pair)[0]
    concat_secret    = concat(var.list, ["ami-00000014"])[2]
    keys             = keys({ "ami-00000015" = var.secret })[0]
    keys_of_secret   = keys({ "ami-00000015" = var.secret, (var.secret) = "x" })[0]
    values_0         = values(local.some)[0]
    values_1         = values(local.some)[1]
    flatten_1        = flatten([local.pair, ["ami-00000016"]])[1]
    flatten_2        = flatten([local.pair, ["ami-00000016"]])[2]
    flatten_secret   = flatten([var.list, ["ami-00000016"]])[2]
    flatten_objects  = flatten([[local.some], [{ a = "x", b = "y" }]])[0].b
    expanded         = concat([local.pair, ["ami-00000017"]]...)[0]
    expanded_secret  = concat(sensitive([["ami-00000017"], ["x"]])...)[0]
    list             = tolist(local.pair)[0]
    set              = tolist(toset(local.pair))[0]
    map              = tomap(local.some)["b"]
    map_a            = tomap(local.some)["a"]
    coalesce         = coalesce(var.open, var.secret)
    coalesce_list    = coalescelist(local.pair, ["x"])[0]
    compact          = compact(local.pair)[0]
    distinct         = distinct(local.pair)[0]
    sort             = sort(local.pair)[0]
    join             = join("", ["ami-", substr(var.secret, 4, 8)])
    split            = split(",", "${var.secret},ami-00000018")[1]
    replace          = replace("ami-00000019", "x", var.secret)
    json             = jsondecode(jsonencode(local.some)).b
    format           = format("%s", var.secret)
    format_open      = format("%s", local.some.b)
    formatlist       = formatlist("%s", local.pair)[0]
    reverse          = reverse(local.pair)[1]
    slice            = slice(local.pair, 0, 1)[0]
    zipmap           = zipmap(["a", "b"], local.pair).a
    chunklist        = chunklist(local.pair, 1)[0][0]
    setproduct       = setproduct(local.pair, ["x"])[0][0]
    matchkeys        = matchkeys(local.pair, ["a", "b"], ["a"])[0]
    rendered         = templatefile("${path.module}/image.tpl", { id = var.secret, other = "x" })
    rendered_open    = templatefile("${path.module}/image.tpl", { id = var.open, other = "x" })
    rendered_beside  = templatefile("${path.module}/image.tpl", { id = var.open, other = var.secret })
    file             = trimspace(file("${path.module}/${var.flag ? "image" : "none"}.txt"))
  }
}

resource "aws_instance" "form" {
  for_each      = local.forms
  ami           = each.value
  instance_type = "t3.micro"
}

# ------------------------------------------------------------------------------------ instances

resource "aws_instance" "counted" {
  count         = var.number
  ami           = "ami-0000001a"
  instance_type = "t3.micro"
}

resource "aws_instance" "each" {
  for_each      = local.some
  ami           = each.value
  instance_type = "t3.micro"
}

resource "aws_instance" "opened" {
  for_each      = nonsensitive(toset(keys(var.map)))
  ami           = "ami-0000001b"
  instance_type = "t3.micro"
  tags          = { Name = each.key }
}

resource "aws_instance" "of_resource" {
  for_each      = local.some
  ami           = aws_instance.each[each.key].ami
  instance_type = "t3.micro"
}

# ------------------------------------------------------------------------------------ blocks

resource "aws_autoscaling_group" "mixed" {
  availability_zones = ["us-east-1a"]
  min_size           = 1
  max_size           = 1
  mixed_instances_policy {
    launch_template {
      launch_template_specification {
        launch_template_name = "open"
        version              = "1"
      }
      override {
        instance_type = "m5.large"
        launch_template_specification {
          launch_template_name = "name-${var.secret}"
          version              = "1"
        }
      }
      override {
        instance_type = "m5.large"
        launch_template_specification {
          launch_template_name = "other"
          version              = "1"
        }
      }
    }
  }
}

resource "aws_autoscaling_group" "dynamic" {
  availability_zones = ["us-east-1a"]
  min_size           = 1
  max_size           = 1
  mixed_instances_policy {
    launch_template {
      launch_template_specification {
        launch_template_name = "open"
        version              = "1"
      }
      dynamic "override" {
        for_each = local.pair
        content {
          instance_type = "m5.large"
          launch_template_specification {
            launch_template_name = "name-${override.value}"
            version              = "1"
          }
        }
      }
    }
  }
}

resource "terraform_data" "some" {
  input = local.nested
}

resource "terraform_data" "list" {
  input = [{ ids = local.pair }, var.object]
}

resource "terraform_data" "keys" {
  input = { (var.secret) = "ami-0000001c" }
}

# ------------------------------------------------------------------------------------ modules

module "inner" {
  source = "./inner"
  object = { ami = var.open, password = var.secret }
  typed  = { ami = var.open, password = var.secret }
  map    = local.some
  set    = local.pair
  none   = var.flag ? null : "x"
}

resource "aws_instance" "of_output" {
  for_each = {
    open   = module.inner.open
    secret = module.inner.secret
    marked = module.inner.marked
  }
  ami           = each.value
  instance_type = "t3.micro"
}
