"""Write annotations, outputs and pages for the runner, in a form that foreign text cannot break out of."""

import os
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

ANNOTATION = re.compile(r"::(error|warning|notice)( [^:\r\n]*)?::[^\r\n]*")


def say(level: str, text: str) -> None:
    """Print an annotation that belongs to no file."""
    escaped = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    print(f"::{level} title=assay::{escaped}", flush=True)


@contextmanager
def unobeyed() -> Iterator[None]:
    """Make the runner take what is printed in this block as text, never as a command."""
    token = secrets.token_hex(32)
    print(f"::stop-commands::{token}", flush=True)
    try:
        yield
    finally:
        print(f"\n::{token}::", flush=True)


def annotate(text: str) -> None:
    """Print annotations as they are, and all other lines as text."""
    lines = text.split("\n")
    print("\n".join(line for line in lines if ANNOTATION.fullmatch(line)), flush=True)
    if plain := "\n".join(line for line in lines if line and not ANNOTATION.fullmatch(line)):
        with unobeyed():
            print(plain, flush=True)


def write_outputs(outputs: Mapping[str, Any]) -> None:
    """Set this step's outputs, which later steps read."""
    end = secrets.token_hex(32)
    lines = "".join(f"{name}<<{end}\n{value}\n{end}\n" for name, value in outputs.items())
    write(os.environ["GITHUB_OUTPUT"], "a", lines)


def write(path: str, mode: str, text: str) -> None:
    """Write text unchanged, including its line endings."""
    with open(path, mode, encoding="utf-8", newline="\n") as file:
        file.write(text)
