resource "aws_ami_copy" "copies_golden" {
  name              = "copies-golden"
  source_ami_id     = var.copy
  source_ami_region = "us-east-1"
}

resource "aws_ami_copy" "copies_again" {
  name              = "copies-again"
  source_ami_id     = aws_ami_copy.copies_golden.id
  source_ami_region = "us-east-1"
}

resource "aws_ami_copy" "copies_home_made" {
  name              = "copies-home-made"
  source_ami_id     = var.home_made
  source_ami_region = "us-east-1"
}

resource "aws_ami_copy" "copies_from_dublin" {
  name              = "copies-from-dublin"
  source_ami_id     = var.dublin
  source_ami_region = "eu-west-1"
}

resource "aws_ami_copy" "copies_each" {
  for_each          = { good = var.copy, bad = var.other_home_made }
  name              = "copies-each-${each.key}"
  source_ami_id     = each.value
  source_ami_region = "us-east-1"
}

resource "aws_ami_copy" "copies_counted" {
  count             = 2
  name              = "copies-counted-${count.index}"
  source_ami_id     = count.index == 0 ? var.home_made : var.copy
  source_ami_region = "us-east-1"
}

resource "aws_instance" "copies_of_a_copy" {
  ami           = aws_ami_copy.copies_again.id
  instance_type = "t3.small"
}

resource "aws_instance" "copies_home_made" {
  ami           = aws_ami_copy.copies_home_made.id
  instance_type = "t3.small"
}

resource "aws_instance" "copies_from_dublin" {
  ami           = aws_ami_copy.copies_from_dublin.id
  instance_type = "t3.small"
}

resource "aws_instance" "copies_keyed_good" {
  ami           = aws_ami_copy.copies_each["good"].id
  instance_type = "t3.small"
}

resource "aws_instance" "copies_keyed_bad" {
  ami           = aws_ami_copy.copies_each["bad"].id
  instance_type = "t3.small"
}

resource "aws_instance" "copies_chained" {
  for_each      = aws_ami_copy.copies_each
  ami           = each.value.id
  instance_type = "t3.small"
}

resource "aws_instance" "copies_splat" {
  count         = 2
  ami           = aws_ami_copy.copies_counted.*.id[1 - count.index]
  instance_type = "t3.small"
}

resource "aws_instance" "copies_element" {
  count         = 3
  ami           = element(aws_ami_copy.copies_counted[*].id, count.index)
  instance_type = "t3.small"
}

resource "aws_ami_from_instance" "copies_taken" {
  name               = "copies-taken"
  source_instance_id = var.running
}

resource "aws_ami_from_instance" "copies_taken_here" {
  name               = "copies-taken-here"
  source_instance_id = aws_instance.direct_home_made.id
}

resource "aws_launch_configuration" "copies_taken" {
  for_each = {
    taken = aws_ami_from_instance.copies_taken
    here  = aws_ami_from_instance.copies_taken_here
  }
  name          = "copies-taken-${each.key}"
  image_id      = each.value.id
  instance_type = "t3.small"
}
