variable "image" {}
variable "other" {}

resource "aws_instance" "bad" {
  ami           = "ami-00000bad"
  instance_type = "t3.micro"
}
