# Marks an image that another resource makes, such as aws_ami_copy or aws_imagebuilder_image, and passes its id on once it is
# marked: whatever uses `module.golden.ami_id` waits for that.
#
#   module "golden" {
#     source    = "./stamp"
#     ami_id    = aws_ami_copy.golden.id
#     region    = "eu-west-1"
#     watermark = "golden-web"
#   }
#
# `assay` runs where Terraform runs, with its credentials. `terraform destroy` does not remove the mark.

variable "ami_id" {
  type        = string
  description = "The id of the image."
}

variable "region" {
  type        = string
  description = "The Region of the image."
}

variable "watermark" {
  type        = string
  description = "The name of the watermark, without an account id."
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
  description = "The id of the image, which now carries the watermark."
}
