resource "aws_instance" "not_an_override" {
  ami           = "ami-0030000d"
  instance_type = "t3.micro"
}
