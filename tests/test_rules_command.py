"""`assay rules`: the table of rules."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from assay.policy.rules import RULES
from tests import command

TABLE = [
    (rule.id, rule.severity.value if rule.configurable else "undetermined", rule.summary)
    for rule in RULES
]


def test_one_line_a_rule(tmp_path: Path) -> None:
    run = command.assay("rules", cwd=tmp_path)
    rows = [tuple(line.split(maxsplit=2)) for line in run.stdout.splitlines()]
    assert rows == TABLE
    assert (run.code, run.stderr) == (0, "")
    assert max(map(len, run.stdout.splitlines())) <= 100


def test_the_columns_stand_below_each_other(tmp_path: Path) -> None:
    lines = command.assay("rules", cwd=tmp_path).stdout.splitlines()
    summaries = zip(lines, TABLE, strict=True)
    assert len({line.index(summary) for line, (_, _, summary) in summaries}) == 1


def test_json(tmp_path: Path) -> None:
    run = command.assay("rules", "--format", "json", cwd=tmp_path)
    assert json.loads(run.stdout) == {
        "schema_version": 1,
        "rules": [
            {"rule": id, "by_default": by_default, "summary": summary}
            for id, by_default, summary in TABLE
        ],
    }
    assert run.code == 0


@pytest.mark.parametrize(
    ("settings", "flags", "coloured"),
    [
        ({}, (), False),
        ({"FORCE_COLOR": "1"}, (), True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, (), False),
        ({"NO_COLOR": "1"}, ("--color", "always"), True),
    ],
)
def test_colour(
    tmp_path: Path, settings: dict[str, str], flags: tuple[str, ...], coloured: bool
) -> None:
    run = command.assay("rules", *flags, cwd=tmp_path, env=settings)
    assert ("\x1b[" in run.stdout) is coloured


def test_no_policy_is_read(tmp_path: Path) -> None:
    (tmp_path / "assay.yaml").write_text("no policy")
    assert command.assay("rules", cwd=tmp_path).code == 0


def test_another_format_is_wrong_usage(tmp_path: Path) -> None:
    run = command.assay("rules", "--format", "yaml", cwd=tmp_path)
    assert (run.code, run.stdout, run.stderr.count("\n")) == (2, "", 1)


@pytest.mark.parametrize(
    "arguments", [("rules",), ("rules", "--format", "json"), ("explain", "unmarked")]
)
def test_what_is_read_of_rules_loads_no_heavy_library(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    code = (
        "import sys; from assay.cli import run; code = run(sys.argv[1:]); "
        "print(*sys.modules, file=sys.stderr); sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", code, *arguments],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    loaded = done.stderr.split()
    assert "assay.policy.rules" in loaded
    assert not {"boto3", "botocore", "yaml", "jsonschema", "hcl2"} & set(loaded)
    assert not [name for name in loaded if name.startswith(("assay.catalog", "assay.inputs"))]
