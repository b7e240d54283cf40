# Terramate, at the root of the repository. Terramate finds out which stacks have changed:
#   terramate script run --changed assay check
# ASSAY_POLICY names the policy.
terramate {
  config {
    experiments = ["scripts"]
  }
}

script "assay" "check" {
  name        = "Golden images"
  description = "Plan a stack and prove that its AMIs descend from golden images"

  job {
    commands = [
      ["terraform", "init", "-input=false"],
      ["terraform", "plan", "-input=false", "-lock=false", "-out=tfplan"],
      ["assay", "check", "tfplan", "--no-inline"],
    ]
  }
}
