"""What is asked of several formats."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assay.run.formats import render
from tests.report import samples

SCHEMAS = Path(__file__).parents[2] / ".." / "shared" / "schemas"
MACHINE = ("sarif", "junit", "gitlab-codequality", "gitlab-sast", "asff", "ocsf")
EACH = pytest.mark.parametrize("name", samples.ALL)
"""For each sample report."""


def document(name: str, of: str) -> Any:
    """A sample report in a format that is one JSON document."""
    return json.loads(render(samples.ALL[of](), name, samples.PLAIN))


def texts(value: Any) -> Iterator[str]:
    """Every string in a document, the names of its members left aside."""
    match value:
        case str():
            yield value
        case dict():
            for each in value.values():
                yield from texts(each)
        case list():
            for each in value:
                yield from texts(each)


def schema(name: str) -> Any:
    """A published schema of the shared data, or a loud skip."""
    path = SCHEMAS / name
    if not path.exists():
        pytest.skip(f"{name} is not in ../shared/schemas")
    return json.loads(path.read_text())
