# Launch templates of the plan itself, and everything that leads to them.

variable "image" {
  default = "ami-00400001"
}

resource "aws_launch_template" "web" {
  name     = "web"
  image_id = var.image
}

resource "aws_launch_template" "prefixed" {
  name_prefix            = "prefixed-"
  image_id               = "ami-00400002"
  update_default_version = true
}

resource "aws_launch_template" "unnamed" {
  image_id = "resolve:ssm:/golden/image:3"
}

resource "aws_launch_template" "counted" {
  count    = 2
  name     = "counted-${count.index}"
  image_id = "ami-0040001${count.index}"
}

resource "aws_launch_template" "each" {
  for_each = { a = "ami-00400003", b = "ami-00400004" }
  name     = "each-${each.key}"
  image_id = each.value
}

resource "aws_launch_template" "no_image" {
  name          = "no-image"
  instance_type = "t3.micro"
}

resource "aws_launch_configuration" "old" {
  name          = "old"
  image_id      = "ami-00400005"
  instance_type = "t3.micro"
}

resource "aws_launch_configuration" "old_prefix" {
  name_prefix   = "old-"
  image_id      = "ami-00400006"
  instance_type = "t3.micro"
}

resource "aws_instance" "by_id" {
  launch_template {
    id = aws_launch_template.web.id
  }
}

resource "aws_instance" "by_id_latest" {
  launch_template {
    id      = aws_launch_template.web.id
    version = "$Latest"
  }
}

resource "aws_instance" "by_id_latest_version" {
  launch_template {
    id      = aws_launch_template.prefixed.id
    version = aws_launch_template.prefixed.latest_version
  }
}

resource "aws_instance" "by_id_default_version" {
  launch_template {
    id      = aws_launch_template.prefixed.id
    version = aws_launch_template.prefixed.default_version
  }
}

resource "aws_instance" "by_id_number" {
  launch_template {
    id      = aws_launch_template.unnamed.id
    version = "1"
  }
}

resource "aws_instance" "by_name" {
  launch_template {
    name    = aws_launch_template.web.name
    version = "$Latest"
  }
}

resource "aws_instance" "by_written_name" {
  launch_template {
    name    = "web"
    version = "$Latest"
  }
}

resource "aws_instance" "by_written_name_default" {
  launch_template {
    name = "web"
  }
}

resource "aws_instance" "by_computed_name" {
  launch_template {
    name    = aws_launch_template.prefixed.name
    version = "$Latest"
  }
}

resource "aws_instance" "by_count" {
  count = 2
  launch_template {
    id      = aws_launch_template.counted[count.index].id
    version = "$Latest"
  }
}

resource "aws_instance" "by_each" {
  for_each = aws_launch_template.each
  launch_template {
    id      = each.value.id
    version = each.value.latest_version
  }
}

resource "aws_instance" "by_splat" {
  launch_template {
    id      = (aws_launch_template.counted[*].id)[1]
    version = "$Latest"
  }
}

resource "aws_instance" "by_no_image" {
  launch_template {
    id      = aws_launch_template.no_image.id
    version = "$Latest"
  }
}

resource "aws_instance" "by_image_of_template" {
  ami           = aws_launch_template.web.image_id
  instance_type = "t3.micro"
}

resource "aws_instance" "by_image_of_each" {
  for_each      = aws_launch_template.each
  ami           = each.value.image_id
  instance_type = "t3.micro"
}

resource "aws_autoscaling_group" "by_configuration" {
  name                 = "by-configuration"
  availability_zones   = ["us-east-1a"]
  min_size             = 0
  max_size             = 1
  launch_configuration = aws_launch_configuration.old.name
}

resource "aws_autoscaling_group" "by_configuration_id" {
  name                 = "by-configuration-id"
  availability_zones   = ["us-east-1a"]
  min_size             = 0
  max_size             = 1
  launch_configuration = aws_launch_configuration.old_prefix.id
}

resource "aws_autoscaling_group" "by_configuration_word" {
  name                 = "by-configuration-word"
  availability_zones   = ["us-east-1a"]
  min_size             = 0
  max_size             = 1
  launch_configuration = "old"
}

resource "aws_autoscaling_group" "by_configuration_elsewhere" {
  name                 = "by-configuration-elsewhere"
  availability_zones   = ["us-east-1a"]
  min_size             = 0
  max_size             = 1
  launch_configuration = "not-in-this-plan"
}

resource "aws_autoscaling_group" "mixed" {
  name               = "mixed"
  availability_zones = ["us-east-1a"]
  min_size           = 0
  max_size           = 1

  mixed_instances_policy {
    launch_template {
      launch_template_specification {
        launch_template_id = aws_launch_template.web.id
        version            = "$Latest"
      }
      override {
        instance_type = "m5.large"
        launch_template_specification {
          launch_template_id = aws_launch_template.each["b"].id
          version            = aws_launch_template.each["b"].latest_version
        }
      }
    }
  }
}

resource "aws_autoscaling_group" "conditional" {
  name               = "conditional"
  availability_zones = ["us-east-1a"]
  min_size           = 0
  max_size           = 1

  launch_template {
    id      = var.image == "" ? aws_launch_template.web.id : aws_launch_template.prefixed.id
    version = "$Latest"
  }
}

resource "aws_autoscaling_group" "either" {
  name               = "either"
  availability_zones = ["us-east-1a"]
  min_size           = 0
  max_size           = 1

  launch_template {
    id      = try(aws_launch_template.missing[0].id, aws_launch_template.web.id)
    version = "$Latest"
  }
}

resource "aws_launch_template" "missing" {
  count    = 0
  image_id = "ami-00000bad"
}

module "user" {
  source      = "./user"
  template_id = aws_launch_template.web.id
  version_of  = aws_launch_template.web.latest_version
  template    = aws_launch_template.each["a"]
  image       = aws_launch_configuration.old.image_id
}
