# A state machine that has each started instance judged, and tags those that do not pass. It stops and terminates nothing.

data "aws_iam_policy_document" "quarantine" {
  statement {
    sid       = "Judge"
    actions   = ["lambda:InvokeFunction"]
    resources = [aws_lambda_function.this["launch"].arn]
  }
  statement {
    sid       = "Tag"
    actions   = ["ec2:CreateTags"]
    resources = ["arn:${local.partition}:ec2:*:${local.account}:instance/*"]
    condition {
      test     = "ForAllValues:StringEquals"
      variable = "aws:TagKeys"
      values   = ["assay:quarantine"]
    }
  }
}

resource "aws_iam_role" "quarantine" {
  count              = var.quarantine ? 1 : 0
  name               = "${var.name}-quarantine"
  assume_role_policy = data.aws_iam_policy_document.trust["states"].json
}

resource "aws_iam_role_policy" "quarantine" {
  count  = var.quarantine ? 1 : 0
  name   = "assay"
  role   = aws_iam_role.quarantine[0].id
  policy = data.aws_iam_policy_document.quarantine.json
}

resource "aws_sfn_state_machine" "quarantine" {
  count    = var.quarantine ? 1 : 0
  name     = "${var.name}-quarantine"
  role_arn = aws_iam_role.quarantine[0].arn
  definition = templatefile("${path.module}/quarantine.asl.json", {
    Partition = local.partition
    Function  = aws_lambda_function.this["launch"].arn
  })
}

resource "aws_iam_role" "quarantine_start" {
  count              = var.quarantine ? 1 : 0
  name               = "${var.name}-quarantine-start"
  assume_role_policy = data.aws_iam_policy_document.trust["events"].json
}

data "aws_iam_policy_document" "quarantine_start" {
  count = var.quarantine ? 1 : 0

  statement {
    sid       = "Start"
    actions   = ["states:StartExecution"]
    resources = [aws_sfn_state_machine.quarantine[0].arn]
  }
}

resource "aws_iam_role_policy" "quarantine_start" {
  count  = var.quarantine ? 1 : 0
  name   = "assay"
  role   = aws_iam_role.quarantine_start[0].id
  policy = data.aws_iam_policy_document.quarantine_start[0].json
}

resource "aws_cloudwatch_event_rule" "quarantine" {
  count         = var.quarantine ? 1 : 0
  name          = "${var.name}-quarantine"
  event_pattern = jsonencode(local.starts.started.pattern)
}

resource "aws_cloudwatch_event_target" "quarantine" {
  count    = var.quarantine ? 1 : 0
  rule     = aws_cloudwatch_event_rule.quarantine[0].name
  arn      = aws_sfn_state_machine.quarantine[0].arn
  role_arn = aws_iam_role.quarantine_start[0].arn

  dead_letter_config {
    arn = aws_sqs_queue.failed["launch"].arn
  }
}

resource "aws_cloudwatch_metric_alarm" "quarantine" {
  count               = var.quarantine ? 1 : 0
  alarm_name          = "${var.name}-quarantine-errors"
  alarm_description   = "Instances were not tagged."
  namespace           = "AWS/States"
  metric_name         = "ExecutionsFailed"
  dimensions          = { StateMachineArn = aws_sfn_state_machine.quarantine[0].arn }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  threshold           = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.this.arn]
}
