# The role with which assay reads an account. Call this module once in each account of a fleet.

terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

variable "caller_arn" {
  type        = string
  description = "The ARN of the role that runs assay and assumes this one."
}

variable "external_id" {
  type        = string
  sensitive   = true
  description = "The external_id of the policy's reader."
}

variable "role_name" {
  type        = string
  default     = "assay-reader"
  description = "The role_name of the policy's reader, without a path."
}

data "aws_caller_identity" "this" {}
data "aws_partition" "this" {}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "AWS"
      identifiers = [var.caller_arn]
    }
    condition {
      test     = "StringEquals"
      variable = "sts:ExternalId"
      values   = [var.external_id]
    }
  }
}

data "aws_iam_policy_document" "permissions" {
  statement {
    sid       = "ReadImages"
    resources = ["*"]
    actions = [
      "ec2:DescribeImages",
      "ec2:GetImageAncestry",
      "ec2:DescribeLaunchTemplateVersions",
      "ec2:DescribeInstances",
      "ec2:GetAllowedImagesSettings",
      "ec2:ListImagesInRecycleBin",
    ]
  }
  statement {
    sid = "ReadParameters"
    resources = [
      "arn:${data.aws_partition.this.partition}:ssm:*:${data.aws_caller_identity.this.account_id}:parameter/*",
      "arn:${data.aws_partition.this.partition}:ssm:*::parameter/aws/service/*",
    ]
    actions = [
      "ssm:GetParameters",
    ]
  }
  statement {
    sid       = "ReadFleet"
    resources = ["*"]
    actions = [
      "ec2:DescribeInstanceImageMetadata",
      "ec2:DescribeLaunchTemplates",
      "ec2:DescribeRegions",
      "autoscaling:DescribeAutoScalingGroups",
      "autoscaling:DescribeLaunchConfigurations",
      "ssm:DescribeParameters",
      "imagebuilder:ListImageRecipes",
      "imagebuilder:ListContainerRecipes",
      "ec2:DescribeImageUsageReports",
      "ec2:DescribeImageUsageReportEntries",
      "ec2:DescribeImageAttribute",
      "ec2:DescribeImageReferences",
      "ec2:DescribeFleets",
      "ec2:DescribeSpotFleetRequests",
      "ec2:GetImageFindings",
      "account:ListRegions",
      "cloudtrail:LookupEvents",
    ]
  }
}

resource "aws_iam_role" "reader" {
  name               = var.role_name
  description        = "Reads what assay needs from this account, and writes nothing."
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role_policy" "reader" {
  name   = "assay"
  role   = aws_iam_role.reader.id
  policy = data.aws_iam_policy_document.permissions.json
}

output "arn" {
  value = aws_iam_role.reader.arn
}
