resource "aws_autoscaling_group" "groups_of" {
  for_each           = aws_launch_template.templates_known
  name               = "groups-of-${each.key}"
  min_size           = 1
  max_size           = 1
  availability_zones = ["us-east-1a"]
  launch_template {
    name    = each.value.name
    version = each.value.default_version
  }
}

resource "aws_autoscaling_group" "groups_live" {
  for_each           = toset(["1", "2", "$Latest", "$Default"])
  name               = "groups-live-${each.key}"
  min_size           = 1
  max_size           = 1
  availability_zones = ["us-east-1a"]
  launch_template {
    name    = "live-moved"
    version = each.key
  }
}

resource "aws_autoscaling_group" "groups_chosen" {
  name               = "groups-chosen"
  min_size           = 1
  max_size           = 1
  availability_zones = ["us-east-1a"]
  launch_template {
    id      = var.conditions_fresh ? aws_launch_template.templates_home_made.id : aws_launch_template.templates_golden.id
    version = "$Latest"
  }
}

resource "aws_autoscaling_group" "groups_one" {
  name               = "groups-one"
  min_size           = 1
  max_size           = 1
  availability_zones = ["us-east-1a"]
  launch_template {
    id      = one([for key, template in aws_launch_template.templates_known : template.id if key == "bad"])
    version = try(aws_launch_template.templates_known["bad"].latest_version, "$Default")
  }
}

resource "aws_autoscaling_group" "groups_mixed" {
  name               = "groups-mixed"
  min_size           = 1
  max_size           = 1
  availability_zones = ["us-east-1a"]
  mixed_instances_policy {
    launch_template {
      launch_template_specification {
        launch_template_id = aws_launch_template.templates_known["good"].id
      }
      override {
        instance_type = "t3.large"
      }
      override {
        instance_type = "t3.xlarge"
        launch_template_specification {
          launch_template_id = aws_launch_template.templates_home_made.id
          version            = aws_launch_template.templates_home_made.latest_version
        }
      }
    }
  }
}

resource "aws_autoscaling_group" "groups_taken" {
  for_each             = aws_launch_configuration.copies_taken
  name                 = "groups-taken-${each.key}"
  min_size             = 1
  max_size             = 1
  availability_zones   = ["us-east-1a"]
  launch_configuration = each.value.name
}

resource "aws_ec2_fleet" "groups_fleet" {
  type = "instant"
  launch_template_config {
    launch_template_specification {
      launch_template_id = aws_launch_template.templates_home_made.id
      version            = aws_launch_template.templates_home_made.latest_version
    }
  }
  target_capacity_specification {
    default_target_capacity_type = "on-demand"
    total_target_capacity        = 1
  }
}
