"""Finds the location of an address in the code: the file and line that a person would change.

Only blocks are read, so the findings of a plan and of the code have the same line.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from assay.inputs.terraform.program.ignored import ignored_in, is_ignored
from assay.inputs.terraform.project.modules import CodeReader, ModuleCode, local_source
from assay.inputs.terraform.project.overrides import Placed
from assay.inputs.terraform.syntax.blocks import Block, Comment, Written
from assay.model.addresses import Step, block_address, module_path, parse

Spot = tuple[str, int]
"""A file and a line."""


_VARIABLE = re.compile(r'(?:"\$\{\s*)?var\.([\w-]+)(?:\.[\w-]+|\[(?:"[^"]*"|[0-9]+)\])*(?:\s*\}")?')


class Location(NamedTuple):
    """The location of an attribute, and every line whose comments apply to it too."""

    spot: Spot
    around: tuple[Spot, ...]
    """First the attribute itself, then the blocks around it, the arguments of module calls that it
    is set to, and last the calls. For an external module, only its call and that call's
    arguments."""
    changes_ignored: bool


class Locator:
    """Finds addresses in the code below one root directory."""

    def __init__(self, reader: CodeReader, root: str) -> None:
        self._reader = reader
        self._root = reader.directory(root)
        self._found: dict[tuple[str, str, str | None], Location | None] = {}

    @property
    def files(self) -> int:
        """The number of code files of the root."""
        return len(self._root.files)

    def find(self, address: str, attribute: str, value: str | None = None) -> Location | None:
        """The location of a resource's attribute; None if the code has no such block.

        `value` is the AMI id in question: it identifies blocks whose order differs in a plan.
        """
        # All instances of a block have the same line, so the last key, if any, is removed
        block = address[: address.rindex("[")] if address.endswith("]") else address
        key = (block, attribute, value if "[" in attribute else None)
        if key not in self._found:
            self._found[key] = self._find(address, attribute, value)
        return self._found[key]

    def _find(self, address: str, attribute: str, value: str | None) -> Location | None:
        of = block_address(address)
        code, calls = self._module(module_path(of.module))
        if code is None:
            return _of_calls(calls, attribute)
        if of.mode == "action":
            placed = code.actions.get((of.type, of.name))
        else:
            placed = code.resources.get((of.mode, of.type, of.name))
        if placed is None:
            return _of_calls(calls, attribute)
        steps = parse(attribute)
        *_, (_, written) = found = list(_spots(placed, steps, value))
        spots = [spot for spot, _ in found]
        ignored = bool(steps) and is_ignored(ignored_in(placed.block), str(steps[0]))
        outside = [_spot(call.placed) for call in reversed(calls)]
        passed = list(_passed(calls, written))
        # Nobody can change a line in a registry's module: what counts is the call that reaches the
        # module, and in that call the argument that is passed on to the attribute
        foreign = next((number for number, call in enumerate(calls) if not call.ours), None)
        if foreign is None:
            return Location(spots[-1], (*reversed(spots), *passed, *outside), ignored)
        deep = len(calls) - foreign - 1  # calls in external code, whose comments do not count
        ours = (*passed[deep:], *outside[deep:])
        spot = passed[deep] if len(passed) > deep else _spot(calls[foreign].placed)
        return Location(spot, ours, ignored)

    def written(self, address: str, attribute: str, value: str) -> tuple[str, Written] | None:
        """A resource attribute's expression and its file; None if it is not in this code."""
        of = block_address(address)
        code, _ = self._module(module_path(of.module))
        placed = code.resources.get((of.mode, of.type, of.name)) if code else None
        if placed is None:
            return None
        *_, ((file, _), written) = _spots(placed, parse(attribute), value)
        return (file, written) if written is not None else None

    def comments(self, file: str) -> tuple[Comment, ...]:
        """The comments for assay in a file."""
        return self._reader.file(file).code.comments

    def _module(self, path: Sequence[str]) -> "tuple[ModuleCode | None, list[_Call]]":
        code = self._root
        calls: list[_Call] = []
        for depth, name in enumerate(path, start=1):
            placed = code.calls.get(name)
            if placed is None:
                return None, calls
            beside = local_source(code.path, placed.block) is not None
            calls.append(_Call(placed, beside and all(call.ours for call in calls)))
            directory = self._root.called(code, tuple(path[:depth]), placed.block)
            if directory is None:
                return None, calls
            code = self._reader.directory(directory)
        return code, calls


class _Call(NamedTuple):
    """A module call, and whether the called code belongs to this repository."""

    placed: Placed
    ours: bool


def _spot(placed: Placed) -> Spot:
    return placed.file, placed.block.line


def _of_calls(calls: list[_Call], attribute: str) -> Location | None:
    """The nearest call of the module with missing code, at the argument if the call has it."""
    if not calls:
        return None
    *_, (placed, _) = calls
    foreign = next((number for number, call in enumerate(calls) if not call.ours), len(calls))
    around = tuple(_spot(call.placed) for call in reversed(calls[: foreign + 1]))
    written = placed.block.attributes.get(attribute.partition("[")[0].partition(".")[0])
    spot = (written.file or placed.file, written.line) if written else _spot(placed)
    inside = (spot,) if foreign >= len(calls) - 1 else ()
    return Location(spot, (*inside, *around), changes_ignored=False)


def _passed(calls: Sequence[_Call], written: Written | None) -> Iterator[Spot]:
    """The call arguments that an attribute is set to, from the inside out: `ami = var.ami`."""
    for call, _ in reversed(calls):
        found = _VARIABLE.fullmatch(written.text.strip()) if written else None
        written = call.block.attributes.get(found[1]) if found else None
        if written is None:
            return
        yield written.file or call.file, written.line


def _spots(
    placed: Placed, steps: list[Step], value: str | None
) -> Iterator[tuple[Spot, Written | None]]:
    """The lines of the block, of nested blocks, and of the attribute with its expression."""
    file, block = placed.file, placed.block
    yield (file, block.line), None
    while steps:
        name, *rest = steps
        written = block.attributes.get(str(name))
        if written is not None:
            yield (written.file or file, written.line), written
            return
        index = rest[0] if rest and isinstance(rest[0], int) else None
        nested = _nested(block, str(name), index, value)
        if nested is None:
            return
        file = nested.file or file
        yield (file, nested.line), None
        block = next(nested.of_type("content"), nested) if nested.type == "dynamic" else nested
        steps = (
            rest if index is None else rest[1:]
        )  # hashicorp/awscc nests objects, which have no index


def _nested(block: Block, name: str, index: int | None, value: str | None) -> Block | None:
    """The nested block that is meant: the one that contains the value, or the one at the index."""
    # A plan orders `ebs_block_device` and other sets in its own way, so the id in a block says more
    # than the index
    static = [each for each in block.blocks if each.type == name]
    dynamic = [each for each in block.blocks if each.type == "dynamic" and each.labels == (name,)]
    if value and len(static) > 1:
        holding = [each for each in static if _holds(each, value)]
        if len(holding) == 1:
            return holding[0]
    if index is not None and index < len(static):
        return static[index]
    return next(iter((*dynamic, *reversed(static))), None)


def _holds(block: Block, value: str) -> bool:
    inside = any(value in written.text for written in block.attributes.values())
    return inside or any(_holds(each, value) for each in block.blocks)
