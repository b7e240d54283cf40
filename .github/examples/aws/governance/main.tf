# assay inside an account: an AWS Config rule, and a function that judges each launch. Call this module once per account and
# Region; AWS Config must record there. It deploys the same as ../governance.cloudformation.json.

terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

data "aws_caller_identity" "this" {}
data "aws_partition" "this" {}

locals {
  account   = data.aws_caller_identity.this.account_id
  partition = data.aws_partition.this.partition
  in_s3     = var.policy_bucket != ""
  policy    = local.in_s3 ? "s3://${var.policy_bucket}/${var.policy_name}?versionId=${var.policy_version}" : "ssm:${var.policy_name}:${var.policy_version}"

  every = {
    rule   = { handler = "assay.integrations.config_rule.handler", seconds = 285, own = {} }
    launch = { handler = "assay.integrations.events.handler", seconds = 45, own = { ASSAY_TOPIC_ARN = aws_sns_topic.this.arn } }
    push   = { handler = "assay.integrations.security_hub.handler", seconds = 585, own = {} }
  }
  functions = { for name, each in local.every : name => each if name != "push" || var.push }
  permissions = {
    rule   = data.aws_iam_policy_document.rule.json
    launch = data.aws_iam_policy_document.launch.json
    push   = data.aws_iam_policy_document.push.json
  }
  starts = {
    # Instances that start. Needs no trail, and covers Auto Scaling and Spot. If quarantine is on, the state machine gets these events instead.
    started = {
      state = var.quarantine ? "DISABLED" : "ENABLED"
      pattern = {
        source        = ["aws.ec2"]
        "detail-type" = ["EC2 Instance State-change Notification"]
        detail        = { state = ["running"] }
      }
    }
    # Calls of RunInstances, as soon as they are made. Needs a trail that logs them.
    called = {
      state = "ENABLED"
      pattern = {
        source        = ["aws.ec2"]
        "detail-type" = ["AWS API Call via CloudTrail"]
        detail = {
          eventSource = ["ec2.amazonaws.com"]
          eventName   = ["RunInstances"]
          errorCode   = [{ exists = false }]
        }
      }
    }
  }
}

resource "aws_sns_topic" "this" {
  name = var.name
}

# ------------------------------------------------------------------------------------------ functions

resource "aws_sqs_queue" "failed" {
  for_each                  = local.functions
  name                      = "${var.name}-${each.key}"
  message_retention_seconds = 1209600
  sqs_managed_sse_enabled   = true
}

resource "aws_cloudwatch_log_group" "this" {
  for_each          = local.functions
  name              = "/aws/lambda/${var.name}-${each.key}"
  retention_in_days = 90
}

resource "aws_iam_role" "function" {
  for_each           = local.functions
  name               = "${var.name}-${each.key}"
  assume_role_policy = data.aws_iam_policy_document.trust["lambda"].json
}

resource "aws_iam_role_policy" "function" {
  for_each = local.functions
  name     = "assay"
  role     = aws_iam_role.function[each.key].id
  policy   = local.permissions[each.key]
}

resource "aws_lambda_function" "this" {
  for_each          = local.functions
  function_name     = "${var.name}-${each.key}"
  role              = aws_iam_role.function[each.key].arn
  handler           = each.value.handler
  runtime           = var.runtime
  architectures     = [var.architecture]
  s3_bucket         = var.code_bucket
  s3_key            = var.code_key
  s3_object_version = var.code_version
  memory_size       = 512
  timeout           = each.value.seconds + 15

  dead_letter_config {
    target_arn = aws_sqs_queue.failed[each.key].arn
  }

  environment {
    variables = merge(each.value.own, {
      ASSAY_POLICY        = local.policy
      ASSAY_POLICY_SHA256 = var.policy_sha256
      ASSAY_TIMEOUT       = tostring(each.value.seconds)
    })
  }

  depends_on = [aws_cloudwatch_log_group.this, aws_iam_role_policy.function]
}

# ----------------------------------------------------------------------------------------- AWS Config

resource "aws_lambda_permission" "rule" {
  action         = "lambda:InvokeFunction"
  function_name  = aws_lambda_function.this["rule"].function_name
  principal      = "config.amazonaws.com"
  source_account = local.account
}

resource "aws_config_config_rule" "this" {
  name        = var.name
  description = "Instances, launch templates, Auto Scaling groups and launch configurations use golden images. Anything that could not be read is NON_COMPLIANT and says so."

  scope {
    compliance_resource_types = [
      "AWS::EC2::Instance",
      "AWS::EC2::LaunchTemplate",
      "AWS::AutoScaling::AutoScalingGroup",
      "AWS::AutoScaling::LaunchConfiguration",
    ]
  }

  source {
    owner             = "CUSTOM_LAMBDA"
    source_identifier = aws_lambda_function.this["rule"].arn

    source_detail {
      message_type = "ConfigurationItemChangeNotification"
    }
    source_detail {
      message_type = "OversizedConfigurationItemChangeNotification"
    }
    source_detail {
      message_type                = "ScheduledNotification"
      maximum_execution_frequency = "TwentyFour_Hours"
    }
  }

  depends_on = [aws_lambda_permission.rule]
}

# ------------------------------------------------------------------------------------------- launches

resource "aws_cloudwatch_event_rule" "launch" {
  for_each      = local.starts
  name          = "${var.name}-${each.key}"
  state         = each.value.state
  event_pattern = jsonencode(each.value.pattern)
}

resource "aws_cloudwatch_event_target" "launch" {
  for_each = local.starts
  rule     = aws_cloudwatch_event_rule.launch[each.key].name
  arn      = aws_lambda_function.this["launch"].arn

  dead_letter_config {
    arn = aws_sqs_queue.failed["launch"].arn
  }
}

resource "aws_lambda_permission" "launch" {
  for_each      = local.starts
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.this["launch"].function_name
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.launch[each.key].arn
}

resource "aws_sqs_queue_policy" "failed" {
  for_each  = data.aws_iam_policy_document.queue
  queue_url = aws_sqs_queue.failed[each.key].id
  policy    = each.value.json
}

# --------------------------------------------------------------------------------------------- alarms

resource "aws_cloudwatch_metric_alarm" "errors" {
  for_each            = local.functions
  alarm_name          = "${var.name}-${each.key}-errors"
  alarm_description   = "The function failed."
  namespace           = "AWS/Lambda"
  metric_name         = "Errors"
  dimensions          = { FunctionName = aws_lambda_function.this[each.key].function_name }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  threshold           = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.this.arn]
}

resource "aws_cloudwatch_metric_alarm" "left" {
  for_each            = local.functions
  alarm_name          = "${var.name}-${each.key}-left"
  alarm_description   = "Events were not processed."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = aws_sqs_queue.failed[each.key].name }
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 1
  threshold           = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.this.arn]
}

output "topic_arn" {
  value       = aws_sns_topic.this.arn
  description = "The topic for launches that do not pass and for alarms. Subscribe to it."
}
