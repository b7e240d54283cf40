# The forms in which well-known modules write what is looked up.

variable "no_image" {
  type    = string
  default = null
}

locals {
  ecs = jsondecode(data.aws_ssm_parameter.ecs.value)
  me  = data.aws_caller_identity.me.account_id
}

data "aws_ami" "counted_once" {
  count       = var.no_image == null ? 1 : 0
  most_recent = true
  owners      = ["self"]

  filter {
    name   = "name"
    values = ["api-*"]
  }
}

data "aws_ami_ids" "all" {
  owners = ["self"]

  filter {
    name   = "name"
    values = ["web-*"]
  }
}

data "aws_ami_ids" "oldest" {
  owners         = ["self"]
  sort_ascending = true

  filter {
    name   = "name"
    values = ["web-*"]
  }
}

data "aws_ssm_parameter" "ecs" {
  name = "/aws/service/ecs/optimized-ami/amazon-linux-2/recommended"
}

data "aws_caller_identity" "me" {}

data "aws_ami" "own" {
  most_recent = true
  owners      = [local.me]
}

data "aws_ami" "own_abroad" {
  provider    = aws.eu
  most_recent = true
  owners      = [data.aws_caller_identity.me.account_id]
}

resource "aws_instance" "form_try_index" {
  ami           = try(data.aws_ami.counted[0].id, var.images.home_made)
  instance_type = "t3.micro"
}

resource "aws_instance" "form_try_gone" {
  ami           = try(data.aws_ami.unused[0].id, var.images.home_made)
  instance_type = "t3.micro"
}

resource "aws_instance" "form_try_one" {
  ami           = try(one(data.aws_ami.counted_once[*].id), "")
  instance_type = "t3.micro"
}

resource "aws_instance" "form_one_thing" {
  ami           = one(data.aws_ami.counted_once).id
  instance_type = "t3.micro"
}

resource "aws_instance" "form_try_missing_key" {
  ami           = try({ pinned = var.images.home_made }["nope"], data.aws_ami.newest.id)
  instance_type = "t3.micro"
}

resource "aws_instance" "form_try_output" {
  ami           = try(module.team["web"].found, var.images.home_made)
  instance_type = "t3.micro"
}

resource "aws_instance" "form_try_output_gone" {
  ami           = try(module.team["nope"].found, data.aws_ami.newest.id)
  instance_type = "t3.micro"
}

resource "aws_instance" "form_try_map" {
  ami           = try(data.aws_ami.each["nope"].id, data.aws_ami.each["web"].id)
  instance_type = "t3.micro"
}

resource "aws_instance" "form_module_form" {
  ami           = try(coalesce(var.no_image, try(nonsensitive(data.aws_ssm_parameter.alias.value), null)), null)
  instance_type = "t3.micro"
}

resource "aws_instance" "form_module_form_given" {
  ami           = try(coalesce(var.images.home_made, data.aws_ssm_parameter.alias.value), null)
  instance_type = "t3.micro"
}

resource "aws_instance" "form_coalesce_null" {
  ami           = coalesce(var.no_image, data.aws_ami.newest.id)
  instance_type = "t3.micro"
}

resource "aws_instance" "form_coalesce_first" {
  ami           = coalesce(data.aws_ami.newest.id, var.images.home_made)
  instance_type = "t3.micro"
}

resource "aws_instance" "form_coalesce_failed" {
  ami           = try(coalesce(""), data.aws_ami.newest.id)
  instance_type = "t3.micro"
}

resource "aws_instance" "form_coalescelist" {
  ami           = coalescelist(data.aws_ami.unused[*].id, data.aws_ami.counted_once[*].id)[0]
  instance_type = "t3.micro"
}

resource "aws_instance" "form_join_counted" {
  ami           = join("", data.aws_ami.counted_once[*].id)
  instance_type = "t3.micro"
}

resource "aws_instance" "form_element_concat" {
  ami           = element(concat(data.aws_ami.unused[*].id, data.aws_ami.counted_once[*].id, [""]), 0)
  instance_type = "t3.micro"
}

resource "aws_instance" "form_compacted" {
  ami           = compact([data.aws_ami.newest.id, ""])[0]
  instance_type = "t3.micro"
}

resource "aws_instance" "form_formatted" {
  ami           = format("%s", data.aws_ami.newest.id)
  instance_type = "t3.micro"
}

resource "aws_instance" "form_trimmed" {
  ami           = trimspace(data.aws_ssm_parameter.alias.value)
  instance_type = "t3.micro"
}

resource "aws_instance" "form_chomped" {
  ami           = chomp(data.aws_ssm_parameter.alias.value)
  instance_type = "t3.micro"
}

resource "aws_instance" "form_lowered" {
  ami           = lower(data.aws_ami.newest.id)
  instance_type = "t3.micro"
}

resource "aws_instance" "form_unquoted" {
  ami           = trim(data.aws_ssm_parameter.alias.value, "\" \n")
  instance_type = "t3.micro"
}

resource "aws_instance" "form_replaced" {
  ami           = replace(data.aws_ssm_parameter.alias.value, "\n", "")
  instance_type = "t3.micro"
}

resource "aws_instance" "form_replaced_spaces" {
  ami           = replace(data.aws_ssm_parameter.alias.value, "/\\s+/", "")
  instance_type = "t3.micro"
}

resource "aws_instance" "form_arn_replaced" {
  ami           = replace(data.aws_ami.newest.arn, "/.*image//", "")
  instance_type = "t3.micro"
}

resource "aws_instance" "form_arn_replaced_slash" {
  ami           = replace(data.aws_ami.newest.arn, "/^.*\\//", "")
  instance_type = "t3.micro"
}

resource "aws_instance" "form_arn_split" {
  ami           = split("/", data.aws_ami.newest.arn)[1]
  instance_type = "t3.micro"
}

resource "aws_instance" "form_arn_split_element" {
  ami           = element(split("/", data.aws_ami.newest.arn), 1)
  instance_type = "t3.micro"
}

resource "aws_instance" "form_arn_regex" {
  ami           = regex("ami-[0-9a-f]+$", data.aws_ami.newest.arn)
  instance_type = "t3.micro"
}

resource "aws_instance" "form_arn_base" {
  ami           = basename(data.aws_ami.newest.arn)
  instance_type = "t3.micro"
}

resource "aws_instance" "form_regex_id" {
  ami           = regex("^ami-.*", data.aws_ami.newest.id)
  instance_type = "t3.micro"
}

resource "aws_instance" "form_splat_of_one" {
  ami           = flatten([data.aws_ami.newest[*].id])[0]
  instance_type = "t3.micro"
}

resource "aws_instance" "form_not_empty" {
  ami           = data.aws_ami.newest.id != "" ? data.aws_ami.newest.id : var.images.home_made
  instance_type = "t3.micro"
}

resource "aws_instance" "form_not_null" {
  ami           = data.aws_ami.newest == null ? var.images.home_made : data.aws_ami.newest.id
  instance_type = "t3.micro"
}

resource "aws_instance" "form_newest_of_ids" {
  ami           = data.aws_ami_ids.all.ids[0]
  instance_type = "t3.micro"
}

resource "aws_instance" "form_first_of_ids" {
  ami           = element(data.aws_ami_ids.all.ids, 0)
  instance_type = "t3.micro"
}

resource "aws_instance" "form_oldest_of_ids" {
  ami           = data.aws_ami_ids.oldest.ids[0]
  instance_type = "t3.micro"
}

resource "aws_instance" "form_second_of_ids" {
  ami           = data.aws_ami_ids.all.ids[1]
  instance_type = "t3.micro"
}

resource "aws_instance" "form_public_json" {
  ami           = jsondecode(data.aws_ssm_parameter.ecs.value)["image_id"]
  instance_type = "t3.micro"
}

resource "aws_instance" "form_public_json_attribute" {
  ami           = jsondecode(nonsensitive(data.aws_ssm_parameter.ecs.value)).image_id
  instance_type = "t3.micro"
}

resource "aws_instance" "form_public_json_local" {
  ami           = local.ecs.image_id
  instance_type = "t3.micro"
}

resource "aws_instance" "form_own_by_identity" {
  ami           = data.aws_ami.own.id
  instance_type = "t3.micro"
}

resource "aws_instance" "form_own_by_identity_abroad" {
  ami           = data.aws_ami.own_abroad.id
  instance_type = "t3.micro"
}

resource "aws_instance" "form_values_of_lookups" {
  ami           = values({ for k, v in data.aws_ami.each : k => v.id })[0]
  instance_type = "t3.micro"
}

resource "aws_instance" "form_list_of_lookups" {
  ami           = [for v in data.aws_ami.each : v.id][1]
  instance_type = "t3.micro"
}

resource "aws_instance" "form_looked_up" {
  ami           = lookup({ x = data.aws_ami.newest.id }, "x", "")
  instance_type = "t3.micro"
}

resource "aws_instance" "form_tried_resource" {
  ami           = try(aws_launch_template.of_lookup.image_id, var.images.home_made)
  instance_type = "t3.micro"
}

resource "aws_instance" "form_digits_replaced" {
  ami           = replace(data.aws_ami.newest.id, "0", "0")
  instance_type = "t3.micro"
}
