# Terragrunt: in the root configuration that all units include. A hook that fails ends the plan of
# its unit. ASSAY_POLICY names the policy: the units' own directories should not hold it.
#
# For all units in one pass over AWS, write their plans first and check them together, rendered, since a
# unit's providers are where Terragrunt runs it:
#   terragrunt run --all --json-out-dir /tmp/plans -- plan
#   bash -O globstar -c 'assay check --no-inline /tmp/plans/**/tfplan.json'
terraform {
  extra_arguments "plan_file" {
    commands  = ["plan"]
    arguments = ["-out=tfplan"]
  }

  after_hook "assay" {
    commands = ["plan"]
    execute  = ["sh", "-c", "assay check tfplan --terraform \"$TG_CTX_TF_PATH\" --no-inline"]
  }
}
