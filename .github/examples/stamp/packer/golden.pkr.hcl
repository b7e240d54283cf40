# Builds an image, copies it into other Regions, and marks the image and its copies as golden.
#
# Packer cannot attach watermarks. Its manifest lists the images and their Regions. stamp.py runs `assay stamp` for each, and
# fails the build if one is not marked. The role needs what `assay iam-policy --stamp` prints in addition to Packer's permissions.

packer {
  required_plugins {
    amazon = {
      source  = "github.com/hashicorp/amazon"
      version = "~> 1.3"
    }
  }
}

source "amazon-ebs" "golden" {
  region        = "us-east-1"
  ami_regions   = ["eu-west-1"]
  ami_name      = "golden-web-{{timestamp}}"
  instance_type = "t3.small"
  ssh_username  = "ec2-user"

  source_ami_filter {
    owners      = ["amazon"] # as in the policy's golden.roots: stamp refuses an image that started from anything else
    most_recent = true
    filters     = { name = "al2023-ami-2023.*-x86_64" }
  }
}

build {
  sources = ["source.amazon-ebs.golden"]

  post-processors {
    post-processor "manifest" {
      output = "packer-manifest.json"
    }
    post-processor "shell-local" {
      inline = ["python3 stamp.py packer-manifest.json golden-web"]
    }
  }
}
