# Marks an image that something else has made, such as aws_ami_copy or aws_imagebuilder_image, and hands its id on once it is
# marked: what takes `module.golden.ami_id` waits for that.
#
#   module "golden" {
#     source    = "./stamp"
#     ami_id    = aws_ami_copy.golden.id
#     region    = "eu-west-1"
#     watermark = "golden-web"
#   }
#
# `assay` runs where Terraform runs, with its credentials. `terraform destroy` leaves the mark where it is.

variable "ami_id" {
  type        = string
  description = "The image."
}

variable "region" {
  type        = string
  description = "Where it is."
}

variable "watermark" {
  type        = string
  description = "The watermark's name, without an account."
}

resource "terraform_data" "stamp" {
  input            = var.ami_id
  triggers_replace = [var.ami_id, var.region, var.watermark]

  provisioner "local-exec" {
    command = "assay stamp \"$AMI\" --region \"$REGION\" --watermark \"$WATERMARK\" --wait"
    environment = {
      AMI       = var.ami_id
      REGION    = var.region
      WATERMARK = var.watermark
    }
  }
}

output "ami_id" {
  value       = terraform_data.stamp.output
  description = "The image, which carries the watermark."
}
