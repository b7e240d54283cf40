"""The real checkov with the checks of this repository, and what it leaves behind."""

import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from tests.checkov.environment import ROOT

CHECKS = ROOT / "checks"
FIXTURES = ROOT / "fixtures"
ALL = "CKV_ASSAY_*"
ASSAY = Path(sys.executable).with_name("assay")


@dataclass(frozen=True, slots=True)
class Run:
    """A finished run with `--output json`."""

    code: int
    stdout: str
    stderr: str

    def records(self, result: str) -> dict[str, list[str]]:
        """Ids by address, for one of `passed`, `failed` and `skipped`."""
        found: dict[str, list[str]] = defaultdict(list)
        for record in self._records(result):
            found[record["resource"]].append(record["check_id"])
        return {address: sorted(ids) for address, ids in sorted(found.items())}

    def by_file(self, result: str) -> dict[str, dict[str, list[str]]]:
        """The same, by the directory that the plan stands in."""
        found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for record in self._records(result):
            folder = Path(record["file_abs_path"]).parent.name
            found[folder][record["resource"]].append(record["check_id"])
        return found

    def reasons(self) -> list[str]:
        """What assay's checks say on standard error."""
        lines = [line.partition("assay: ")[2] for line in self.stderr.splitlines()]
        return [line for line in lines if line]

    def _records(self, result: str) -> list[dict[str, Any]]:
        document = json.loads(self.stdout)
        reports = document if isinstance(document, list) else [document]
        return [
            record
            for report in reports
            for record in report.get("results", {}).get(f"{result}_checks", [])
        ]


class Checkov:
    """checkov, imported once and forked for every run (see warm.py)."""

    def __init__(self, commands: Path, folder: Path) -> None:
        self.commands, self._folder, self._runs = commands, folder, 0
        self._process = subprocess.Popen(
            [commands / "python", Path(__file__).with_name("warm.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=folder,
            text=True,
        )

    def __call__(
        self,
        *arguments: str | Path,
        cwd: Path,
        env: Mapping[str, str | Path] | None = None,
        checks: Path = CHECKS,
    ) -> Run:
        """One run of `checkov ARGUMENTS` with the checks, in the test's environment and `env`."""
        self._runs += 1
        streams = {name: self._folder / f"{self._runs}.{name}" for name in ("stdout", "stderr")}
        options = ["--external-checks-dir", checks, "--skip-download", "--output", "json"]
        told = {
            "arguments": [str(each) for each in (*arguments, *options)],
            "cwd": str(cwd),
            "environment": {**os.environ, **{k: str(v) for k, v in (env or {}).items()}},
            **{name: str(path) for name, path in streams.items()},
        }
        _pipe(self._process.stdin).write(json.dumps(told) + "\n")
        _pipe(self._process.stdin).flush()
        ended = json.loads(_pipe(self._process.stdout).readline())
        return Run(ended["code"], *(path.read_text() for path in streams.values()))

    def close(self) -> None:
        _pipe(self._process.stdin).close()
        self._process.wait(30)
        _pipe(self._process.stdout).close()


def plan_options(*plans: Path, only: str = ALL) -> list[str | Path]:
    """`checkov -f PLAN... --framework terraform_plan -c ...`."""
    files = [each for plan in plans for each in ("-f", plan)]
    return [*files, "--framework", "terraform_plan", "-c", only]


def _pipe(pipe: IO[str] | None) -> IO[str]:
    assert pipe is not None
    return pipe
