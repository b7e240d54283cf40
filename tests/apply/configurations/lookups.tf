data "aws_ami" "lookups_golden" {
  owners = ["self"]
  filter {
    name   = "name"
    values = ["golden-copy"]
  }
}

data "aws_ami" "lookups_home_made" {
  most_recent = true
  owners      = ["self"]
  filter {
    name   = "name"
    values = ["home-made"]
  }
}

data "aws_ami" "lookups_copied" {
  owners = ["self"]
  filter {
    name   = "image-id"
    values = [aws_ami_copy.copies_home_made.id]
  }
}

resource "aws_instance" "lookups_found" {
  for_each      = { good = data.aws_ami.lookups_golden, bad = data.aws_ami.lookups_home_made }
  ami           = each.value.image_id
  instance_type = "t3.small"
}

resource "aws_instance" "lookups_copied_open" {
  ami           = data.aws_ami.lookups_copied.id
  instance_type = "t3.small"
}

resource "aws_ami_copy" "lookups_copy" {
  name              = "lookups-copy"
  source_ami_id     = data.aws_ami.lookups_golden.id
  source_ami_region = "us-east-1"
}

resource "aws_instance" "lookups_copy" {
  ami           = coalesce(null, try(aws_ami_copy.lookups_copy.id, var.home_made))
  instance_type = "t3.small"
}
