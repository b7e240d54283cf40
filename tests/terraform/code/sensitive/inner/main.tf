variable "object" {}

variable "typed" {
  type = object({
    ami   = string
    other = optional(string, "ami-00000020")
  })
}

variable "map" {
  type = map(string)
}

variable "set" {
  type = set(string)
}

variable "none" {
  default  = "ami-00000021"
  nullable = false
}

resource "aws_instance" "given" {
  for_each = {
    ami      = var.object.ami
    password = var.object.password
    typed    = var.typed.ami
    whole    = values(var.typed)[0]
    optional = var.typed.other
    map_a    = var.map["a"]
    map_b    = var.map["b"]
    set      = tolist(var.set)[0]
    none     = var.none
  }
  ami           = each.value
  instance_type = "t3.micro"
}

output "open" {
  value = var.map["b"]
}

output "secret" {
  value = var.map["a"]
}

output "marked" {
  value     = var.map["b"]
  sensitive = true
}
