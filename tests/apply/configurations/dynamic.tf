locals {
  dynamic_templates = [{ id = aws_launch_template.templates_home_made.id, version = "$Default" }]
  dynamic_overrides = { a = "live-golden", b = "live-home-made" }
}

resource "aws_instance" "dynamic_template" {
  dynamic "launch_template" {
    for_each = local.dynamic_templates
    content {
      id      = launch_template.value.id
      version = launch_template.value.version
    }
  }
}

resource "aws_instance" "dynamic_named" {
  dynamic "launch_template" {
    for_each = toset(["live-chosen"])
    iterator = chosen
    content {
      name = chosen.value
    }
  }
}

resource "aws_instance" "dynamic_none" {
  ami           = var.golden
  instance_type = "t3.small"
  dynamic "launch_template" {
    for_each = []
    content {
      id = aws_launch_template.templates_home_made.id
    }
  }
}

resource "aws_autoscaling_group" "dynamic_group" {
  name               = "dynamic-group"
  min_size           = 1
  max_size           = 1
  availability_zones = ["us-east-1a"]
  dynamic "launch_template" {
    for_each = [aws_launch_template.templates_golden]
    content {
      id      = launch_template.value.id
      version = launch_template.value.latest_version
    }
  }
}

resource "aws_autoscaling_group" "dynamic_mixed" {
  name               = "dynamic-mixed"
  min_size           = 1
  max_size           = 1
  availability_zones = ["us-east-1a"]
  mixed_instances_policy {
    launch_template {
      launch_template_specification {
        launch_template_id = aws_launch_template.templates_golden.id
        version            = "$Latest"
      }
      dynamic "override" {
        for_each = local.dynamic_overrides
        content {
          instance_type = "t3.large"
          launch_template_specification {
            launch_template_name = override.value
          }
        }
      }
    }
  }
}
