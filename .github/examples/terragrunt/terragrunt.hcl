# Terragrunt: put this into the root configuration that all units include. If the hook fails, the plan
# of its unit fails. ASSAY_POLICY names the policy, which should not be in a unit's own directory.
#
# To check all units in one pass over AWS, write their plans first and check them together. Write them as
# JSON, because the providers of a unit are installed where Terragrunt runs it:
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
