"""Saved plans as inputs: their rendering, and the directory of the code in them."""

import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from assay.inputs.saved.plan import SavedPlan, read_saved_plan

if TYPE_CHECKING:
    from assay.inputs.saved.code import PlannedCode
    from assay.run.host import Host


class Rendered(msgspec.Struct, frozen=True):
    """A saved plan and its rendering."""

    saved: SavedPlan
    json: bytes
    root: str
    """The directory of its root module, where its code is looked for; `.` if it is not known."""

    @property
    def notes(self) -> tuple[str, ...]:
        """Notes for the user."""
        if self.saved.code is not None:
            return ()
        return ("the plan is stored in HCP Terraform and judged without its code",)


def rendered(
    host: "Host", path: str, data: bytes, program: str | None, source_root: str | None
) -> Rendered | None:
    """Render the plan in `data` if it is a saved plan, else return None. Raises `InputError`.

    `program` is the program to render with, if the user names one.
    """
    saved = read_saved_plan(path, data)
    if saved is None:
        return None
    from assay.run.rendering import Renderer

    roots = list(dict.fromkeys(_roots(path, source_root)))
    json = Renderer(host, program, roots).json(path, data, saved)
    return Rendered(saved, json, _standing(saved.code, roots) if saved.code else ".")


def _roots(path: str, source_root: str | None) -> Iterator[str]:
    """Yield where a plan may have been made: the named directory, its own, its parents, and here."""
    if source_root is not None:
        yield source_root
    here = os.getcwd()
    at = os.path.dirname(os.path.abspath(path))
    yield at
    while at != here and at.startswith(here.rstrip(os.sep) + os.sep):
        at = os.path.dirname(at)
        yield at
    yield here


def _standing(code: "PlannedCode", roots: Sequence[str]) -> str:
    """Return the first directory that contains the root module's files as they were planned."""
    files = code.files[code.modules[()]]
    for root in roots:
        if files and all(_is_there(os.path.join(root, name), files[name]) for name in files):
            return root
    return "."


def _is_there(path: str, content: bytes) -> bool:
    from pathlib import Path

    try:
        # A link in a repository may lead to an endless file
        there = os.path.isfile(path) and os.path.getsize(path) == len(content)
        return there and Path(path).read_bytes() == content
    except OSError:
        return False
