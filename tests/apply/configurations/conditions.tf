variable "conditions_fresh" {
  default = true
}

variable "conditions_override" {
  default = null
}

resource "aws_ami_copy" "conditions_perhaps" {
  count             = var.conditions_fresh ? 1 : 0
  name              = "conditions-perhaps"
  source_ami_id     = var.copy
  source_ami_region = "us-east-1"
}

resource "aws_ami_copy" "conditions_never" {
  count             = var.conditions_fresh ? 0 : 1
  name              = "conditions-never"
  source_ami_id     = var.home_made
  source_ami_region = "us-east-1"
}

resource "aws_instance" "conditions_known" {
  ami           = var.conditions_fresh ? var.home_made : var.golden
  instance_type = "t3.small"
}

resource "aws_instance" "conditions_made" {
  ami           = var.conditions_fresh ? aws_ami_copy.copies_golden.id : aws_ami_copy.copies_home_made.id
  instance_type = "t3.small"
}

resource "aws_instance" "conditions_made_bad" {
  ami           = !var.conditions_fresh ? aws_ami_copy.copies_golden.id : aws_ami_copy.copies_home_made.id
  instance_type = "t3.small"
}

resource "aws_instance" "conditions_one" {
  ami           = one(aws_ami_copy.conditions_perhaps[*].id)
  instance_type = "t3.small"
}

resource "aws_instance" "conditions_first" {
  ami           = var.conditions_fresh ? aws_ami_copy.conditions_perhaps[0].id : var.home_made
  instance_type = "t3.small"
}

resource "aws_instance" "conditions_try" {
  ami           = try(aws_ami_copy.conditions_never[0].id, aws_ami_copy.conditions_perhaps[0].id)
  instance_type = "t3.small"
}

resource "aws_instance" "conditions_try_made" {
  ami           = try(aws_ami_copy.conditions_never[0].id, { for key, made in aws_ami_copy.copies_each : key => made.id }["bad"])
  instance_type = "t3.small"
}

resource "aws_instance" "conditions_try_bad" {
  ami           = try(aws_ami_copy.conditions_never[0].id, var.home_made)
  instance_type = "t3.small"
}

resource "aws_instance" "conditions_coalesce" {
  ami           = coalesce(var.conditions_override, aws_ami_copy.copies_home_made.id)
  instance_type = "t3.small"
}

resource "aws_instance" "conditions_concat_function" {
  ami           = concat(aws_ami_copy.conditions_never[*].id, aws_ami_copy.conditions_perhaps[*].id)[0]
  instance_type = "t3.small"
}

resource "aws_instance" "conditions_null" {
  ami           = var.conditions_override
  instance_type = "t3.small"
  launch_template {
    name    = "live-moved"
    version = "$Latest"
  }
}

# Each of these ends elsewhere than at the only image that its expression reads.

resource "aws_instance" "conditions_empty_open" {
  ami           = aws_ami_copy.copies_golden.id == "" ? "" : var.home_made
  instance_type = "t3.small"
}

resource "aws_instance" "conditions_length_open" {
  ami           = length(aws_ami_copy.copies_golden.id) > 3 ? aws_ami_copy.copies_home_made.id : aws_ami_copy.copies_golden.id
  instance_type = "t3.small"
}

resource "aws_instance" "conditions_replaced_open" {
  ami           = replace(aws_ami_copy.copies_golden.id, "/^.*$/", var.home_made)
  instance_type = "t3.small"
}

resource "aws_instance" "conditions_keyed_open" {
  ami           = { (aws_ami_copy.copies_golden.id) = var.home_made }[aws_ami_copy.copies_golden.id]
  instance_type = "t3.small"
}

resource "aws_instance" "conditions_indexed_open" {
  ami           = [var.golden, var.home_made][length(aws_ami_copy.copies_golden.id) > 3 ? 1 : 0]
  instance_type = "t3.small"
}

resource "aws_instance" "conditions_sorted_open" {
  ami           = sort([aws_ami_copy.copies_golden.id, var.home_made])[0] == "" ? var.golden : var.other_home_made
  instance_type = "t3.small"
}

resource "aws_instance" "conditions_cut_open" {
  ami           = substr(join("", [aws_ami_copy.copies_golden.id, var.home_made]), 21, 21)
  instance_type = "t3.small"
}

resource "aws_instance" "conditions_split_open" {
  ami           = split("/", "${aws_ami_copy.copies_golden.id}/${var.home_made}")[1]
  instance_type = "t3.small"
}
