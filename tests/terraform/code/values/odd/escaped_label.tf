resource "aws_\u0069nstance" "escaped_label" {
  launch_template {
    name = "existing"
  }
}
