variable "images" {
  type = list(string)
}

module "leaf" {
  source = "./leaf"
  count  = 2
  image  = var.images[count.index]
}

output "first" {
  value = module.leaf[0].image
}

output "all" {
  value = module.leaf[*].image
}

resource "aws_launch_template" "of_leaf" {
  image_id = one([for id in module.leaf[*].image : id if id != var.images[1]])
}
