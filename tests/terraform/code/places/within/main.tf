resource "aws_instance" "this" {
  ami           = "ami-00800009"
  instance_type = "t3.micro"
  tags          = { region = "eu-central-1" }
}
