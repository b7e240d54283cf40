# One plan with every way to name an image that assay judges, good, bad and unknown.
# What the images are is the emulator's business: see the world in test_end_to_end.py.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

variable "access_key" {
  type = string
}

variable "secret_key" {
  type      = string
  sensitive = true
}

variable "region" {
  type = string
}

variable "images" {
  type        = map(string)
  description = "AMI ids by what they are."
}

variable "web_template_id" {
  type        = string
  description = "A launch template that exists: version 1, the default, is golden, version 2 is not."
}

variable "password" {
  type      = string
  sensitive = true
}

variable "tag_secret" {
  type = string
}

variable "sealed" {
  type        = map(string)
  description = "Names of images, of an alias and of a launch template, that nobody may read."
  sensitive   = true
}

provider "aws" {
  region                  = var.region
  skip_metadata_api_check = true
}

provider "aws" {
  alias                   = "eu"
  region                  = "eu-west-1"
  access_key              = var.access_key
  secret_key              = "a-literal-secret-key-in-a-provider-block"
  skip_metadata_api_check = true
}

provider "aws" {
  alias                   = "keys"
  region                  = "eu-west-1"
  access_key              = var.access_key
  secret_key              = var.secret_key
  skip_metadata_api_check = true
}

# ---------------------------------------------------------------------- instances, by AMI id

resource "aws_instance" "golden" {
  ami           = var.images.golden
  instance_type = "m5.large"
  user_data     = "#!/bin/sh\nexport PASSWORD=${var.password}\n"

  tags = {
    Name  = "web"
    Token = var.tag_secret
  }
}

resource "aws_instance" "copy" {
  ami              = var.images.copy
  instance_type    = "m5.large"
  user_data_base64 = base64encode("#!/bin/sh\nexport PASSWORD=${nonsensitive(var.password)}\n")
}

resource "aws_instance" "derived" {
  ami           = var.images.derived
  instance_type = "m5.large"
}

resource "aws_instance" "home_made" {
  ami           = var.images.home_made
  instance_type = "m5.large"
}

resource "aws_instance" "foreign" {
  ami           = var.images.foreign
  instance_type = "m5.large"
}

resource "aws_instance" "disabled" {
  ami           = var.images.disabled
  instance_type = "m5.large"
}

resource "aws_instance" "retired" {
  ami           = var.images.retired
  instance_type = "m5.large"
}

resource "aws_instance" "forged" {
  ami           = var.images.forged
  instance_type = "m5.large"
}

resource "aws_instance" "abroad" {
  provider      = aws.eu
  ami           = var.images.abroad
  instance_type = "m5.large"
}

resource "aws_instance" "wrong_region" {
  provider      = aws.eu
  ami           = var.images.golden
  instance_type = "m5.large"
}

data "aws_ami" "newest" {
  most_recent = true
  owners      = ["111122223333"]

  filter {
    name   = "name"
    values = ["golden*"]
  }
}

resource "aws_instance" "looked_up" {
  ami           = data.aws_ami.newest.id
  instance_type = "m5.large"
}

resource "terraform_data" "picked_at_apply" {
  input = var.images.golden
}

resource "aws_instance" "unknown" {
  ami           = terraform_data.picked_at_apply.id # whatever it will be
  instance_type = "m5.large"
}

# -------------------------------------------------------------- count, for_each and modules

resource "aws_instance" "counted" {
  count         = 2
  ami           = var.images[count.index == 0 ? "golden" : "home_made"]
  instance_type = "m5.large"
}

locals {
  awkward = {
    "a.b"                     = "golden"
    "say \"hi\""              = "home_made"
    "x[0]"                    = "copy"
    "[\"]"                    = "foreign"
    "grüße ✓"                 = "forged"
    "back\\slash"             = "derived"
    "$${not.a.template}"      = "disabled"
    "module.m[\"k\"].aws_x.y" = "golden"
    ""                        = "home_made"
  }
}

resource "aws_instance" "awkward" {
  for_each      = local.awkward
  ami           = var.images[each.value]
  instance_type = "m5.large"
}

module "service" {
  source   = "./modules/service"
  for_each = { "blue.green" = "golden", "re\"d]" = "home_made" }

  hosts = {
    "copy.of[it]" = var.images.copy
    "own"         = var.images[each.value]
  }
}

module "service_abroad" {
  source    = "./modules/service"
  providers = { aws = aws.eu }
  hosts     = { "dublin" = var.images.abroad }
}

# -------------------------------------------------------------------- templates in this plan

resource "aws_launch_template" "golden" {
  name      = "planned-golden"
  image_id  = var.images.golden
  user_data = base64encode("#!/bin/sh\nexport PASSWORD=${var.password}\n")
}

resource "aws_launch_template" "home_made" {
  name     = "planned-home-made"
  image_id = var.images.home_made
}

resource "aws_launch_template" "alias" {
  name     = "planned-alias"
  image_id = "resolve:ssm:/golden/web"
}

resource "aws_launch_template" "no_image" {
  name          = "planned-no-image"
  instance_type = "m5.large"
}

resource "aws_launch_configuration" "golden" {
  image_id      = var.images.golden
  instance_type = "m5.large"
  user_data     = "export PASSWORD=${var.password}"
}

resource "aws_launch_configuration" "foreign" {
  image_id      = var.images.foreign
  instance_type = "m5.large"
}

resource "aws_spot_instance_request" "derived" {
  ami           = var.images.derived
  instance_type = "m5.large"
}

resource "aws_spot_instance_request" "home_made" {
  ami           = var.images.home_made
  instance_type = "m5.large"
}

# ---------------------------------------------------------------------- templates that exist

resource "aws_instance" "by_template_id" {
  launch_template {
    id      = var.web_template_id
    version = "1"
  }
}

resource "aws_instance" "by_template_id_latest" {
  launch_template {
    id      = var.web_template_id
    version = "$Latest"
  }
}

resource "aws_instance" "by_template_name" {
  launch_template {
    name = "web"
  }
}

resource "aws_instance" "own_image_wins" {
  ami           = var.images.golden
  instance_type = "m5.large"

  launch_template {
    name    = "web"
    version = "2"
  }
}

resource "aws_autoscaling_group" "by_template_id" {
  name               = "by-template-id"
  availability_zones = ["us-east-1a"]
  min_size           = 1
  max_size           = 2

  launch_template {
    id      = var.web_template_id
    version = "$Latest"
  }
}

resource "aws_autoscaling_group" "by_template_name" {
  name               = "by-template-name"
  availability_zones = ["us-east-1a"]
  min_size           = 1
  max_size           = 2

  launch_template {
    name    = "web"
    version = "1"
  }
}

resource "aws_autoscaling_group" "mixed" {
  name               = "mixed"
  availability_zones = ["us-east-1a"]
  min_size           = 1
  max_size           = 2

  mixed_instances_policy {
    launch_template {
      launch_template_specification {
        launch_template_name = "aliased"
        version              = "$Default"
      }

      override {
        instance_type = "m5.large"
      }

      override {
        instance_type = "m6g.large"

        launch_template_specification {
          launch_template_id = var.web_template_id
          version            = "2"
        }
      }
    }
  }
}

# -------------------------------------------------------------------------- sensitive values

data "aws_ssm_parameter" "sealed" {
  name = "/sealed/image"
}

resource "aws_instance" "sealed" {
  ami           = var.sealed.golden
  instance_type = "m5.large"
}

resource "aws_instance" "sealed_home_made" {
  ami           = var.sealed.home_made
  instance_type = "m5.large"
}

resource "aws_instance" "sealed_missing" {
  ami           = var.sealed.missing
  instance_type = "m5.large"
}

resource "aws_launch_template" "sealed_by_parameter" {
  name     = "planned-sealed"
  image_id = data.aws_ssm_parameter.sealed.value
}

resource "aws_launch_template" "sealed_alias" {
  name     = "planned-sealed-alias"
  image_id = "resolve:ssm:${var.sealed.alias}"
}

resource "aws_autoscaling_group" "sealed_template" {
  name               = "sealed-template"
  availability_zones = ["us-east-1a"]
  min_size           = 1
  max_size           = 2

  launch_template {
    name    = var.sealed.template
    version = "1"
  }
}
