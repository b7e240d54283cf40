variable "images" {
  type = map(string)
}

locals {
  keys = sort(keys(var.images))
}

output "images" {
  value = var.images
}

output "first" {
  value = var.images[local.keys[0]]
}

resource "aws_instance" "this" {
  for_each      = var.images
  ami           = each.value
  instance_type = "t3.small"
}
