variable "image" {
  default = "ami-00300004"
}

variable "typed" {
  type    = number
  default = "10000005"
}

locals {
  local = "ami-00300006"
}

resource "aws_instance" "argument" {
  ami = "ami-00300007"
}

resource "aws_instance" "count" {
  count = 2
}

resource "aws_instance" "static_by_static" {
  launch_template {
    id = "lt-03000000000000001"
  }
}

resource "aws_instance" "dynamic_by_static" {
  launch_template {
    id      = "lt-03000000000000002"
    version = "2"
  }
}

resource "aws_instance" "static_by_dynamic" {
  dynamic "launch_template" {
    for_each = ["lt-03000000000000003"]
    content {
      id = launch_template.value
    }
  }
}

resource "aws_instance" "dynamic_beside_dynamic" {
  dynamic "metadata_options" {
    for_each = [1]
    content {
      http_tokens = "required"
    }
  }
}

resource "aws_instance" "in_order" {
  ami = "ami-00000bad"
}

resource "aws_autoscaling_group" "nested" {
  launch_template {
    name    = "existing"
    version = "8"
  }
}

module "called" {
  source = "./instead"
  image  = "ami-00300008"
}
