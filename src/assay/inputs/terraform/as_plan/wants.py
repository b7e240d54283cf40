"""Which parts of a resource's blocks its rows read."""

from collections.abc import Iterable
from typing import NamedTuple

from assay.inputs.surface import Form, Row

_FIELDS = ("id", "name", "version", "launch_template_id", "launch_template_name")
"""The arguments of blocks that name a launch template, which rows read."""
NARROWING = frozenset({"filter"})
"""Blocks of a lookup without which it may find something else."""


class Wants(NamedTuple):
    """What some rows read."""

    attributes: frozenset[str]
    """Arguments at the top level."""
    paths: tuple[str, ...]
    awaited: frozenset[str]
    """The arguments, including those in blocks, that rows wait for."""
    doubtful: frozenset[str]
    """The types of blocks whose presence changes what other arguments mean."""


def wants_of(rows: Iterable[Row]) -> Wants:
    """What the rows of one resource type read from it."""
    found = list(rows)
    attributes = frozenset(name for row in found for name in row.attributes)
    paths = tuple(path for row in found for path in row.paths)
    waiting = [row for row in found if row.form is not Form.PARAMETER]
    awaited = {*_FIELDS} if waiting else set()
    for row in waiting:
        awaited.update(row.attributes, (_last(path) for path in row.paths))
    before = {path for row in found for path in row.behind}
    before.update(path for row in found if row.choice for path in row.choice.unless)
    blocks = {name.removesuffix("[*]") for path in before for name in path.split(".")}
    return Wants(attributes, paths, frozenset(awaited), frozenset(blocks))


def _last(path: str) -> str:
    return path.rpartition(".")[2].removesuffix("[*]")
