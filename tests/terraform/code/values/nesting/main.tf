# Modules within modules, with for_each on each level, and outputs that come back up.

variable "name" {}

variable "image" {}

variable "hosts" {
  type = set(string)
}

variable "lookup" {
  type = map(object({ id = string }))
}

module "middle" {
  source   = "./middle"
  for_each = var.hosts
  images   = [var.lookup[each.key].id, var.image]
}

module "counted" {
  source = "./middle/leaf"
  count  = length(var.hosts)
  image  = values(var.lookup)[count.index].id
}

module "single" {
  source = "./middle/leaf"
  image  = var.image
}

output "images" {
  value = merge(
    { for key, one in module.middle : key => one.first },
    { single = module.single.image },
    { for index, one in module.counted : "counted-${index}" => one.image },
  )
}

output "image" {
  value = module.single.image
}

output "through_resource" {
  value = aws_instance.of_outputs["single"].ami
}

resource "aws_instance" "of_outputs" {
  for_each      = { single = module.single.image, joined = join("", ["ami-", trimprefix(module.single.image, "ami-")]) }
  ami           = each.value
  instance_type = "t3.micro"
}

resource "aws_instance" "of_splat" {
  count         = length(module.counted)
  ami           = (module.counted[*].image)[count.index]
  instance_type = "t3.micro"
}
