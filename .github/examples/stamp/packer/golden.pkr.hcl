# Builds an image, copies it into other Regions, and marks all of them as golden.
#
# Packer has no watermarks of its own. The manifest tells which image is where; stamp.py has `assay stamp` mark each, and
# fails the build where one is not marked. The role needs what `assay iam-policy --stamp` prints on top of Packer's own.

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
    owners      = ["amazon"] # as the policy's golden.roots has it: stamp refuses what started from elsewhere
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
