resource "aws_instance" "places_dublin" {
  for_each      = { good = var.dublin, bad = var.dublin_home_made }
  provider      = aws.dublin
  ami           = each.value
  instance_type = "t3.small"
}

resource "aws_instance" "places_far" {
  provider      = aws.far
  ami           = var.dublin_home_made
  instance_type = "t3.small"
}

resource "aws_ami_copy" "places_to_dublin" {
  provider          = aws.dublin
  name              = "places-to-dublin"
  source_ami_id     = var.copy
  source_ami_region = "us-east-1"
}

resource "aws_instance" "places_copied" {
  provider      = aws.far
  ami           = aws_ami_copy.places_to_dublin.id
  instance_type = "t3.small"
}

resource "aws_instance" "places_other" {
  for_each      = { good = var.foreign, bad = var.foreign_home_made, shared = var.golden }
  provider      = aws.other
  ami           = each.value
  instance_type = "t3.small"
}

resource "aws_ami_copy" "places_other" {
  provider          = aws.other
  name              = "places-other"
  source_ami_id     = var.foreign_home_made
  source_ami_region = "us-east-1"
}

module "placed" {
  source    = "./modules/pair"
  image     = aws_ami_copy.places_other.id
  near      = var.foreign
  providers = { aws = aws.other, aws.far = aws.far }
  far       = aws_ami_copy.places_to_dublin.id
}
