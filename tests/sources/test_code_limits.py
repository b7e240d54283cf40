"""Code that is small to write and large to read ends early, in one line, in little memory."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command import POLICY
from tests.sources.test_code import ONE, Read, in_time, instance

MEMORY = 512 * 2**20
SECONDS = 30


def nested(depth: int) -> str:
    if not depth:
        return f'ami = "{ONE}"\n'
    name = "launch_specification" if depth == 4 else f"level{depth}"
    return f'dynamic "{name}" {{\nfor_each = range(900)\ncontent {{\n{nested(depth - 1)}}}\n}}\n'


def heredoc(line: str, mark: str = "EOT") -> str:
    text = f"{line}\n" * 200_000
    return instance("a", f'"{ONE}"', f"user_data = <<{mark}\n{text}EOT")


LARGE = {
    "dynamic blocks": (f'resource "aws_spot_fleet_request" "a" {{\n{nested(4)}}}\n', True),
    "dynamic blocks of nobody's": (f'resource "acme_x" "a" {{\n{nested(3)}}}\n', True),
    "dynamic blocks of many": (f'resource "aws_instance" "a" {{\ncount = 900\nami = "{ONE}"\n{nested(1)}}}\n', True),
    "a heredoc of long lines": (heredoc("echo this is a line of a script"), True),
    "a heredoc of short lines": (heredoc("x"), False),
    "a heredoc without its margin": (heredoc("  x", "-EOT"), False),
    "a heredoc of templates": (heredoc("${var.x}"), False),
}  # fmt: skip


@pytest.mark.parametrize(("code", "refused"), LARGE.values(), ids=LARGE)
def test_what_is_large_to_read_ends_early(tmp_path: Path, code: str, *, refused: bool) -> None:
    (tmp_path / "main.tf").write_text(code)
    (tmp_path / "assay.yaml").write_text(POLICY)

    with (tmp_path / "told").open("w+") as told:
        process = subprocess.Popen(
            [sys.executable, "-m", "assay", "check", ".", "--offline", "--no-cache", "-q"],
            cwd=tmp_path,
            stdout=subprocess.DEVNULL,
            stderr=told,
        )
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        told.seek(0)
        lines = told.read().splitlines()
    assert process.returncode == (2 if refused else 3), lines
    assert used.ru_maxrss * 1024 < MEMORY
    assert used.ru_utime < SECONDS
    if refused:
        [line] = lines
        assert line.startswith("assay: main.tf")


def test_many_blocks_that_somebody_needs_are_read(read: Read) -> None:
    code = instance(
        "a",
        f'"{ONE}"',
        'dynamic "ebs_block_device" {\n    for_each = range(500)\n    content {\n      device_name = "x"\n    }\n  }',
    )
    with in_time():
        assert not read(code).errors
