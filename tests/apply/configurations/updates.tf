# What the second apply changes.

locals {
  updates_first  = var.stage == 1
  updates_moving = local.updates_first ? var.golden : var.home_made
  updates_mended = local.updates_first ? var.home_made : var.golden
}

resource "aws_launch_template" "updates_spoilt" {
  name          = "updates-spoilt"
  image_id      = local.updates_moving
  instance_type = "t3.small"
}

resource "aws_launch_template" "updates_mended" {
  name                   = "updates-mended"
  image_id               = local.updates_mended
  instance_type          = "t3.small"
  update_default_version = true
}

resource "aws_ssm_parameter" "updates_alias" {
  name           = "/updates/alias"
  type           = "String"
  data_type      = "aws:ec2:image"
  insecure_value = local.updates_moving
}

resource "aws_autoscaling_group" "updates_spoilt" {
  for_each           = toset(["$Latest", "$Default", "1"])
  name               = "updates-spoilt-${each.key}"
  min_size           = 0
  max_size           = 1
  availability_zones = ["us-east-1a"]
  launch_template {
    id      = aws_launch_template.updates_spoilt.id
    version = each.key
  }
}

resource "aws_autoscaling_group" "updates_mended" {
  for_each           = toset(["$Latest", "$Default"])
  name               = "updates-mended-${each.key}"
  min_size           = 0
  max_size           = 1
  availability_zones = ["us-east-1a"]
  launch_template {
    name    = aws_launch_template.updates_mended.name
    version = each.key
  }
}

resource "aws_autoscaling_group" "updates_numbered" {
  for_each = {
    latest  = aws_launch_template.updates_spoilt.latest_version
    default = aws_launch_template.updates_spoilt.default_version
    first   = 1
  }
  name               = "updates-numbered-${each.key}"
  min_size           = 0
  max_size           = 1
  availability_zones = ["us-east-1a"]
  launch_template {
    id      = aws_launch_template.updates_spoilt.id
    version = each.value
  }
}

resource "aws_instance" "updates_replaced" {
  ami           = local.updates_moving
  instance_type = "t3.small"
}

resource "aws_instance" "updates_ignored" {
  ami           = local.updates_moving
  instance_type = "t3.small"
  lifecycle {
    ignore_changes = [ami]
  }
}

resource "aws_instance" "updates_later" {
  count         = local.updates_first ? 0 : 1
  ami           = "resolve:ssm:${aws_ssm_parameter.updates_alias.name}"
  instance_type = "t3.small"
}

resource "aws_instance" "updates_by_template" {
  count = local.updates_first ? 0 : 1
  launch_template {
    id      = aws_launch_template.updates_spoilt.id
    version = aws_launch_template.updates_spoilt.latest_version
  }
}
