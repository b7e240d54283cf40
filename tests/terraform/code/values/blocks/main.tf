# Nested blocks, written one by one and by `dynamic`.

variable "templates" {
  default = {
    a = { id = "lt-0a000000000000001", version = "1" }
    b = { id = "lt-0a000000000000002", version = "$Latest" }
  }
}

variable "unset" {
  default = null
}

variable "overrides" {
  default = [
    { type = "m5.large", template = "lt-0a000000000000003" },
    { type = "m6g.large", template = null },
    { type = "c5.large", template = "lt-0a000000000000004" },
  ]
}

resource "aws_instance" "dynamic_list" {
  dynamic "launch_template" {
    for_each = ["lt-0a000000000000005"]
    content {
      id      = launch_template.value
      version = "${launch_template.key + 1}"
    }
  }
}

resource "aws_instance" "dynamic_map" {
  for_each = var.templates
  dynamic "launch_template" {
    for_each = { (each.key) = each.value }
    content {
      id      = launch_template.value.id
      version = launch_template.value["version"]
    }
  }
}

resource "aws_instance" "dynamic_set" {
  dynamic "launch_template" {
    for_each = toset(["lt-0a000000000000006"])
    content {
      id      = launch_template.key
      version = 3
    }
  }
}

resource "aws_instance" "dynamic_iterator" {
  dynamic "launch_template" {
    for_each = [{ name = "existing" }]
    iterator = it
    content {
      name = it.value.name
    }
  }
}

resource "aws_instance" "dynamic_none" {
  ami           = "ami-00200001"
  instance_type = "t3.micro"
  dynamic "launch_template" {
    for_each = var.unset == null ? [] : [1]
    content {
      id = "lt-0bad0000000000000"
    }
  }
}

resource "aws_instance" "dynamic_splat_of_null" {
  ami           = "ami-00200002"
  instance_type = "t3.micro"
  dynamic "launch_template" {
    for_each = var.unset[*]
    content {
      id = "lt-0bad0000000000000"
    }
  }
}

resource "aws_instance" "ami_wins" {
  ami           = "ami-00200003"
  instance_type = "t3.micro"
  launch_template {
    id = "lt-0a000000000000007"
  }
}

resource "aws_instance" "null_ami" {
  ami = var.unset
  launch_template {
    name    = "existing"
    version = "$Default"
  }
}

resource "aws_instance" "empty_version" {
  launch_template {
    id      = "lt-0a000000000000008"
    version = null
  }
}

resource "aws_autoscaling_group" "mixed" {
  name               = "mixed"
  availability_zones = ["us-east-1a"]
  min_size           = 0
  max_size           = 1

  mixed_instances_policy {
    launch_template {
      launch_template_specification {
        launch_template_id = var.templates.a.id
        version            = var.templates.a.version
      }

      dynamic "override" {
        for_each = var.overrides
        content {
          instance_type = override.value.type

          dynamic "launch_template_specification" {
            for_each = override.value.template == null ? [] : [override.value.template]
            iterator = inner
            content {
              launch_template_id = inner.value
              version            = tostring(override.key + 1)
            }
          }
        }
      }
    }
  }
}

resource "aws_autoscaling_group" "mixed_by_name" {
  name               = "mixed-by-name"
  availability_zones = ["us-east-1a"]
  min_size           = 0
  max_size           = 1

  mixed_instances_policy {
    launch_template {
      launch_template_specification {
        launch_template_name = "existing"
      }
      override {
        instance_type = "m5.large"
      }
      override {
        launch_template_specification {
          launch_template_name = "other"
          version              = "7"
        }
      }
    }
  }
}

resource "aws_spot_fleet_request" "specifications" {
  iam_fleet_role  = "arn:aws:iam::222222222222:role/fleet"
  target_capacity = 1

  launch_specification {
    ami           = "ami-00200004"
    instance_type = "m5.large"
  }

  dynamic "launch_specification" {
    for_each = { x = "ami-00200006", w = "ami-00200005" }
    content {
      ami           = launch_specification.value
      instance_type = "m5.${launch_specification.key}large"
    }
  }
}

resource "aws_spot_fleet_request" "templates" {
  iam_fleet_role  = "arn:aws:iam::222222222222:role/fleet"
  target_capacity = 1

  dynamic "launch_template_config" {
    for_each = var.templates
    content {
      launch_template_specification {
        id      = launch_template_config.value.id
        version = launch_template_config.value.version
      }
    }
  }
}

resource "aws_ec2_fleet" "fleet" {
  target_capacity_specification {
    default_target_capacity_type = "spot"
    total_target_capacity        = 1
  }
  launch_template_config {
    launch_template_specification {
      launch_template_id = "lt-0a000000000000009"
      version            = "2"
    }
  }
}

resource "aws_batch_compute_environment" "batch" {
  compute_environment_name = "batch"
  type                     = "MANAGED"
  service_role             = "arn:aws:iam::222222222222:role/batch"
  compute_resources {
    type               = "EC2"
    instance_role      = "arn:aws:iam::222222222222:instance-profile/x"
    instance_type      = ["m5.large"]
    max_vcpus          = 4
    subnets            = ["subnet-0a"]
    security_group_ids = ["sg-0a"]
    image_id           = "ami-00200007"
    ec2_configuration {
      image_type        = "ECS_AL2"
      image_id_override = "ami-00200008"
    }
    launch_template {
      launch_template_name = "existing"
      version              = "$Latest"
    }
  }
}

resource "aws_eks_node_group" "nodes" {
  cluster_name    = "c"
  node_group_name = "n"
  node_role_arn   = "arn:aws:iam::222222222222:role/nodes"
  subnet_ids      = ["subnet-0a"]
  scaling_config {
    desired_size = 1
    max_size     = 1
    min_size     = 1
  }
  launch_template {
    id      = "lt-0a00000000000000a"
    version = 4
  }
}

resource "aws_elastic_beanstalk_environment" "settings" {
  name                = "e"
  application         = "a"
  solution_stack_name = "64bit Amazon Linux 2023 v4.0.0 running Docker"

  dynamic "setting" {
    for_each = { ImageId = "ami-00200009", InstanceType = "t3.micro" }
    content {
      namespace = "aws:autoscaling:launchconfiguration"
      name      = setting.key
      value     = setting.value
    }
  }
}

resource "aws_ssm_parameter" "image" {
  name      = "/image"
  type      = "String"
  data_type = "aws:ec2:image"
  value     = "ami-0020000a"
}

resource "aws_ssm_parameter" "text" {
  name  = "/text"
  type  = "String"
  value = "not an image"
}

resource "aws_emr_cluster" "emr" {
  name          = "e"
  release_label = "emr-7.0.0"
  service_role  = "arn:aws:iam::222222222222:role/emr"
  custom_ami_id = "ami-0020000b"
  master_instance_group {
    instance_type = "m5.xlarge"
  }
}

resource "aws_imagebuilder_image_recipe" "recipe" {
  name         = "r"
  parent_image = "ami-0020000c"
  version      = "1.0.0"
  component {
    component_arn = "arn:aws:imagebuilder:us-east-1:aws:component/x/1.0.0"
  }
}

resource "aws_cloud9_environment_ec2" "ide" {
  name          = "i"
  instance_type = "t3.micro"
  image_id      = "resolve:ssm:/aws/service/cloud9/amis/amazonlinux-2023-x86_64"
}
