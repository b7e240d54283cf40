"""What the runner is told: annotations, outputs and pages, which no text of others can get out of."""

import os
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

ANNOTATION = re.compile(r"::(error|warning|notice)( [^:\r\n]*)?::[^\r\n]*")


def say(level: str, text: str) -> None:
    """An annotation of no file."""
    escaped = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    print(f"::{level} title=assay::{escaped}", flush=True)


@contextmanager
def unobeyed() -> Iterator[None]:
    """What is printed meanwhile is text to the runner, never a command."""
    token = secrets.token_hex(32)
    print(f"::stop-commands::{token}", flush=True)
    try:
        yield
    finally:
        print(f"\n::{token}::", flush=True)


def annotate(text: str) -> None:
    """Print the annotations, and as text what is none."""
    lines = text.split("\n")
    print("\n".join(line for line in lines if ANNOTATION.fullmatch(line)), flush=True)
    if plain := "\n".join(line for line in lines if line and not ANNOTATION.fullmatch(line)):
        with unobeyed():
            print(plain, flush=True)


def write_outputs(outputs: Mapping[str, Any]) -> None:
    """Give later steps what they read of this one."""
    end = secrets.token_hex(32)
    lines = "".join(f"{name}<<{end}\n{value}\n{end}\n" for name, value in outputs.items())
    write(os.environ["GITHUB_OUTPUT"], "a", lines)


def write(path: str, mode: str, text: str) -> None:
    """Write text as it is, with its own ends of lines."""
    with open(path, mode, encoding="utf-8", newline="\n") as file:
        file.write(text)
