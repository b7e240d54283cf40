variable "image" {
  type = string
}

resource "aws_instance" "this" {
  ami           = var.image
  instance_type = "t3.micro"
}

output "image" {
  value = aws_instance.this.ami
}
