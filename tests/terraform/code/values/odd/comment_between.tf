resource /* a comment */ "aws_instance" "comment_between" {
  launch_template {
    name = "existing"
  }
}
