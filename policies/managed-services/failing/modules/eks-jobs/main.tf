resource "aws_emr_cluster" "jobs" {
  name          = "jobs"
  release_label = "emr-7.0.0"
  service_role  = "arn:aws:iam::222222222222:role/jobs"

  master_instance_group {
    instance_type = "m5.xlarge"
  }
}
