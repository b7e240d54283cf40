variable "name" {
  type        = string
  default     = "assay"
  description = "The name of all resources, or the start of their names."
}

variable "code_bucket" {
  type        = string
  description = "The bucket that contains dist/assay-lambda.zip, which `make lambda` builds."
}

variable "code_key" {
  type        = string
  default     = "assay-lambda.zip"
  description = "The key of that file in the bucket."
}

variable "code_version" {
  type        = string
  description = "The version of that file in the bucket."
}

variable "runtime" {
  type        = string
  default     = "python3.13"
  description = "The Python version that the file was built for (LAMBDA_PYTHON)."
}

variable "architecture" {
  type        = string
  default     = "x86_64"
  description = "The architecture that the file was built for (LAMBDA_ARCH; aarch64 is arm64)."
}

variable "policy_bucket" {
  type        = string
  default     = ""
  description = "The bucket that contains the policy. If empty, the policy is a parameter of Systems Manager."
}

variable "policy_name" {
  type        = string
  description = "The policy's key in that bucket, or the name of the parameter, which starts with a slash."
}

variable "policy_version" {
  type        = string
  description = "The version of the policy in the bucket, or of the parameter."
}

variable "policy_sha256" {
  type        = string
  description = "The policy's SHA-256: filesha256(\"assay.yaml\")"

  validation {
    condition     = can(regex("^[0-9a-f]{64}$", var.policy_sha256))
    error_message = "policy_sha256 must be 64 lower-case hexadecimal digits."
  }
}

variable "reader_role_name" {
  type        = string
  default     = ""
  description = "The role_name of the policy's readers in other accounts. Empty if there are none."
}

variable "push" {
  type        = bool
  default     = false
  description = "Whether to send findings once a day to Security Hub in this account and Region. It must be enabled there."
}

variable "quarantine" {
  type        = bool
  default     = false
  description = "Whether to tag instances that do not pass. Nothing is stopped."
}
