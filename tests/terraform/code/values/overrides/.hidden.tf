resource "aws_instance" "argument" {
  ami = "ami-00000bad"
}
