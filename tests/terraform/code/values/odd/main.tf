# What people write and what nobody writes: it is all the same to Terraform.

variable "image" {
  default = "ami-00700001"
}

resource aws_instance bare_labels {
  ami           = var.image
  instance_type = "t3.micro"
}

resource "aws_instance" "lifecycle" {
  ami           = "ami-00700002"
  instance_type = "t3.micro"
  lifecycle {
    ignore_changes        = [ami]
    create_before_destroy = true
  }
}

resource "aws_instance" "lifecycle_all" {
  ami           = "ami-00700003"
  instance_type = "t3.micro"
  lifecycle {
    ignore_changes = all
  }
}

resource "aws_instance" "lifecycle_list" {
  ami           = "ami-00700004"
  instance_type = "t3.micro"
  lifecycle {
    ignore_changes = [
      tags, # not the next
      ami,
    ]
  }
}

resource "aws_instance" "depends" {
  ami           = "ami-00700005"
  instance_type = "t3.micro"
  depends_on    = [aws_instance.lifecycle]
  provisioner "local-exec" {
    command = "echo bye"
    when    = destroy
  }
  connection {
    host = "ami-00000bad"
  }
}

resource "aws_instance" "moved_here" {
  ami           = "ami-00700006"
  instance_type = "t3.micro"
}

moved {
  from = aws_instance.moved_away
  to   = aws_instance.moved_here
}

removed {
  from = aws_instance.removed
  lifecycle {
    destroy = false
  }
}

check "health" {
  assert {
    condition     = var.image != "ami-00000bad"
    error_message = "ami-00000bad"
  }
}

resource "terraform_data" "trigger" {
  triggers_replace = ["ami-00700007"]
}

resource "aws_instance" "user_data" {
  ami           = "ami-00700008"
  instance_type = "t3.micro"
  user_data     = "image=ami-00700009"
}

resource "aws_instance" "user_data_of_variable" {
  ami           = "ami-0070000a"
  instance_type = "t3.micro"
  user_data     = "image=${var.image}"
}

resource "aws_sns_topic" "unexpected_literal" {
  name         = "t"
  display_name = "ami-0070000b"
}

resource "aws_sns_topic" "unexpected_variable" {
  name         = "u"
  display_name = var.image
}

resource "aws_cloudwatch_event_target" "unexpected_json" {
  rule  = "r"
  arn   = "arn:aws:lambda:us-east-1:222222222222:function:f"
  input = jsonencode({ image = var.image })
}

resource "aws_codebuild_project" "unexpected_block" {
  name         = "p"
  service_role = "arn:aws:iam::222222222222:role/p"
  artifacts {
    type = "NO_ARTIFACTS"
  }
  environment {
    compute_type = "BUILD_GENERAL1_SMALL"
    image        = "x"
    type         = "LINUX_CONTAINER"
    environment_variable {
      name  = "IMAGE"
      value = var.image
    }
  }
  source {
    type = "NO_SOURCE"
  }
}

resource "aws_instance" "tagged" {
  ami           = "ami-0070000c"
  instance_type = "t3.micro"
  tags = {
    Name  = "x"
    Image = var.image
  }
}

resource "aws_instance" "empty" {
  ami           = ""
  instance_type = "t3.micro"
}

resource "aws_spot_instance_request" "empty" {
  ami           = ""
  instance_type = "t3.micro"
}

resource "aws_instance" "empty_with_template" {
  ami = ""
  launch_template {
    id      = aws_launch_template.of_the_empty.id
    version = aws_launch_template.of_the_empty.latest_version
  }
}

resource "aws_launch_template" "of_the_empty" {
  image_id = "ami-00700007"
}
