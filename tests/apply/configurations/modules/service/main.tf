variable "image" {}
variable "name" {}

resource "aws_launch_template" "this" {
  name          = var.name
  image_id      = var.image
  instance_type = "t3.small"
}

resource "aws_autoscaling_group" "this" {
  name               = var.name
  min_size           = 1
  max_size           = 1
  availability_zones = ["us-east-1a"]
  launch_template {
    id      = aws_launch_template.this.id
    version = aws_launch_template.this.latest_version
  }
}
