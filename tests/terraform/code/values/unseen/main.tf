# What code does not tell, the workspace: how many instances there are, and of what.

locals {
  hosts = terraform.workspace == "default" ? yamldecode(file("${path.module}/hosts.yaml")) : null
  ids   = [for key in sort(keys(local.hosts)) : local.hosts[key].ami]
}

resource "aws_instance" "each" {
  for_each      = local.hosts
  ami           = each.value.ami
  instance_type = "t3.micro"
}

resource "aws_instance" "fixed" {
  for_each      = local.hosts
  ami           = "ami-00a00003"
  instance_type = "t3.micro"
}

resource "aws_instance" "counted" {
  count         = length(local.ids)
  ami           = local.ids[count.index]
  instance_type = "t3.micro"
}

resource "aws_instance" "set" {
  for_each      = toset(local.ids)
  ami           = each.key
  instance_type = "t3.micro"
}

resource "aws_instance" "some" {
  for_each      = { for key, host in local.hosts : key => host if host.ami != "" }
  ami           = each.key == "a" ? "ami-00a00004" : "ami-00a00005"
  instance_type = "t3.micro"
}

resource "aws_instance" "none" {
  count         = local.hosts.a.ami == "" ? 1 : 0
  ami           = "ami-00000bad"
  instance_type = "t3.micro"
}

resource "aws_instance" "by_block" {
  for_each = local.hosts
  launch_template {
    id      = each.value.template
    version = "1"
  }
}

resource "aws_instance" "by_dynamic_block" {
  dynamic "launch_template" {
    for_each = slice([for host in local.hosts : host.template], 0, 1)
    content {
      id = launch_template.value
    }
  }
}

resource "aws_instance" "by_fixed_dynamic_block" {
  dynamic "launch_template" {
    for_each = slice(local.ids, 0, 1)
    content {
      name = "existing"
    }
  }
}

resource "aws_spot_fleet_request" "fleet" {
  iam_fleet_role  = "arn:aws:iam::222222222222:role/fleet"
  target_capacity = 1

  dynamic "launch_specification" {
    for_each = local.hosts
    content {
      ami           = launch_specification.value.ami
      instance_type = "m5.large"
    }
  }
}

resource "aws_autoscaling_group" "mixed" {
  name               = "unseen"
  availability_zones = ["us-east-1a"]
  min_size           = 0
  max_size           = 1

  mixed_instances_policy {
    launch_template {
      launch_template_specification {
        launch_template_name = "existing"
      }
      dynamic "override" {
        for_each = local.hosts
        content {
          launch_template_specification {
            launch_template_id = override.value.template
            version            = "2"
          }
        }
      }
    }
  }
}

resource "aws_launch_template" "each" {
  for_each = local.hosts
  name     = "unseen-${each.key}"
  image_id = each.value.ami
}

resource "aws_instance" "by_template" {
  for_each = aws_launch_template.each
  launch_template {
    id      = each.value.id
    version = "$Latest"
  }
}

resource "aws_instance" "by_template_key" {
  launch_template {
    id      = aws_launch_template.each["a"].id
    version = "$Latest"
  }
}

resource "aws_ami_copy" "each" {
  for_each          = local.hosts
  name              = each.key
  source_ami_id     = "ami-00a00006"
  source_ami_region = "us-east-1"
}

resource "aws_instance" "of_copy" {
  ami           = aws_ami_copy.each["a"].id
  instance_type = "t3.micro"
}

module "each" {
  source   = "./leaf"
  for_each = local.hosts
  image    = each.value.ami
}

module "count" {
  source = "./leaf"
  count  = length(local.ids)
  image  = "ami-00a0000${count.index + 7}"
}

resource "aws_instance" "of_module" {
  ami           = module.each["a"].image
  instance_type = "t3.micro"
}

resource "aws_instance" "of_modules" {
  for_each      = toset(values(module.each)[*].image)
  ami           = each.value
  instance_type = "t3.micro"
}

resource "aws_instance" "count_of_modules" {
  count         = length(module.count)
  ami           = module.count[count.index].image
  instance_type = "t3.micro"
}
