"""assay: proves, before `terraform apply`, that every AMI descends from a watermarked golden image."""

__version__ = "0.2.0"
