variable "image" {}

variable "open" {}

resource "aws_instance" "this" {
  ami           = var.image
  instance_type = "t3.micro"
}

output "image" {
  value     = aws_instance.this.ami
  sensitive = true
}

output "hidden" {
  value     = var.open
  sensitive = true
}
