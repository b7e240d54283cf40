# count and for_each over everything that Terraform takes.

locals {
  objects = {
    web = { id = "ami-00100001", count = 2 }
    api = { id = "ami-00100002", count = 0 }
  }
  list = ["ami-00100003", "ami-00100004"]
  hosts = [
    { name = "one", image = { id = "ami-00100005" } },
    { name = "two", image = { id = "ami-00100006" } },
  ]
}

variable "create" {
  default = false
}

variable "how_many" {
  type    = string
  default = "2"
}

resource "aws_instance" "objects" {
  for_each      = local.objects
  ami           = each.value.id
  instance_type = "t3.micro"
  tags          = { Name = each.key, Count = each.value["count"] }
}

resource "aws_instance" "set" {
  for_each      = toset(local.list)
  ami           = each.value
  instance_type = "t3.micro"
}

resource "aws_instance" "set_key" {
  for_each      = toset(local.list)
  ami           = each.key
  instance_type = "t3.micro"
}

resource "aws_instance" "made_map" {
  for_each      = { for host in local.hosts : host.name => host.image if host.name != "none" }
  ami           = each.value.id
  instance_type = "t3.micro"
}

resource "aws_instance" "counted" {
  count         = length(local.list)
  ami           = local.list[count.index]
  instance_type = "t3.micro"
}

resource "aws_instance" "counted_text" {
  count         = var.how_many
  ami           = "ami-0010001${count.index}"
  instance_type = "t3.micro"
}

resource "aws_instance" "counted_float" {
  count         = 4 / 2
  ami           = "ami-0010002${count.index + 1}"
  instance_type = "t3.micro"
}

resource "aws_instance" "none" {
  count         = var.create ? 1 : 0
  ami           = "ami-00000bad"
  instance_type = "t3.micro"
}

resource "aws_instance" "no_keys" {
  for_each      = var.create ? toset(["a"]) : toset([])
  ami           = "ami-00000bad"
  instance_type = "t3.micro"
}

resource "aws_instance" "no_map" {
  for_each      = {}
  ami           = "ami-00000bad"
  instance_type = "t3.micro"
}

resource "aws_instance" "copied" {
  count         = length(aws_instance.counted)
  ami           = aws_instance.counted[count.index].ami
  instance_type = "t3.micro"
}

resource "aws_instance" "copied_splat" {
  count         = 2
  ami           = (aws_instance.counted[*].ami)[count.index]
  instance_type = "t3.micro"
}

resource "aws_instance" "copied_old_splat" {
  ami           = element(aws_instance.counted.*.ami, 3)
  instance_type = "t3.micro"
}

resource "aws_instance" "chained" {
  for_each      = aws_instance.objects
  ami           = each.value.ami
  instance_type = "t3.micro"
}

resource "aws_instance" "chained_for" {
  for_each      = { for key, one in aws_instance.objects : "${key}!" => one.ami }
  ami           = each.value
  instance_type = "t3.micro"
}

resource "aws_instance" "maybe" {
  ami           = try(aws_instance.none[0].ami, "ami-00100007")
  instance_type = "t3.micro"
}

resource "aws_instance" "maybe_one" {
  ami           = coalesce(one(aws_instance.none[*].ami), "ami-00100008")
  instance_type = "t3.micro"
}

resource "aws_instance" "joined" {
  ami           = join("", aws_instance.none[*].ami, ["ami-00100009"])
  instance_type = "t3.micro"
}

locals {
  awkward = {
    "a.b"                     = "ami-00100020"
    "say \"hi\""              = "ami-00100021"
    "x[0]"                    = "ami-00100022"
    "grüße ✓ 日本"              = "ami-00100023"
    "back\\slash"             = "ami-00100024"
    "$${not.a.template}"      = "ami-00100025"
    "%%{if}"                  = "ami-00100026"
    "line\nbreak\ttab\r"      = "ami-00100027"
    ""                        = "ami-00100028"
    "$$"                      = "ami-00100029"
    "module.m[\"k\"].aws_x.y" = "ami-0010002a"
    "\u0001"                  = "ami-0010002b"
    "e\u0301"                 = "ami-0010002c"
    " "                       = "ami-0010002d"
    "👍🏽"                      = "ami-0010002e"
    "</script>&"              = "ami-0010002f"
    "\u2028\u00a0"            = "ami-00100030"
  }
}

resource "aws_instance" "awkward" {
  for_each      = local.awkward
  ami           = each.value
  instance_type = "t3.micro"
}

resource "aws_instance" "written_for_each" {
  for_each      = { blue = "ami-00100031", green = "ami-00100032" }
  ami           = each.value
  instance_type = "t3.micro"
}

resource "aws_instance" "written_count" {
  count         = "ami-00100033" == "" ? 2 : 1
  ami           = "ami-00100034"
  instance_type = "t3.micro"
}

resource "aws_instance" "written_set" {
  for_each      = toset(["ami-00100035"])
  ami           = each.key
  instance_type = "t3.micro"
}

resource "aws_instance" "by_awkward_key" {
  ami           = aws_instance.awkward["say \"hi\""].ami
  instance_type = "t3.micro"
}

resource "aws_instance" "by_template_like_key" {
  ami           = aws_instance.awkward["$${not.a.template}"].ami
  instance_type = "t3.micro"
}
