# Does once a day what `assay push securityhub` does, for this account and Region.

resource "aws_cloudwatch_event_rule" "push" {
  count               = var.push ? 1 : 0
  name                = "${var.name}-push"
  schedule_expression = "rate(1 day)"
}

resource "aws_cloudwatch_event_target" "push" {
  count = var.push ? 1 : 0
  rule  = aws_cloudwatch_event_rule.push[0].name
  arn   = aws_lambda_function.this["push"].arn

  dead_letter_config {
    arn = aws_sqs_queue.failed["push"].arn
  }
}

resource "aws_lambda_permission" "push" {
  count         = var.push ? 1 : 0
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.this["push"].function_name
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.push[0].arn
}
