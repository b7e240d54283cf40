resource "aws_instance" "two_dots" {
  instance_type = "t3.large"
}
