module "service" {
  source = "./modules/service"
  for_each = {
    good = { image = aws_ami_copy.copies_golden.id, name = "modules-good" }
    bad  = { image = aws_ami_copy.copies_home_made.id, name = "modules-bad" }
    old  = { image = var.home_made, name = "modules-old" }
  }
  image = each.value.image
  name  = each.value.name
}

module "image" {
  source       = "./modules/image"
  for_each     = { good = var.copy, bad = var.home_made }
  name         = "modules-image-${each.key}"
  source_image = each.value
}

module "counted" {
  source       = "./modules/image"
  count        = 2
  name         = "modules-counted-${count.index}"
  source_image = [var.copy, var.home_made][count.index]
}

resource "aws_instance" "modules_output" {
  for_each      = module.image
  ami           = each.value.id
  instance_type = "t3.small"
}

resource "aws_instance" "modules_keyed" {
  ami           = module.image["bad"].id
  instance_type = "t3.small"
}

resource "aws_instance" "modules_counted" {
  count         = 2
  ami           = module.counted[count.index].details.image.id
  instance_type = "t3.small"
}

resource "aws_instance" "modules_splat" {
  ami           = module.counted.*.id[1]
  instance_type = "t3.small"
}

module "passed" {
  source = "./modules/passed"
  images = { for key, image in module.image : key => image.id }
}

resource "aws_instance" "modules_through" {
  ami           = module.passed.images["bad"]
  instance_type = "t3.small"
}

module "passed_block" {
  source = "./modules/passed"
  images = { only = aws_ami_copy.copies_again.id }
}

resource "aws_instance" "modules_through_block" {
  ami           = module.passed_block.first
  instance_type = "t3.small"
}

module "typed" {
  source = "./modules/typed"
  images = [
    { id = aws_ami_copy.copies_golden.id },
    { id = aws_ami_copy.copies_home_made.id, name = "other" },
  ]
}

resource "aws_instance" "modules_typed" {
  for_each      = { main = module.typed.by_name.main, other = module.typed.all[1].id }
  ami           = each.value
  instance_type = "t3.small"
}
