"""Which resources are created only after another one, because they read something from it."""

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from assay.inputs.plan.document.configuration import Configured, references_of
from assay.inputs.plan.document.document import ConfigResource
from assay.inputs.plan.document.planned import PlannedResource, PlannedResources
from assay.model.addresses import parse


class Waiting(Struct, frozen=True):
    """A block that waits, with the address of its module."""

    module: str
    configured: Configured | None


class Order:
    """What the blocks of one configuration wait for; each block is read once."""

    def __init__(self, planned: PlannedResources) -> None:
        self._planned = planned
        self._read: dict[int, frozenset[str]] = {}
        self._follows: dict[tuple[int, int], bool] = {}

    def waits(self, waiting: Waiting | None, other: PlannedResource) -> bool:
        """Whether Terraform creates the other resource first, and nothing if that fails.

        A reference to any instance of a block waits for all of them.
        """
        if waiting is None or waiting.configured is None or waiting.module != other.module:
            return False
        return f"{other.change.type}.{other.change.name}" in self._before(waiting.configured)

    def follows(self, other: PlannedResource, first: Waiting | None) -> bool:
        """Whether Terraform creates the other resource after the first, too late to affect it.

        Only dependencies within one module are seen.
        """
        if first is None or first.configured is None or first.module != other.module:
            return False
        key = id(other.configured), id(first.configured)
        found = self._follows.get(key)
        if found is None:
            found = self._follows[key] = self._comes_after(
                other.configured, first.module, first.configured.block
            )
        return found

    def _comes_after(self, other: Configured | None, module: str, first: ConfigResource) -> bool:
        wanted = f"{first.type}.{first.name}"
        stack, seen = [other], {wanted}
        while stack:
            configured = stack.pop()
            before = self._before(configured) if configured else frozenset()
            if wanted in before:
                return True
            for name in before - seen:
                steps = name.split(".")
                mode = "data" if len(steps) == 3 else "managed"
                stack.append(self._planned.configuration.find(module, mode, *steps[-2:]))
            seen |= before
        return False

    def _before(self, configured: Configured) -> frozenset[str]:
        """The blocks that a block waits for directly."""
        found = self._read.get(id(configured))
        if found is None:
            block = configured.block
            written = (block.expressions, block.count_expression, block.for_each_expression)
            names = (*_references(list(written)), *(block.depends_on or ()))
            found = frozenset(each for each in map(_block, names) if "." in each)
            self._read[id(configured)] = found
        return found


def _block(reference: str) -> str:
    """Return the block that is read: `aws_instance.web` for `aws_instance.web[0].id`."""
    steps = parse(reference)
    return ".".join(map(str, steps[: 3 if steps[:1] == ["data"] else 2]))


def _references(blocks: Any) -> Iterator[str]:
    """Yield the references of every expression in a tree of blocks."""
    stack: list[Any] = [blocks]
    while stack:
        node = stack.pop()
        yield from references_of(node)
        if isinstance(node, dict | list):
            stack.extend(node.values() if isinstance(node, dict) else node)
