variable "image" {}
variable "other" {}

resource "aws_instance" "called" {
  for_each      = { image = var.image, other = var.other }
  ami           = each.value
  instance_type = "t3.micro"
}
