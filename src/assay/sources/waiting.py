"""Which resource is made only when another one is: it reads something of that."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from assay.sources.configuration import Configured, references_of
from assay.sources.planned import Opened

_STEP = re.compile(r"[.\[]")


class Waiting(NamedTuple):
    """Whoever waits: the address of a module, and a block in it."""

    module: str
    configured: Configured | None


class Order:
    """What the blocks of one configuration wait for; each is read once."""

    def __init__(self) -> None:
        self._read: dict[int, frozenset[str]] = {}

    def waits(self, waiting: Waiting | None, other: Opened) -> bool:
        """Whether Terraform makes the other resource first, and nothing if that fails.

        A reference to any instance of a block waits for all of them.
        """
        if waiting is None or waiting.configured is None or waiting.module != other.module:
            return False
        key = id(waiting.configured)
        if key not in self._read:
            expressions = waiting.configured.block.expressions
            self._read[key] = frozenset(map(_block, _references(expressions)))
        return f"{other.change.type}.{other.change.name}" in self._read[key]


def _block(reference: str) -> str:
    """The resource that is read: `aws_launch_template.web` of `aws_launch_template.web[0].name`."""
    return ".".join(_STEP.split(reference, maxsplit=2)[:2])


def _references(blocks: Any) -> Iterator[str]:
    """The references of every expression in a tree of blocks."""
    stack: list[Any] = [blocks]
    while stack:
        node = stack.pop()
        yield from references_of(node)
        if isinstance(node, dict | list):
            stack.extend(node.values() if isinstance(node, dict) else node)
