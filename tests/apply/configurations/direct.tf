variable "direct_chosen" {
  default = { image = "", fallback = null }
}

resource "aws_instance" "direct_golden" {
  ami           = var.golden
  instance_type = "t3.small"
}

resource "aws_instance" "direct_home_made" {
  ami           = var.home_made
  instance_type = "t3.small"
}

resource "aws_instance" "direct_counted" {
  count         = 2
  ami           = [var.golden, var.home_made][count.index]
  instance_type = "t3.small"
}

resource "aws_instance" "direct_fallback" {
  ami           = coalesce(var.direct_chosen.fallback, var.direct_chosen.image, var.web)
  instance_type = "t3.small"
}

resource "aws_launch_configuration" "direct_golden" {
  name          = "direct-golden"
  image_id      = var.golden
  instance_type = "t3.small"
}

resource "aws_autoscaling_group" "direct_configured" {
  name                 = "direct-configured"
  min_size             = 1
  max_size             = 1
  availability_zones   = ["us-east-1a"]
  launch_configuration = aws_launch_configuration.direct_golden.name
}

resource "aws_spot_instance_request" "direct_spot" {
  ami           = var.home_made
  instance_type = "t3.small"
}
