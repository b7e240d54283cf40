variable "template_id" {}

variable "version_of" {}

variable "template" {}

variable "image" {}

resource "aws_instance" "by_argument" {
  launch_template {
    id      = var.template_id
    version = var.version_of
  }
}

resource "aws_instance" "by_object" {
  launch_template {
    id      = var.template.id
    version = var.template.latest_version
  }
}

resource "aws_instance" "by_image" {
  ami           = var.image
  instance_type = "t3.micro"
}

resource "aws_instance" "by_image_of_object" {
  ami           = var.template.image_id
  instance_type = "t3.micro"
}
