"""The real checkov with the checks of this repository, and what it leaves behind."""

import json
import os
import sys
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.checkov.environment import ROOT
from tests.forks import Forks

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
    """checkov, imported once and forked for every run: it takes seconds to be imported."""

    def __init__(self, commands: Path) -> None:
        self.commands = commands
        self._forks = Forks(commands / "python", Path(__file__).with_name("warm.py"))

    def __call__(
        self,
        *arguments: str | Path,
        cwd: Path,
        env: Mapping[str, str | Path] | None = None,
        checks: Path = CHECKS,
    ) -> Run:
        """One run of `checkov ARGUMENTS` with the checks, in the test's environment and `env`."""
        options = ["--external-checks-dir", checks, "--skip-download", "--output", "json"]
        code, stdout, stderr = self._forks(
            [str(each) for each in (*arguments, *options)],
            cwd,
            {**os.environ, **{name: str(each) for name, each in (env or {}).items()}},
        )
        return Run(code, stdout.decode(), stderr.decode())

    def close(self) -> None:
        """End it."""
        self._forks.close()


def plan_options(*plans: Path, only: str = ALL) -> list[str | Path]:
    """`checkov -f PLAN... --framework terraform_plan -c ...`."""
    files = [each for plan in plans for each in ("-f", plan)]
    return [*files, "--framework", "terraform_plan", "-c", only]
