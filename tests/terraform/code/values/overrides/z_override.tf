resource "aws_instance" "in_order" {
  ami = "ami-00300009"
}
