# Expressions of every form; the value of each is compared as a whole by `output`s of the root, and
# as an image here.

variable "image" {
  default = "ami-000e0001"
}

variable "nothing" {
  type    = string
  default = null
}

locals {
  catalog = {
    us = { stable = { id = "ami-000e0002", tags = ["a", "b"] }, "edge-1" = { id = "ami-000e0003" } }
    eu = { stable = { id = "ami-000e0004" } }
  }
  list  = ["ami-000e0005", "ami-000e0006", "ami-000e0007"]
  hosts = [{ image = { id = "ami-000e0050" } }, { image = { id = "ami-000e0051" } }]
  text  = "ami-000e0008,ami-000e0009"
  json  = jsonencode({ images = [{ id = "ami-000e000a" }, { id = "ami-000e000b" }] })
  chain = local.chain_2
  chain_2 = local.chain_3["k"]
  chain_3 = { k = local.chain_4 }
  chain_4 = "ami-000e000c"
  region  = "us"

  cases = {
    literal          = "ami-000e000d"
    variable         = var.image
    interpolated     = "${var.image}"
    joined           = "ami-${"000e"}${"000e"}"
    escaped          = "am\u0069-000e000f"
    path             = local.catalog.us.stable.id
    index            = local.catalog["us"]["edge-1"].id
    index_of_local   = local.catalog[local.region].stable["id"]
    legacy_index     = local.list.1
    splat            = (local.hosts[*].image.id)[1]
    old_splat        = local.hosts.*.image.id[0]
    chain            = local.chain
    conditional      = local.region == "us" ? local.list[0] : local.list[1]
    conditional_null = var.nothing != null ? var.nothing : local.list[2]
    mixed_types      = local.region == "us" ? "ami-000e0010" : 5
    numbers_to_text  = "ami-${1000 + 234}${5678}"
    comparison       = 2 > 1 && !(1 >= 2) || false ? "ami-000e0011" : "ami-00000bad"
    arithmetic       = local.list[(7 % 4) - 1 * 2 + 4 / 4 - 1]
    try_first        = try(local.catalog.us.stable.id, "ami-00000bad")
    try_second       = try(local.catalog.us.missing.id, "ami-000e0012")
    try_null         = try(tostring(null), "ami-00000bad") == null ? "ami-000e0013" : "ami-00000bad"
    can              = can(local.list[9]) ? "ami-00000bad" : "ami-000e0014"
    lookup           = lookup(local.catalog.us.stable, "id", "ami-00000bad")
    lookup_default   = lookup({ a = "ami-00000bad" }, "b", "ami-000e0015")
    element          = element(local.list, 4)
    merge            = merge({ a = "ami-00000bad" }, { a = "ami-000e0016" }, null).a
    coalesce         = coalesce("", var.nothing, "ami-000e0017", "ami-00000bad")
    coalescelist     = coalescelist([], local.list)[0]
    format           = format("%s-%s%04d", "ami", "000e", 18)
    format_pad       = format("ami-%08d", 19)
    formatlist       = formatlist("ami-%s", ["000e0020", "00000bad"])[0]
    join             = join("-", ["ami", "000e0021"])
    split            = split(",", local.text)[1]
    replace          = replace("AMI-000e0022", "AMI", "ami")
    replace_pattern  = replace("ami:000e0023", "/[:]/", "-")
    regex            = regex("ami-[0-9a-f]{8}", "x ami-000e0024 y")
    regexall         = regexall("ami-[0-9a-f]{8}", "ami-00000bad ami-000e0025")[1]
    lower            = lower("AMI-000E0026")
    trim             = trimspace("  ami-000e0027\n")
    trimprefix       = trimprefix("id:ami-000e0028", "id:")
    jsondecode       = jsondecode(local.json).images[1].id
    json_literal     = jsondecode("{\"a\": [\"ami-000e0029\"]}").a[0]
    yamldecode       = yamldecode("image: ami-000e002a").image
    csvdecode        = csvdecode("name,id\nweb,ami-000e002b")[0].id
    base64           = base64decode(base64encode("ami-000e002c"))
    heredoc          = trimspace(<<-EOT
      ami-000e002d
    EOT
    )
    heredoc_plain = chomp(<<EOT
ami-000e002e
EOT
    )
    heredoc_template = trimspace(<<-EOT
      ami-${"000e"}002f
    EOT
    )
    directive_if  = "%{if local.region == "us"}ami-000e0030%{else}ami-00000bad%{endif}"
    directive_for = "ami-%{for part in ["000e", "0031"]}${part}%{endfor}"
    strip         = "ami- ${~"000e0032"~} "
    for_tuple     = [for id in local.list : id if id != "ami-000e0005"][0]
    for_index     = [for i, id in local.list : id if i == 2][0]
    for_object    = { for name, one in local.catalog : upper(name) => one.stable.id }["EU"]
    for_grouped   = { for id in local.list : substr(id, 0, 3) => id... }["ami"][1]
    for_nested    = flatten([for name, one in local.catalog : [for k, v in one : v.id]])[2]
    for_shadow    = [for local in ["ami-000e0033"] : local][0]
    object_key    = { (local.region) = "ami-000e0034" }["us"]
    object_colon  = { us : "ami-000e0035" }.us
    object_quoted = { "a.b" = "ami-000e0036" }["a.b"]
    zipmap        = zipmap(["a", "b"], ["ami-00000bad", "ami-000e0037"])["b"]
    keys          = "ami-${keys({ "000e0038" = 1 })[0]}"
    sort          = sort(["ami-000e003a", "ami-000e0039"])[0]
    reverse       = reverse(local.list)[0]
    distinct      = distinct(["ami-000e003b", "ami-000e003b", "ami-00000bad"])[0]
    tolist        = tolist(toset(["ami-000e003d", "ami-000e003c"]))[0]
    one           = one(["ami-000e003e"])
    slice         = slice(local.list, 1, 2)[0]
    contains      = contains(local.list, "ami-000e0005") ? "ami-000e003f" : "ami-00000bad"
    range         = "ami-000e00${length(range(4, 8))}0"
    minmax        = "ami-000e00${max(41, 3, 7)}"
    startswith    = startswith("us-east-1", "us-") ? "ami-000e0042" : "ami-00000bad"
    type_function = tomap({ a = "ami-000e0043" }).a
    substr        = substr("xami-000e0044x", 1, 12)
    unary         = "ami-000e00${-(-45)}"
    strict_equal  = "1" == 1 ? "ami-00000bad" : "ami-000e0046"
    null_equal    = var.nothing == null ? "ami-000e0047" : "ami-00000bad"
    templatefile  = trimspace(templatefile("${path.module}/image.tftpl", { part = "0048" }))
    file          = trimspace(file("${path.module}/image.txt"))
    workspace     = terraform.workspace == "default" ? "ami-000e004a" : "ami-00000bad"
    md5           = "ami-${substr(md5("a"), 0, 8)}"
  }
}

resource "aws_instance" "at" {
  for_each      = local.cases
  ami           = each.value
  instance_type = "t3.micro"
}

# The same without a detour: an attribute of its own for what is read in a way of its own.
resource "aws_instance" "heredoc" {
  ami = trimspace(<<-EOT
    ami-000e0101
    # not a comment
    EOT
    == "" ? "" : "ami-000e0102")
  instance_type = "t3.micro"
}

resource "aws_instance" "comments" {
  ami /* between */ = /* here */ "ami-000e0103" // and behind
  # ami = "ami-00000bad"
  instance_type = "t3.micro" /* over
  ami = "ami-00000bad"
  two lines */
}

resource "aws_instance" "many_lines" {
  ami = (
    local.region == "us"
    # a comment
    ? local.catalog
    .us.stable
    .id
    : "ami-00000bad"
  )
  instance_type = "t3.micro"
}

