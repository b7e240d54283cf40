"""Streams that are full, closed or read by a CI service: the exit code stays what it is."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command import POLICY
from tests.plans import dump, plan

FULL = pytest.mark.skipif(
    not Path("/dev/full").exists(), reason="NOT TESTED: there is no /dev/full"
)


@pytest.fixture
def here(tmp_path: Path) -> Path:
    (tmp_path / "assay.yaml").write_text(POLICY)
    (tmp_path / "plan.json").write_bytes(dump(plan()))
    return tmp_path


def shell(here: Path, line: str) -> tuple[int, str, str]:
    """Exit code and both streams of `assay LINE`, with the redirections that it holds."""
    done = subprocess.run(
        ["/bin/sh", "-c", f"exec {shlex.quote(sys.executable)} -m assay {line}"],
        cwd=here,
        env=dict(os.environ),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


@FULL
@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("check plan.json", 0),
        ("check none.json", 2),
        ("check none.json --debug", 2),
        ("check plan.json -o json=none/report.json", 2),
        ("check --nonsense", 2),
        ("export allowed-amis", 0),
    ],
)
def test_a_full_stderr_changes_no_exit_code(here: Path, line: str, code: int) -> None:
    assert shell(here, f"{line} 2>/dev/full")[::2] == (code, "")


@FULL
@pytest.mark.parametrize("line", ["check plan.json", "check plan.json --format json -o sarif=a"])
def test_a_full_stdout_is_no_verdict(here: Path, line: str) -> None:
    assert shell(here, f"{line} >/dev/full") == (
        2,
        "",
        "assay: standard output: cannot be written: No space left on device\n",
    )
    assert shell(here, f"{line} >/dev/full 2>/dev/full") == (2, "", "")


def test_nobody_on_standard_input_is_no_verdict(here: Path) -> None:
    assert shell(here, "check - <&-") == (2, "", "assay: standard input: is closed\n")
    code, _, told = shell(here, "check - 0>plan.out")
    assert (code, told) == (2, "assay: standard input: cannot be read: Bad file descriptor\n")


def test_a_reader_that_has_gone_away_changes_no_verdict(here: Path) -> None:
    assert shell(here, "check plan.json >&-") == (0, "", "")


def test_notes_give_no_orders(here: Path) -> None:
    """Of names that a pull request chose, in the log of a CI service."""
    folder = here / "##vso[task.x]##[error]\u202e\u009b2J"
    folder.mkdir()
    (folder / "main.tf").write_text('resource "aws_instance" "a" {\n')
    (folder / "plan.json").write_text("{")
    paths = [shlex.quote(str(path.relative_to(here))) for path in (folder, folder / "plan.json")]
    for path in paths:
        code, out, told = shell(here, f"check {path} --offline")
        assert code in (2, 3)
        assert "task.x" in out + told
        for text in (out, told):
            assert "##[" not in text
            assert "##vso[" not in text
            assert not {"\u202e", "\u009b"} & set(text)
