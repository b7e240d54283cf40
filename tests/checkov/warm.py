"""checkov, imported by its own Python, for forks.py: the same `run()` that its command calls."""

from typing import Any

from checkov.main import Checkov


def run(arguments: list[str]) -> Any:
    """`checkov ARGUMENTS`."""
    return Checkov(arguments).run()
