variable "image" {
  description = "An AMI id, or a parameter as resolve:ssm:NAME."
}

resource "aws_launch_template" "nodes" {
  name     = "ecs-nodes"
  image_id = var.image
}

resource "aws_autoscaling_group" "nodes" {
  availability_zones = ["us-east-1a"]
  min_size           = 1
  max_size           = 3

  launch_template {
    id      = aws_launch_template.nodes.id
    version = aws_launch_template.nodes.latest_version
  }
}
