# A test writes this file anew: with a byte order mark, and with CRLF.

variable "größe" {
  default = "ami-00600001"
}

locals {
  日本 = { "bild-é" = "ami-00600002" }
  composed = { "\u00e9" = "ami-00600003" }
}

resource "aws_instance" "größe" {
  ami           = var.größe
  instance_type = "t3.micro"
}

resource "aws_instance" "日本" {
  ami           = local.日本["bild-é"]
  instance_type = "t3.micro"
}

resource "aws_instance" "composed" {
  ami           = local.composed["e\u0301"]
  instance_type = "t3.micro"
}

resource "aws_instance" "heredoc" {
  ami           = trimspace(<<-EOT
    ami-00600004
  EOT
  )
  instance_type = "t3.micro"
}

resource "aws_instance" "heredoc_length" {
  ami = length(<<EOT
a
EOT
  ) == 3 ? "ami-00600005" : "ami-00600006"
  instance_type = "t3.micro"
}
