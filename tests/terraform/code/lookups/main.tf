# What Terraform looks up when it plans. The emulator answers it, and assay, alike.

terraform {
  required_providers {
    aws = { source = "hashicorp/aws", version = ">= 5.0" }
  }
}

variable "pipeline" {
  type = string
}

variable "instance_id" {
  type = string
}

variable "template_id" {
  type = string
}

variable "images" {
  type        = map(string)
  description = "AMI ids that lookups name."
}

provider "aws" {
  region = "us-east-1"
}

provider "aws" {
  alias  = "eu"
  region = "eu-west-1"
}

locals {
  families = {
    web = { pattern = "web-*", owners = ["self"] }
    api = { pattern = "api-20??", owners = ["self", var.pipeline] }
  }
  own = toset(["self"])
}

# ------------------------------------------------------------------------------- aws_ami

data "aws_ami" "newest" {
  most_recent = true
  owners      = ["self"]

  filter {
    name   = "name"
    values = ["web-*"]
  }
}

data "aws_ami" "only" {
  owners = [var.pipeline]

  filter {
    name   = "name"
    values = ["golden"]
  }
}

data "aws_ami" "by_pattern" {
  most_recent = "true"
  owners      = local.own
  name_regex  = "^web-20[0-9]{2}$"
}

data "aws_ami" "by_several" {
  most_recent = true
  owners      = [for owner in ["self", var.pipeline] : owner]

  filter {
    name   = "name"
    values = ["web-*", "golden"]
  }

  filter {
    name   = "owner-id"
    values = toset([var.pipeline])
  }
}

data "aws_ami" "by_dynamic" {
  most_recent = true
  owners      = ["self"]

  dynamic "filter" {
    for_each = { name = ["api-*"], state = ["available"] }
    content {
      name   = filter.key
      values = filter.value
    }
  }
}

data "aws_ami" "by_id" {
  filter {
    name   = "image-id"
    values = [var.images.home_made]
  }
}

data "aws_ami" "by_tag" {
  most_recent = true
  owners      = ["self"]

  filter {
    name   = "tag:Stage"
    values = ["live"]
  }
}

data "aws_ami" "deprecated" {
  most_recent        = true
  owners             = [var.pipeline]
  include_deprecated = true

  filter {
    name   = "name"
    values = ["old-*"]
  }
}

data "aws_ami" "abroad" {
  provider    = aws.eu
  most_recent = true
  owners      = ["self"]
}

data "aws_ami" "each" {
  for_each    = local.families
  most_recent = true
  owners      = each.value.owners

  filter {
    name   = "name"
    values = [each.value.pattern]
  }
}

data "aws_ami" "counted" {
  count       = 2
  most_recent = true
  owners      = ["self"]

  filter {
    name   = "name"
    values = [["web-2024", "api-2025"][count.index]]
  }
}

data "aws_ami" "unused" {
  count  = 0
  owners = ["self"]
}

resource "aws_instance" "newest" {
  ami           = data.aws_ami.newest.id
  instance_type = "t3.micro"
}

resource "aws_instance" "image_id" {
  ami           = data.aws_ami.only.image_id
  instance_type = "t3.micro"
}

resource "aws_instance" "by_pattern" {
  ami           = data.aws_ami.by_pattern.id
  instance_type = "t3.micro"
}

resource "aws_instance" "by_several" {
  ami           = data.aws_ami.by_several.id
  instance_type = "t3.micro"
}

resource "aws_instance" "by_dynamic" {
  ami           = data.aws_ami.by_dynamic.id
  instance_type = "t3.micro"
}

resource "aws_instance" "by_id" {
  ami           = data.aws_ami.by_id.id
  instance_type = "t3.micro"
}

resource "aws_instance" "by_tag" {
  ami           = data.aws_ami.by_tag.id
  instance_type = "t3.micro"
}

resource "aws_instance" "deprecated" {
  ami           = data.aws_ami.deprecated.id
  instance_type = "t3.micro"
}

resource "aws_instance" "abroad" {
  provider      = aws.eu
  ami           = data.aws_ami.abroad.id
  instance_type = "t3.micro"
}

resource "aws_instance" "from_the_wrong_region" {
  ami           = data.aws_ami.abroad.id
  instance_type = "t3.micro"
}

resource "aws_instance" "each" {
  for_each      = data.aws_ami.each
  ami           = each.value.id
  instance_type = "t3.micro"
}

resource "aws_instance" "each_by_key" {
  for_each      = local.families
  ami           = data.aws_ami.each[each.key].image_id
  instance_type = "t3.micro"
}

resource "aws_instance" "counted" {
  count         = 2
  ami           = data.aws_ami.counted[count.index].id
  instance_type = "t3.micro"
}

resource "aws_instance" "splat" {
  ami           = (data.aws_ami.counted[*].id)[1]
  instance_type = "t3.micro"
}

resource "aws_instance" "joined" {
  ami           = join("", data.aws_ami.unused.*.id, [data.aws_ami.newest.id])
  instance_type = "t3.micro"
}

resource "aws_instance" "conditional" {
  ami           = var.images.home_made == "" ? data.aws_ami.newest.id : data.aws_ami.only.id
  instance_type = "t3.micro"
}

resource "aws_instance" "conditional_of_lookup" {
  ami           = data.aws_ami.newest.architecture == "arm64" ? var.images.home_made : var.images.copy
  instance_type = "t3.micro"
}

resource "aws_instance" "coalesced" {
  ami           = coalesce(null, "", data.aws_ami.newest.id)
  instance_type = "t3.micro"
}

resource "aws_instance" "tried" {
  ami           = try(data.aws_ami.unused[0].id, data.aws_ami.newest.id)
  instance_type = "t3.micro"
}

resource "aws_instance" "of_map" {
  ami           = { web = data.aws_ami.newest.id, api = var.images.home_made }["web"]
  instance_type = "t3.micro"
}

resource "aws_instance" "of_unread_map" {
  ami           = { web = data.aws_ami.newest.id, api = var.images.home_made }["api"]
  instance_type = "t3.micro"
}

# --------------------------------------------------------------------------- aws_ssm_parameter

data "aws_ssm_parameter" "alias" {
  name = "/golden/web"
}

data "aws_ssm_parameter" "version" {
  name = "/versioned/web:1"
}

data "aws_ssm_parameter" "json" {
  name = "/described/web"
}

data "aws_ssm_parameter" "each" {
  for_each = toset(["golden", "versioned"])
  name     = "/${each.key}/web"
}

resource "aws_instance" "parameter" {
  ami           = data.aws_ssm_parameter.alias.value
  instance_type = "t3.micro"
}

resource "aws_instance" "parameter_insecure" {
  ami           = data.aws_ssm_parameter.alias.insecure_value
  instance_type = "t3.micro"
}

resource "aws_instance" "parameter_opened" {
  ami           = nonsensitive(data.aws_ssm_parameter.alias.value)
  instance_type = "t3.micro"
}

resource "aws_instance" "parameter_version" {
  ami           = data.aws_ssm_parameter.version.value
  instance_type = "t3.micro"
}

resource "aws_instance" "parameter_json" {
  ami           = jsondecode(data.aws_ssm_parameter.json.value).image_id
  instance_type = "t3.micro"
}

resource "aws_instance" "parameter_each" {
  for_each      = toset(["golden", "versioned"])
  ami           = data.aws_ssm_parameter.each[each.key].value
  instance_type = "t3.micro"
}

data "aws_ami" "by_parameter" {
  filter {
    name   = "image-id"
    values = [data.aws_ssm_parameter.alias.value]
  }
}

resource "aws_instance" "lookup_by_parameter" {
  ami           = data.aws_ami.by_parameter.id
  instance_type = "t3.micro"
}

# ------------------------------------------------------------- aws_launch_template, aws_instance

data "aws_launch_template" "by_name" {
  name = "web"
}

data "aws_launch_template" "by_id" {
  id = var.template_id
}

resource "aws_instance" "image_of_template" {
  ami           = data.aws_launch_template.by_name.image_id
  instance_type = "t3.micro"
}

resource "aws_instance" "template_by_id" {
  launch_template {
    id      = data.aws_launch_template.by_name.id
    version = "$Latest"
  }
}

resource "aws_instance" "template_default" {
  launch_template {
    id = data.aws_launch_template.by_id.id
  }
}

resource "aws_instance" "template_at_its_default" {
  launch_template {
    name    = data.aws_launch_template.by_id.name
    version = data.aws_launch_template.by_id.default_version
  }
}

resource "aws_instance" "template_at_its_latest" {
  launch_template {
    id      = data.aws_launch_template.by_id.id
    version = data.aws_launch_template.by_id.latest_version
  }
}

data "aws_instance" "running" {
  instance_id = var.instance_id
}

resource "aws_instance" "image_of_instance" {
  ami           = data.aws_instance.running.ami
  instance_type = "t3.micro"
}

# ------------------------------------------------------------------------------- led further

module "team" {
  source   = "./team"
  for_each = local.families
  image    = data.aws_ami.each[each.key].id
  pattern  = each.value.pattern
}

module "abroad" {
  source    = "./team"
  providers = { aws = aws.eu }
  image     = data.aws_ami.abroad.id
  pattern   = "*"
}

resource "aws_instance" "of_output" {
  for_each      = module.team
  ami           = each.value.found
  instance_type = "t3.micro"
}

module "chain" {
  source = "./chain"
  image  = data.aws_ami.newest.id
}

resource "aws_ami_copy" "of_lookup" {
  name              = "copy"
  source_ami_id     = data.aws_ami.abroad.id
  source_ami_region = "eu-west-1"
}

resource "aws_instance" "of_copy" {
  ami           = aws_ami_copy.of_lookup.id
  instance_type = "t3.micro"
}

resource "aws_launch_template" "of_lookup" {
  name     = "of-lookup"
  image_id = data.aws_ami.newest.id
}

resource "aws_autoscaling_group" "of_template" {
  name               = "g"
  availability_zones = ["us-east-1a"]
  min_size           = 0
  max_size           = 1
  launch_template {
    id      = aws_launch_template.of_lookup.id
    version = aws_launch_template.of_lookup.latest_version
  }
}

resource "aws_ssm_parameter" "of_lookup" {
  name      = "/published"
  type      = "String"
  data_type = "aws:ec2:image"
  value     = data.aws_ami.newest.id
}
