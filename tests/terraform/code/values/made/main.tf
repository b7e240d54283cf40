# Images that the plan makes of others, in one module and across several.

variable "origin" {}

resource "aws_ami_copy" "one" {
  name              = "one"
  source_ami_id     = var.origin
  source_ami_region = "us-east-1"
}

resource "aws_ami_copy" "two" {
  name              = "two"
  source_ami_id     = aws_ami_copy.one.id
  source_ami_region = "us-east-1"
}

resource "aws_ami_copy" "abroad" {
  name              = "abroad"
  source_ami_id     = "ami-00500001"
  source_ami_region = "eu-west-1"
}

resource "aws_instance" "builder" {
  ami           = aws_ami_copy.two.id
  instance_type = "t3.micro"
}

resource "aws_ami_from_instance" "baked" {
  name               = "baked"
  source_instance_id = aws_instance.builder.id
}

resource "aws_ami_from_instance" "existing" {
  name               = "existing"
  source_instance_id = "i-0a0000000000000001"
}

resource "aws_ami" "registered" {
  name             = "registered"
  root_device_name = "/dev/xvda"
  ebs_block_device {
    device_name = "/dev/xvda"
    snapshot_id = "snap-0a"
  }
}

resource "aws_instance" "of_copy" {
  ami           = aws_ami_copy.one.id
  instance_type = "t3.micro"
}

resource "aws_instance" "of_baked" {
  ami           = aws_ami_from_instance.baked.id
  instance_type = "t3.micro"
}

resource "aws_instance" "of_registered" {
  ami           = aws_ami.registered.id
  instance_type = "t3.micro"
}

resource "aws_instance" "of_local" {
  ami           = local.baked
  instance_type = "t3.micro"
}

locals {
  baked  = aws_ami_from_instance.baked.id
  choice = var.origin == "ami-00000d00" ? aws_ami_copy.one.id : "ami-00000bad"
  both   = { one = aws_ami_copy.one.id, two = aws_ami_copy.two.id }
}

resource "aws_instance" "of_choice" {
  ami           = local.choice
  instance_type = "t3.micro"
}

resource "aws_instance" "of_text" {
  ami           = "${aws_ami_copy.one.id}"
  instance_type = "t3.micro"
}

resource "aws_instance" "of_function" {
  ami           = lower(aws_ami_copy.one.id)
  instance_type = "t3.micro"
}

resource "aws_instance" "of_coalesce" {
  ami           = coalesce(aws_ami_copy.one.id, "ami-00500002")
  instance_type = "t3.micro"
}

resource "aws_instance" "of_each" {
  for_each      = local.both
  ami           = each.value
  instance_type = "t3.micro"
}

resource "aws_ami_copy" "each" {
  for_each          = { a = "ami-00500003", b = aws_ami_copy.one.id }
  name              = "each-${each.key}"
  source_ami_id     = each.value
  source_ami_region = "us-east-1"
}

resource "aws_instance" "of_map_of_copies" {
  for_each      = aws_ami_copy.each
  ami           = each.value.id
  instance_type = "t3.micro"
}

resource "aws_instance" "of_values" {
  ami           = values(aws_ami_copy.each)[0].id
  instance_type = "t3.micro"
}

resource "aws_ssm_parameter" "published" {
  name      = "/published"
  type      = "String"
  data_type = "aws:ec2:image"
  value     = aws_ami_copy.two.id
}

resource "aws_instance" "of_parameter" {
  ami           = aws_ssm_parameter.published.value
  instance_type = "t3.micro"
}

resource "aws_ssm_parameter" "plain" {
  name           = "/plain"
  type           = "String"
  insecure_value = "ami-00500004"
}

resource "aws_instance" "of_plain_parameter" {
  ami           = aws_ssm_parameter.plain.insecure_value
  instance_type = "t3.micro"
}

resource "aws_instance" "of_alias" {
  ami           = "resolve:ssm:${aws_ssm_parameter.published.name}"
  instance_type = "t3.micro"
}

resource "aws_instance" "of_alias_by_id" {
  ami           = "resolve:ssm:${aws_ssm_parameter.published.id}"
  instance_type = "t3.micro"
}

resource "aws_ami_launch_permission" "shared" {
  image_id   = aws_ami_copy.one.id
  account_id = "333333333333"
}

module "deeper" {
  source = "./deeper"
  image  = aws_ami_copy.two.id
}

resource "aws_instance" "of_deeper" {
  ami           = module.deeper.made
  instance_type = "t3.micro"
}

resource "aws_imagebuilder_image_recipe" "recipe" {
  name         = "r"
  parent_image = aws_ami_copy.one.id
  version      = "1.0.0"
  component {
    component_arn = "arn:aws:imagebuilder:us-east-1:aws:component/x/1.0.0"
  }
}

resource "aws_imagebuilder_image" "image" {
  image_recipe_arn                 = aws_imagebuilder_image_recipe.recipe.arn
  infrastructure_configuration_arn = "arn:aws:imagebuilder:us-east-1:222222222222:infrastructure-configuration/x"
}

resource "aws_instance" "of_imagebuilder" {
  ami           = tolist(tolist(aws_imagebuilder_image.image.output_resources)[0].amis)[0].image
  instance_type = "t3.micro"
}

resource "aws_launch_template" "of_copy" {
  name     = "of-copy"
  image_id = aws_ami_copy.one.id
}

resource "aws_instance" "of_template_of_copy" {
  launch_template {
    id      = aws_launch_template.of_copy.id
    version = "$Latest"
  }
}

resource "terraform_data" "later" {
  input = "ami-00500005"
}

resource "aws_instance" "later" {
  ami           = terraform_data.later.output
  instance_type = "t3.micro"
}

resource "aws_instance" "early" {
  ami           = terraform_data.later.input
  instance_type = "t3.micro"
}

resource "aws_instance" "of_instance" {
  ami           = aws_instance.of_text.ami
  instance_type = "t3.micro"
}

resource "aws_spot_instance_request" "spot" {
  ami           = aws_instance.early.ami
  instance_type = "t3.micro"
}
