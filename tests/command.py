"""Runs the `assay` command as a user does: a process of its own, no hook in the product.

Most of what such a process takes is the start of Python and the reading of modules, so most are
forks of one that has done both (see forks.py), `main()` and all. Where the start itself is tested,
a test says `apart`; tests/test_command.py holds both ways against each other.
"""

import atexit
import functools
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.emulator import access_key
from tests.forks import SECONDS, Forks

POLICY = """\
version: 1
golden:
  watermarks:
    - key: "111122223333:golden-*"
"""
INTERRUPTIBLE = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)  # which whoever runs the tests may ignore
os.execv(sys.executable, [sys.executable, "-m", "assay", *sys.argv[1:]])
"""
"""For `python -c`, before the words of a command: assay, which can be interrupted."""


@dataclass(frozen=True, slots=True)
class Run:
    """What a finished command left behind."""

    code: int
    stdout: str
    stderr: str

    @property
    def report(self) -> dict[str, Any]:
        """Standard output as the JSON report."""
        loaded: dict[str, Any] = json.loads(self.stdout)
        return loaded

    def outcomes(self) -> dict[str, str]:
        """Outcome by address."""
        return {verdict["address"]: verdict["outcome"] for verdict in self.report["verdicts"]}

    def rules(self, outcome: str = "fail") -> dict[str, list[str]]:
        """By address, the rules of error severity that came to `outcome`."""
        return {
            verdict["address"]: [
                result["rule"]
                for result in verdict["results"]
                if result["outcome"] == outcome and result["severity"] == "error"
            ]
            for verdict in self.report["verdicts"]
        }


def assay(
    *arguments: str | Path,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    stdin: bytes = b"",
    apart: bool = False,
) -> Run:
    """`assay ARGUMENTS` in `cwd`, with the test's scrubbed environment and `env` on top."""
    environment = {**os.environ, **(env or {})}
    return run([str(each) for each in arguments], cwd, environment, stdin, apart=apart)


def run(
    arguments: Sequence[str],
    cwd: Path,
    environment: Mapping[str, str],
    stdin: bytes = b"",
    *,
    apart: bool = False,
) -> Run:
    """`assay ARGUMENTS` with nothing of this process's environment."""
    if apart or _for_python(environment):
        done = subprocess.run(
            [sys.executable, "-m", "assay", *arguments],
            cwd=cwd,
            env=environment,
            input=stdin,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
        return Run(done.returncode, done.stdout.decode(), done.stderr.decode())
    code, stdout, stderr = _forks(os.getpid())(arguments, cwd, environment, stdin)
    return Run(code, stdout.decode(), stderr.decode())


_STARTED_WITH = dict(os.environ)


def _for_python(environment: Mapping[str, str]) -> bool:
    """Whether there is something in it that only a new interpreter reads."""
    return any(
        name.startswith("PYTHON") and value != _STARTED_WITH.get(name)
        for name, value in environment.items()
    )


@functools.cache
def _forks(_process: int) -> Forks:
    """The command of this process, and of no other that is forked from it."""
    forks = Forks(Path(sys.executable), Path(__file__).with_name("warm.py"))
    atexit.register(forks.close)
    return forks


def talking_to(url: str, account: str) -> dict[str, str]:
    """The environment of somebody with credentials for `account` at the emulator."""
    return {
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": access_key(account),
        "AWS_SECRET_ACCESS_KEY": "not-a-secret",
    }
