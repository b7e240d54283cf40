resource "aws_instance" "in_a_file_with_a_hash" {
  ami           = "ami-0030000e"
  instance_type = "t3.micro"
}
