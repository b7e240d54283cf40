resource "aws_instance" "esc\u0061ped_name" {
  ami           = "ami-0070000d"
  instance_type = "t3.micro"
}
