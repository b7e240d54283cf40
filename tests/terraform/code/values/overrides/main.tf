# Override files: what they say wins, argument by argument, and block type by block type.

variable "image" {
  default = "ami-00000bad"
}

variable "typed" {
  type    = string
  default = "ami-00000bad"
}

locals {
  local = "ami-00000bad"
  kept  = "ami-00300001"
}

resource "aws_instance" "argument" {
  ami           = "ami-00000bad"
  instance_type = "t3.micro"
}

resource "aws_instance" "variable" {
  ami           = var.image
  instance_type = "t3.micro"
}

resource "aws_instance" "local" {
  ami           = local.local
  instance_type = "t3.micro"
}

resource "aws_instance" "kept" {
  ami           = local.kept
  instance_type = "t3.micro"
}

resource "aws_instance" "typed" {
  ami           = "ami-${var.typed}"
  instance_type = "t3.micro"
}

resource "aws_instance" "count" {
  count         = 0
  ami           = "ami-0030000${count.index + 2}"
  instance_type = "t3.micro"
}

resource "aws_instance" "static_by_static" {
  launch_template {
    id      = "lt-0bad0000000000000"
    version = "9"
  }
}

resource "aws_instance" "dynamic_by_static" {
  dynamic "launch_template" {
    for_each = ["lt-0bad0000000000000"]
    content {
      id = launch_template.value
    }
  }
}

resource "aws_instance" "static_by_dynamic" {
  launch_template {
    id = "lt-0bad0000000000000"
  }
}

resource "aws_instance" "dynamic_beside_dynamic" {
  dynamic "launch_template" {
    for_each = ["lt-03000000000000004"]
    content {
      id = launch_template.value
    }
  }
}

resource "aws_instance" "in_order" {
  ami           = "ami-00000bad"
  instance_type = "t3.micro"
}

resource "aws_instance" "by_json" {
  ami           = "ami-00000bad"
  instance_type = "t3.micro"
}

resource "aws_instance" "two_dots" {
  ami           = "ami-0030000c"
  instance_type = "t3.micro"
}

resource "aws_autoscaling_group" "nested" {
  name               = "nested"
  availability_zones = ["us-east-1a"]
  min_size           = 0
  max_size           = 1
  launch_template {
    id = "lt-0bad0000000000000"
  }
}

module "called" {
  source = "./called"
  image  = "ami-00000bad"
  other  = "ami-0030000b"
}
