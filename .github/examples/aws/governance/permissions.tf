# What the functions may do: assay's reads, and one write of each function. tests/test_governance_templates.py compares this with assay's tables.

data "aws_iam_policy_document" "trust" {
  for_each = toset(["lambda", "states", "events"])

  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["${each.key}.amazonaws.com"]
    }
  }
}

# What every function reads.
data "aws_iam_policy_document" "read" {
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
      "arn:${local.partition}:ssm:*:${local.account}:parameter/*",
      "arn:${local.partition}:ssm:*::parameter/aws/service/*",
    ]
    actions = [
      "ssm:GetParameters",
    ]
  }
  dynamic "statement" {
    for_each = local.in_s3 ? [1] : []
    content {
      sid       = "ReadPolicy"
      resources = ["arn:${local.partition}:s3:::${var.policy_bucket}/${var.policy_name}"]
      actions   = ["s3:GetObjectVersion"]
    }
  }
  dynamic "statement" {
    for_each = var.reader_role_name != "" ? [1] : []
    content {
      sid       = "AssumeReaders"
      resources = ["arn:${local.partition}:iam::*:role/${var.reader_role_name}"]
      actions   = ["sts:AssumeRole"]
    }
  }
}

# What functions that look at a whole account read in addition.
data "aws_iam_policy_document" "fleet" {
  source_policy_documents = [data.aws_iam_policy_document.read.json]

  statement {
    sid       = "ReadFleet"
    resources = ["*"]
    actions = [
      "ec2:DescribeInstanceImageMetadata",
      "ec2:DescribeLaunchTemplates",
      "autoscaling:DescribeAutoScalingGroups",
      "autoscaling:DescribeLaunchConfigurations",
      "ssm:DescribeParameters",
      "imagebuilder:ListImageRecipes",
      "imagebuilder:ListContainerRecipes",
      "ec2:DescribeImageUsageReports",
      "ec2:DescribeImageUsageReportEntries",
      "ec2:DescribeFleets",
      "ec2:DescribeSpotFleetRequests",
    ]
  }
}

data "aws_iam_policy_document" "rule" {
  source_policy_documents = [data.aws_iam_policy_document.fleet.json]

  statement {
    sid       = "Evaluate"
    resources = ["*"]
    actions = [
      "config:PutEvaluations",
      "config:GetResourceConfigHistory",
    ]
  }
  statement {
    sid       = "WriteLog"
    resources = ["${aws_cloudwatch_log_group.this["rule"].arn}:*"]
    actions = [
      "logs:CreateLogStream",
      "logs:PutLogEvents",
    ]
  }
  statement {
    sid       = "KeepFailedEvents"
    resources = [aws_sqs_queue.failed["rule"].arn]
    actions = [
      "sqs:SendMessage",
    ]
  }
}

data "aws_iam_policy_document" "push" {
  source_policy_documents = [data.aws_iam_policy_document.fleet.json]

  statement {
    sid       = "ReadFindings"
    resources = ["*"]
    actions   = ["securityhub:GetFindings"]
  }
  statement {
    sid       = "ImportFindings"
    resources = ["arn:${local.partition}:securityhub:*:${local.account}:product/${local.account}/default"]
    actions   = ["securityhub:BatchImportFindings"]
  }
  statement {
    sid       = "WriteLog"
    resources = ["arn:${local.partition}:logs:*:${local.account}:log-group:/aws/lambda/${var.name}-push:*"]
    actions = [
      "logs:CreateLogStream",
      "logs:PutLogEvents",
    ]
  }
  statement {
    sid       = "KeepFailedEvents"
    resources = ["arn:${local.partition}:sqs:*:${local.account}:${var.name}-push"]
    actions = [
      "sqs:SendMessage",
    ]
  }
}

data "aws_iam_policy_document" "launch" {
  source_policy_documents = [data.aws_iam_policy_document.read.json]

  statement {
    sid       = "ReadFleet"
    resources = ["*"]
    actions = [
      "ec2:DescribeInstanceImageMetadata",
    ]
  }
  statement {
    sid       = "Tell"
    resources = [aws_sns_topic.this.arn]
    actions = [
      "sns:Publish",
    ]
  }
  statement {
    sid       = "WriteLog"
    resources = ["${aws_cloudwatch_log_group.this["launch"].arn}:*"]
    actions = [
      "logs:CreateLogStream",
      "logs:PutLogEvents",
    ]
  }
  statement {
    sid       = "KeepFailedEvents"
    resources = [aws_sqs_queue.failed["launch"].arn]
    actions = [
      "sqs:SendMessage",
    ]
  }
}

data "aws_iam_policy_document" "queue" {
  for_each = { for name, queue in aws_sqs_queue.failed : name => queue.arn if name != "rule" }

  statement {
    sid       = "KeepEventsThatAreNotDelivered"
    actions   = ["sqs:SendMessage"]
    resources = [each.value]
    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }
  }
}
