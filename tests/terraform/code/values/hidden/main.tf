# What is sensitive stays so, whatever is done with it; what is not is shown.

variable "secret" {
  sensitive = true
}

variable "written_otherwise" {
  sensitive = 1 == 1
  default   = "ami-0005ec02"
}

variable "quoted" {
  sensitive = "true"
  default   = "ami-0005ec03"
}

variable "open" {}

variable "object" {
  type      = object({ id = string, name = string })
  sensitive = true
  default   = { id = "ami-0005ec04", name = "x" }
}

locals {
  through_local   = var.secret
  through_list    = [var.open, var.secret]
  through_object  = { a = var.secret, b = var.open }
  through_text    = "ami-${substr(var.secret, 4, 8)}"
  through_lookup  = { "ami-0005ec01" = "ami-0005ec05" }[var.secret]
  through_choice  = var.secret == "x" ? "ami-00000bad" : "ami-0005ec06"
  by_function     = sensitive("ami-0005ec07")
  opened          = nonsensitive(var.secret)
  in_json         = jsondecode(jsonencode({ id = var.secret })).id
}

resource "aws_instance" "variable" {
  ami           = var.secret
  instance_type = "t3.micro"
}

resource "aws_instance" "written_otherwise" {
  ami           = var.written_otherwise
  instance_type = "t3.micro"
}

resource "aws_instance" "quoted" {
  ami           = var.quoted
  instance_type = "t3.micro"
}

resource "aws_instance" "object" {
  ami           = var.object.id
  instance_type = "t3.micro"
}

resource "aws_instance" "through_local" {
  ami           = local.through_local
  instance_type = "t3.micro"
}

resource "aws_instance" "through_list" {
  count         = 2
  ami           = local.through_list[count.index]
  instance_type = "t3.micro"
}

resource "aws_instance" "through_object" {
  ami           = local.through_object.a
  instance_type = "t3.micro"
}

resource "aws_instance" "beside" {
  ami           = local.through_object.b
  instance_type = "t3.micro"
}

resource "aws_instance" "through_text" {
  ami           = local.through_text
  instance_type = "t3.micro"
}

resource "aws_instance" "through_lookup" {
  ami           = local.through_lookup
  instance_type = "t3.micro"
}

resource "aws_instance" "through_choice" {
  ami           = local.through_choice
  instance_type = "t3.micro"
}

resource "aws_instance" "by_function" {
  ami           = local.by_function
  instance_type = "t3.micro"
}

resource "aws_instance" "opened" {
  ami           = local.opened
  instance_type = "t3.micro"
}

resource "aws_instance" "in_json" {
  ami           = local.in_json
  instance_type = "t3.micro"
}

resource "aws_instance" "open" {
  ami           = var.open
  instance_type = "t3.micro"
}

resource "aws_instance" "in_block" {
  launch_template {
    id      = "lt-05000000000000001"
    version = substr(var.secret, 4, 1) == "0" ? "1" : "2"
  }
}

resource "aws_instance" "in_dynamic_block" {
  dynamic "launch_template" {
    for_each = [var.open]
    content {
      name = "existing-${var.secret}"
    }
  }
}

module "inner" {
  source = "./inner"
  image  = var.secret
  open   = var.open
}

resource "aws_instance" "of_output" {
  ami           = module.inner.image
  instance_type = "t3.micro"
}

resource "aws_instance" "of_sensitive_output" {
  ami           = module.inner.hidden
  instance_type = "t3.micro"
}

resource "aws_instance" "of_resource" {
  ami           = aws_instance.variable.ami
  instance_type = "t3.micro"
}

resource "aws_launch_template" "template" {
  name     = "hidden"
  image_id = var.secret
}

resource "aws_instance" "of_template" {
  launch_template {
    id      = aws_launch_template.template.id
    version = aws_launch_template.template.latest_version
  }
}
