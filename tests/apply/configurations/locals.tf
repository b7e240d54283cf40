locals {
  locals_images  = { web = var.golden, batch = var.home_made }
  locals_role    = "batch"
  locals_chosen  = local.locals_images[local.locals_role]
  locals_made    = aws_ami_copy.copies_golden.id
  locals_of_made = { good = local.locals_made, bad = aws_ami_copy.copies_home_made.id }
  locals_nested  = { images = [local.locals_of_made.bad, local.locals_of_made["good"]] }
  locals_block   = aws_ami_copy.copies_home_made
}

resource "aws_instance" "locals_known" {
  ami           = local.locals_chosen
  instance_type = "t3.small"
}

resource "aws_instance" "locals_made" {
  ami           = local.locals_made
  instance_type = "t3.small"
}

resource "aws_instance" "locals_good" {
  ami           = local.locals_of_made.good
  instance_type = "t3.small"
}

resource "aws_instance" "locals_bad" {
  ami           = local.locals_of_made["bad"]
  instance_type = "t3.small"
}

resource "aws_instance" "locals_nested" {
  count         = 2
  ami           = local.locals_nested.images[count.index]
  instance_type = "t3.small"
}

resource "aws_instance" "locals_block" {
  ami           = local.locals_block.id
  instance_type = "t3.small"
}

resource "aws_instance" "locals_each" {
  for_each      = local.locals_of_made
  ami           = each.value
  instance_type = "t3.small"
}

resource "aws_instance" "locals_interpolated" {
  ami           = local.locals_of_made.bad
  instance_type = "t3.small"
}
