"""Code that is small to write and large to read ends early, in one line, in little memory."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.command import POLICY
from tests.inputs.test_code import ONE, Read, in_time, instance

MEMORY = 512 * 2**20
SECONDS = 30
ARGUMENTS = ("check", ".", "--offline", "--no-cache", "-q")
MEASURED = """
import resource, subprocess, sys
done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(done.returncode, used.ru_maxrss, used.ru_utime)
"""
"""A process that is started by a large one counts the memory of that as its own: a small one starts it."""


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


@pytest.mark.parametrize(("text", "refused"), LARGE.values(), ids=LARGE)
def test_what_is_large_to_read_ends_early(tmp_path: Path, text: str, *, refused: bool) -> None:
    (tmp_path / "main.tf").write_text(text)
    (tmp_path / "assay.yaml").write_text(POLICY)
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, sys.executable, "-m", "assay", *ARGUMENTS],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    lines = done.stderr.splitlines()
    code, kilobytes, seconds = done.stdout.split()
    assert int(code) == (2 if refused else 3), lines
    assert int(kilobytes) * 1024 < MEMORY
    assert float(seconds) < SECONDS
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
