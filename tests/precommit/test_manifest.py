"""`.pre-commit-hooks.yaml` itself: what pre-commit thinks of it, and which files it hands over."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from assay import cli
from tests.precommit.program import ROOT, PreCommit

pytestmark = pytest.mark.precommit

MANIFEST = ROOT / ".pre-commit-hooks.yaml"
HOOKS: dict[str, dict[str, Any]] = {
    hook["id"]: hook for hook in yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
}
CODE = (
    "main.tf",
    "main.tofu",
    "main.tf.json",
    "main.tofu.json",
    "terraform.tfvars",
    "prod.auto.tfvars",
    "terraform.tfvars.json",
    "envs/prod/main.tf",
    "a folder/größe.tf",
    "my.terraform/main.tf",
    "terraform/main.tf",
)
POLICIES = ("assay.yaml", "assay.yml", "assay.json", ".assay.yaml", "infra/assay.yaml")
OTHERS = (
    ".terraform/modules/vpc/main.tf",
    ".terraform/terraform.tfstate",
    ".terragrunt-cache/4c1/main.tf",
    "envs/prod/.terraform/modules/vpc/main.tf",
    "envs/prod/.terragrunt-cache/4c1/terraform.tfvars",
    "envs/prod/.terraform.lock.hcl",
    "terragrunt.hcl",
    "main.tftest.hcl",
    "main.tf.bak",
    "main.tf.json.j2",
    "main.tf~",
    "maintf",
    "terraform.tfvars.example",
    "terraform.tfstate",
    "plan.json",
    "tf/README.md",
    "assay.yaml.j2",
    "assay.toml",
    "my-assay.yaml",
    "assay/policy.yaml",
)


def test_pre_commit_takes_it(published: PreCommit, tmp_path: Path) -> None:
    scratch = published.repository(tmp_path / "repository")
    run = scratch.pre_commit("validate-manifest", str(published.hooks / MANIFEST.name))
    assert (run.code, run.stdout, run.stderr) == (0, "", "")


def test_there_are_three_hooks_and_each_runs_a_command_that_there_is() -> None:
    assert list(HOOKS) == ["assay", "assay-live", "assay-policy"]
    for hook in HOOKS.values():
        program, command, *_ = hook["entry"].split()
        assert program == "assay"
        assert command in cli.COMMANDS
        assert hook["language"] == "python"
        assert hook["require_serial"] is True
        assert (
            hook["minimum_pre_commit_version"] == "3.2.0"
        )  # knows the stages `pre-push`, `manual`


def test_only_the_live_hook_asks_aws_and_never_at_a_commit() -> None:
    assert "--offline" in HOOKS["assay"]["entry"].split()
    assert "--offline" not in HOOKS["assay-live"]["entry"].split()
    assert HOOKS["assay-live"]["stages"] == ["pre-push", "manual"]
    assert not {"stages"} & (HOOKS["assay"].keys() | HOOKS["assay-policy"].keys())


def test_pre_commit_hands_over_the_files_that_are_meant(
    published: PreCommit, tmp_path: Path
) -> None:
    scratch = published.repository(tmp_path / "repository")
    scratch.write(dict.fromkeys((*CODE, *POLICIES, *OTHERS), ""))
    told = {"entry": "printf 'given %s\\n'", "language": "system", "verbose": True}
    for hook, files in {"assay": CODE, "assay-live": CODE, "assay-policy": POLICIES}.items():
        scratch.use({"id": hook, **told})
        run = scratch.hooks_run("--all-files", "--hook-stage", "manual")
        assert run.code == 0, run.stdout
        assert sorted(re.findall(r"^given (.*)$", run.stdout, re.MULTILINE)) == sorted(files)
