# What the code itself tells of data sources and of other resources.

data "aws_region" "here" {}

data "aws_region" "there" {
  provider = aws.eu
}

data "aws_region" "named" {
  name = "eu-west-1"
}

locals {
  by_region = {
    us-east-1 = var.images["copy"]
    eu-west-1 = var.images["home_made"]
  }
  nodes = yamldecode(file("${path.module}/nodes.yaml"))
}

resource "aws_instance" "told_region" {
  ami           = local.by_region[data.aws_region.here.name]
  instance_type = "t3.micro"
}

resource "aws_instance" "told_other_region" {
  ami           = lookup(local.by_region, data.aws_region.there.id)
  instance_type = "t3.micro"
}

resource "aws_instance" "told_named_region" {
  ami           = local.by_region[data.aws_region.named.name]
  instance_type = "t3.micro"
}

resource "aws_ssm_parameter" "told" {
  name      = "/told/web"
  type      = "String"
  data_type = "aws:ec2:image"
  value     = var.images["copy"]
}

resource "aws_launch_template" "told_parameter" {
  image_id = "resolve:ssm:${aws_ssm_parameter.told.name}"
}

resource "aws_launch_template" "told_data" {
  image_id = "resolve:ssm:${data.aws_ssm_parameter.told.name}"
}

data "aws_ssm_parameter" "told" {
  name = "/golden/web"
}

resource "terraform_data" "told" {
  input = { copy = var.images["copy"], home_made = var.images["home_made"] }
}

resource "aws_instance" "told_input" {
  ami           = terraform_data.told.output.home_made
  instance_type = "t3.micro"
}

resource "aws_instance" "told_nodes" {
  for_each = { for node in local.nodes.nodes : node.name => node }

  ami           = var.images[each.value.image]
  instance_type = lookup(each.value, "type", local.nodes.type)
}

resource "aws_launch_template" "told_version" {
  image_id               = var.images["copy"]
  update_default_version = true
}

resource "aws_autoscaling_group" "told_version" {
  min_size           = 1
  max_size           = 1
  availability_zones = ["us-east-1a"]

  launch_template {
    id      = try(aws_launch_template.told_version.id, null)
    version = coalesce(var.no_image, try(aws_launch_template.told_version.default_version, "$Default"))
  }
}

resource "aws_autoscaling_group" "told_join" {
  min_size           = 1
  max_size           = 1
  availability_zones = ["us-east-1a"]

  launch_template {
    id      = join("", aws_launch_template.told_version[*].id)
    version = tostring(one(aws_launch_template.told_version[*].latest_version))
  }
}
