resource "aws_ssm_parameter" "aliases_golden" {
  name      = "/aliases/golden"
  type      = "String"
  data_type = "aws:ec2:image"
  value     = aws_ami_copy.copies_golden.id
}

resource "aws_ssm_parameter" "aliases_each" {
  for_each       = { good = var.golden, bad = var.home_made }
  name           = "/aliases/${each.key}"
  type           = "String"
  data_type      = "aws:ec2:image"
  insecure_value = each.value
}

resource "aws_instance" "aliases_live" {
  for_each      = toset(["golden", "home-made", "moved", "moved:1"])
  ami           = "resolve:ssm:/live/${each.key}"
  instance_type = "t3.small"
}

resource "aws_instance" "aliases_made" {
  ami           = "resolve:ssm:${aws_ssm_parameter.aliases_golden.name}"
  instance_type = "t3.small"
}

resource "aws_instance" "aliases_made_each" {
  for_each      = aws_ssm_parameter.aliases_each
  ami           = "resolve:ssm:${each.value.name}"
  instance_type = "t3.small"
}

resource "aws_launch_template" "aliases_template" {
  name          = "aliases-template"
  image_id      = "resolve:ssm:/aliases/bad"
  instance_type = "t3.small"
  depends_on    = [aws_ssm_parameter.aliases_each]
}

resource "aws_instance" "aliases_by_template" {
  launch_template {
    id = aws_launch_template.aliases_template.id
  }
  instance_type = "t3.small"
}

resource "aws_ssm_parameter" "aliases_shown" {
  name           = "/aliases/shown"
  type           = "String"
  data_type      = "aws:ec2:image"
  insecure_value = aws_ami_copy.copies_home_made.id
}

resource "aws_instance" "aliases_shown" {
  ami           = aws_ssm_parameter.aliases_shown.insecure_value
  instance_type = "t3.small"
}

resource "aws_instance" "aliases_coalesced" {
  ami           = coalesce(var.conditions_override, "", aws_ssm_parameter.aliases_shown.insecure_value)
  instance_type = "t3.small"
}

resource "aws_instance" "aliases_value" {
  ami           = aws_ssm_parameter.aliases_golden.value
  instance_type = "t3.small"
}

data "aws_ssm_parameter" "aliases_live" {
  name = "/live/moved"
}

resource "aws_instance" "aliases_read" {
  ami           = nonsensitive(data.aws_ssm_parameter.aliases_live.value)
  instance_type = "t3.small"
}

data "aws_ssm_parameter" "aliases_again" {
  name       = aws_ssm_parameter.aliases_each["bad"].name
  depends_on = [aws_ssm_parameter.aliases_each]
}

resource "aws_instance" "aliases_read_again_open" {
  ami           = data.aws_ssm_parameter.aliases_again.insecure_value
  instance_type = "t3.small"
}
