variable "name" {
  type        = string
  default     = "assay"
  description = "What everything is called, or begins with."
}

variable "code_bucket" {
  type        = string
  description = "The bucket that holds dist/assay-lambda.zip, as `make lambda` makes it."
}

variable "code_key" {
  type        = string
  default     = "assay-lambda.zip"
  description = "Its key."
}

variable "code_version" {
  type        = string
  description = "Its version in that bucket."
}

variable "runtime" {
  type        = string
  default     = "python3.13"
  description = "The Python that it was made for (LAMBDA_PYTHON)."
}

variable "architecture" {
  type        = string
  default     = "x86_64"
  description = "The machine that it was made for (LAMBDA_ARCH; aarch64 is arm64)."
}

variable "policy_bucket" {
  type        = string
  default     = ""
  description = "The bucket that holds the policy; empty: Systems Manager holds it."
}

variable "policy_name" {
  type        = string
  description = "The policy's key in that bucket, or its parameter's name with a slash in front."
}

variable "policy_version" {
  type        = string
  description = "Its version there."
}

variable "policy_sha256" {
  type        = string
  description = "Its SHA-256: filesha256(\"assay.yaml\")"

  validation {
    condition     = can(regex("^[0-9a-f]{64}$", var.policy_sha256))
    error_message = "64 hexadecimal digits are meant."
  }
}

variable "reader_role_name" {
  type        = string
  default     = ""
  description = "The role_name of the policy's readers in other accounts; empty: there are none."
}

variable "push" {
  type        = bool
  default     = false
  description = "Whether findings go to Security Hub of this account and Region once a day; it must be enabled there."
}

variable "quarantine" {
  type        = bool
  default     = false
  description = "Whether instances that do not pass are tagged; nothing is stopped."
}
