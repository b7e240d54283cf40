"""The command lines of the examples, and a checkout in which they run."""

import json
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hcl2
import pytest
import yaml

from tests.action.runner import PROGRAMS, ROOT

EXAMPLES = ROOT / ".github" / "examples"
DEMO = ROOT / "fixtures" / "demo"
GOLDEN, HOME_MADE, UNHEARD_OF = (
    "ami-0ad4b625b0bbd4147",
    "ami-0abf27d91986ff14c",
    "ami-0ffffffffffffffff",
)
TERRAFORM = """\
#!/bin/sh
case " $* " in *" show "*) ;; *) exit 0 ;; esac
test -s "$PLAN" || { echo "no plan" >&2; exit 1; }
exec cat "$PLAN"
"""
SAVED = ("tfplan", "spacelift.plan", ".tf-plan")
"""What the platforms call the saved plan."""
CODES = {"fail": 1, "pass": 0, "undetermined": 3, "no plan": 2}


@dataclass(frozen=True, slots=True)
class Snippet:
    """One script of an example, and the shell that its platform gives it to."""

    script: str
    shell: tuple[str, ...] = ("bash", "-e", "-o", "pipefail", "-c")


def read_yaml(name: str) -> Any:
    """An example that is YAML."""
    return yaml.safe_load((EXAMPLES / name).read_text())


def _hcl(name: str) -> Any:
    return hcl2.loads((EXAMPLES / name).read_text())


def _said(quoted: str) -> str:
    """A quoted string of HCL whose escapes are JSON's, too."""
    text: str = json.loads(quoted)
    return text


def _atlantis() -> Snippet:
    [step] = read_yaml("atlantis/repos.yaml")["workflows"]["assay"]["policy_check"]["steps"]
    return Snippet(step["run"], ("sh", "-c"))


def _azure() -> Snippet:
    [task] = [
        s for s in read_yaml("azure-pipelines/azure-pipelines.yml")["steps"] if "AWS" in str(s)
    ]
    return Snippet(task["inputs"]["inlineScript"], ("bash", "-c"))


def _digger() -> Snippet:
    [*_, step] = read_yaml("digger/digger.yml")["workflows"]["assay"]["plan"]["steps"]
    return Snippet(step["run"], (step["shell"], "-c"))


def _env0() -> Snippet:
    [step] = read_yaml("env0/env0.yml")["deploy"]["steps"]["terraformPlan"]["after"]
    return Snippet(step["run"], ("bash", "-c"))


def _gitlab() -> Snippet:
    return Snippet(
        "\n".join(read_yaml("gitlab/gitlab-ci.yml")["assay"]["script"]), ("sh", "-e", "-c")
    )


def _spacelift() -> Snippet:
    [hook] = read_yaml("spacelift/config.yml")["stack_defaults"]["after_plan"]
    return Snippet(hook, ("sh", "-c"))


def _terragrunt() -> Snippet:
    [hook] = _hcl("terragrunt/terragrunt.hcl")["terraform"][0]["after_hook"]
    [(_, body)] = [(k, v) for k, v in hook.items() if isinstance(v, dict)]
    *shell, script = map(_said, body["execute"])
    return Snippet(script, tuple(shell))


def _terragrunt_all() -> Snippet:
    text = (EXAMPLES / "terragrunt/terragrunt.hcl").read_text()
    [line] = re.findall(r"^#   (bash .*)$", text, re.MULTILINE)
    return Snippet(line.replace("/tmp/plans", "plans"), ("sh", "-c"))


def _terramate() -> Snippet:
    [script] = _hcl("terramate/assay.tm.hcl")["script"]
    text = json.dumps(script)
    [job] = _found(json.loads(text), "job")
    lines = [[_said(word) for word in words] for words in job["commands"]]
    assert lines[0][:2] == ["terraform", "init"]
    return Snippet(shlex.join(lines[-1]), ("sh", "-c"))


def _found(value: Any, key: str) -> list[Any]:
    if isinstance(value, dict):
        if key in value:
            return list(value[key])
        return [each for inner in value.values() for each in _found(inner, key)]
    return []


SNIPPETS: dict[str, Callable[[], Snippet]] = {
    "atlantis": _atlantis,
    "azure-pipelines": _azure,
    "digger": _digger,
    "env0": _env0,
    "gitlab": _gitlab,
    "spacelift": _spacelift,
    "terragrunt": _terragrunt,
    "terragrunt, all units": _terragrunt_all,
    "terramate": _terramate,
}
GATES = [name for name in SNIPPETS if name not in ("atlantis", "spacelift")]
"""Where the exit code is the gate."""


@dataclass(frozen=True, slots=True)
class World:
    """A checkout with the demo's code, a plan that terraform would show, and a recording."""

    folder: Path

    def run(self, name: str) -> tuple[int, str]:
        """The exit code of a snippet, and what it printed."""
        snippet = SNIPPETS[name]()
        program = shutil.which(snippet.shell[0])
        if program is None:
            pytest.skip(f"NOT TESTED: there is no {snippet.shell[0]} on PATH")
        done = subprocess.run(
            [program, *snippet.shell[1:], snippet.script],
            cwd=self.folder / "code",
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=60,
            check=False,
        )
        return done.returncode, done.stdout.decode()

    def _environment(self) -> dict[str, str]:
        code, temporary = str(self.folder / "code"), str(self.folder / "temporary")
        return {
            **os.environ,
            "PATH": f"{self.folder / 'bin'}{os.pathsep}{PROGRAMS}{os.pathsep}{os.environ['PATH']}",
            "PLAN": str(self.folder / "plan.json"),
            "ASSAY_CATALOG": str(DEMO / "catalog.json"),
            "ASSAY_POLICY": str(DEMO / "policy.yaml"),
            "PLANFILE": f"{code}/tfplan",
            "ATLANTIS_TERRAFORM_VERSION": "",
            "BUILD_SOURCESDIRECTORY": str(self.folder),
            "AGENT_TEMPDIRECTORY": temporary,
            "AWS_ID_TOKEN": "not-a-token",
            "AWS_WEB_IDENTITY_TOKEN_FILE": f"{temporary}/token",
            "DIGGER_PLANFILE": "tfplan",
            "DIGGER_OUT": f"{temporary}/digger.txt",
            "TG_CTX_TF_PATH": "terraform",
        }
