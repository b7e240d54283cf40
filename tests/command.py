"""Runs the `assay` command as a user does: a process of its own, no hook in the product."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.emulator import access_key

POLICY = """\
version: 1
golden:
  watermarks:
    - key: "111122223333:golden-*"
"""


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
) -> Run:
    """`assay ARGUMENTS` in `cwd`, with the test's scrubbed environment and `env` on top."""
    done = subprocess.run(
        [sys.executable, "-m", "assay", *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, **(env or {})},
        input=stdin,
        capture_output=True,
        timeout=120,
        check=False,
    )
    return Run(done.returncode, done.stdout.decode(), done.stderr.decode())


def talking_to(url: str, account: str) -> dict[str, str]:
    """The environment of somebody with credentials for `account` at the emulator."""
    return {
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": access_key(account),
        "AWS_SECRET_ACCESS_KEY": "not-a-secret",
    }
