resource "aws_launch_template" "templates_golden" {
  name          = "templates-golden"
  image_id      = aws_ami_copy.copies_golden.id
  instance_type = "t3.small"
}

resource "aws_launch_template" "templates_home_made" {
  name          = "templates-home-made"
  image_id      = aws_ami_copy.copies_home_made.id
  instance_type = "t3.small"
}

resource "aws_launch_template" "templates_known" {
  for_each      = { good = var.golden, bad = var.home_made }
  name          = "templates-known-${each.key}"
  image_id      = each.value
  instance_type = "t3.small"
}

resource "aws_launch_template" "templates_imageless" {
  name          = "templates-imageless"
  instance_type = "t3.small"
}

resource "aws_instance" "templates_by_id" {
  for_each = aws_launch_template.templates_known
  launch_template {
    id = each.value.id
  }
}

resource "aws_instance" "templates_by_name" {
  launch_template {
    name    = aws_launch_template.templates_home_made.name
    version = "$Latest"
  }
}

resource "aws_instance" "templates_by_local" {
  launch_template {
    id      = local.templates_ids["good"]
    version = local.templates_versions["good"]
  }
}

locals {
  templates_ids      = { for key, template in aws_launch_template.templates_known : key => template.id }
  templates_versions = { for key, template in aws_launch_template.templates_known : key => template.latest_version }
}

resource "aws_instance" "templates_own_image" {
  ami = aws_ami_copy.copies_home_made.id
  launch_template {
    id = aws_launch_template.templates_golden.id
  }
}

resource "aws_instance" "templates_image_for_none" {
  ami = var.home_made
  launch_template {
    id = aws_launch_template.templates_imageless.id
  }
}

resource "aws_instance" "templates_live" {
  for_each = {
    moved_default  = { name = "live-moved", version = "$Default" }
    moved_latest   = { name = "live-moved", version = "$Latest" }
    moved_first    = { name = "live-moved", version = "1" }
    moved_second   = { name = "live-moved", version = "2" }
    chosen_default = { name = "live-chosen", version = null }
    chosen_first   = { name = "live-chosen", version = "1" }
  }
  launch_template {
    name    = each.value.name
    version = each.value.version
  }
}

data "aws_launch_template" "templates_live" {
  name = "live-chosen"
}

resource "aws_instance" "templates_looked_up" {
  launch_template {
    id      = data.aws_launch_template.templates_live.id
    version = data.aws_launch_template.templates_live.latest_version
  }
}

data "aws_launch_template" "templates_again" {
  name       = aws_launch_template.templates_golden.name
  depends_on = [aws_launch_template.templates_golden]
}

resource "aws_instance" "templates_read_again" {
  launch_template {
    id      = data.aws_launch_template.templates_again.id
    version = "$Default"
  }
}
