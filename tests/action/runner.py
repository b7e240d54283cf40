"""Runs action.yml as GitHub's runner does: its own steps for real, other people's as what they got.

A step of `uses:` is not run: it is kept with its inputs, and its outputs are given by the test.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.action import expressions
from tests.action.log import Command, commands

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = Path(sys.executable).parent
"""Where `assay` stands beside the Python that runs the tests."""


@dataclass(slots=True)
class Used:
    """A step of somebody else's action, and what it was given."""

    action: str
    inputs: dict[str, str]


@dataclass(slots=True)
class Job:
    """What one use of the action left behind."""

    code: int = 0
    """0, or the exit code of the first step that failed."""
    log: str = ""
    outputs: dict[str, str] = field(default_factory=dict)
    summary: str = ""
    used: list[Used] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    @property
    def commands(self) -> list[Command]:
        """What of the log the runner obeyed."""
        return commands(self.log)

    @property
    def uploads(self) -> list[dict[str, str]]:
        """What code scanning got."""
        return [each.inputs for each in self.used if "upload-sarif" in each.action]

    def said(self, level: str) -> list[str]:
        """Annotations of a level."""
        return [each.data for each in self.commands if each.name == level]


@dataclass(frozen=True, slots=True)
class Runner:
    """A workspace, a temporary directory, and an action in a directory of its own."""

    workspace: Path
    temporary: Path
    action: Path = ROOT

    base: str = ""
    """The base commit of the pull request, where one is the event."""

    def use(self, env: Mapping[str, str] | None = None, /, **inputs: str) -> Job:
        """`uses:` the action with these inputs (`_` for `-`), with `env` as the job has it."""
        document = yaml.safe_load((self.action / "action.yml").read_text())
        given = {name.replace("_", "-"): text for name, text in inputs.items()}
        assert given.keys() <= document["inputs"].keys(), "the runner only warns of such inputs"
        names = {f"inputs.{name}": each["default"] for name, each in document["inputs"].items()}
        names |= {f"inputs.{name}": text for name, text in given.items()}
        names["github.event.pull_request.base.sha"] = self.base
        job = Job()
        for step in document["runs"]["steps"]:
            self._step(step, names, job, env or {})
        job.outputs = {
            name: expressions.filled_in(each["value"], names)
            for name, each in document["outputs"].items()
        }
        return job

    def _step(
        self, step: Mapping[str, Any], names: dict[str, str], job: Job, env: Mapping[str, str]
    ) -> None:
        if not expressions.holds(step.get("if"), names, failed=job.code != 0):
            job.skipped.append(step["name"])
            return
        if "uses" in step:
            inputs = {
                name: expressions.filled_in("false" if text is False else str(text), names)
                for name, text in step["with"].items()
            }
            job.used.append(Used(step["uses"], inputs))
            if step["uses"].startswith("actions/setup-python@"):
                names[f"steps.{step['id']}.outputs.python-path"] = sys.executable
            return
        code, outputs = self._run(step, names, job, env)
        names |= {f"steps.{step['id']}.outputs.{name}": text for name, text in outputs.items()}
        job.code = job.code or code

    def _run(
        self, step: Mapping[str, Any], names: Mapping[str, str], job: Job, env: Mapping[str, str]
    ) -> tuple[int, dict[str, str]]:
        assert step["shell"] == "bash"
        assert "${{" not in step["run"], "an input in a script is a script"
        bash = shutil.which("bash")
        if bash is None:
            pytest.skip("NOT TESTED: there is no bash on PATH")
        files = {name: self.temporary / f"_{name}" for name in ("output", "summary", "env", "path")}
        for file in (*files.values(), self.temporary / "step.sh"):
            file.write_text("")
        (self.temporary / "step.sh").write_text(step["run"])
        done = subprocess.run(
            [bash, "--noprofile", "--norc", "-e", "-o", "pipefail", self.temporary / "step.sh"],
            cwd=self.workspace,
            env={
                **os.environ,
                "PATH": f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}",
                "GITHUB_ACTIONS": "true",
                "CI": "true",
                "GITHUB_ACTION_PATH": str(self.action),
                "GITHUB_WORKSPACE": str(self.workspace),
                "GITHUB_OUTPUT": str(files["output"]),
                "GITHUB_STEP_SUMMARY": str(files["summary"]),
                "GITHUB_ENV": str(files["env"]),
                "GITHUB_PATH": str(files["path"]),
                "RUNNER_TEMP": str(self.temporary),
                **env,
                **{k: expressions.filled_in(str(v), names) for k, v in step["env"].items()},
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=300,
            check=False,
        )
        job.log += done.stdout.decode() + done.stderr.decode()  # the worst order
        job.summary += files["summary"].read_text(encoding="utf-8")
        for name in ("env", "path"):
            assert files[name].read_text() == "", "it would change the caller's next steps"
        return done.returncode, _outputs(files["output"].read_text(encoding="utf-8"))


def _outputs(text: str) -> dict[str, str]:
    """GitHub Docs, "Workflow commands for GitHub Actions", "Setting an output parameter"."""
    outputs: dict[str, str] = {}
    lines = iter(text.splitlines())
    for line in lines:
        if heredoc := re.fullmatch(r"([\w-]+)<<(\S+)", line):
            value: list[str] = []
            while (following := next(lines)) != heredoc[2]:
                value.append(following)
            outputs[heredoc[1]] = "\n".join(value)
        else:
            name, equals, plain = line.partition("=")
            assert equals, f"not an output: {line!r}"
            outputs[name] = plain
    return outputs
