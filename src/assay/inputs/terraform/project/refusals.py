"""What Terraform rejects in readable code: invalid names and labels, duplicates, unknown blocks.

A configuration that Terraform rejects has no plan, so nothing said about it is reliable. Each case
was tried with Terraform 1.11.4, and tests/terraform/test_refusals_oracle.py tries them again.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from assay.errors import InputError
from assay.inputs.terraform.project.overrides import overrides
from assay.inputs.terraform.syntax.blocks import LABELS, Block, CodeFile, plain_text

_NAMED = frozenset(
    {"action", "check", "data", "ephemeral", "module", "output", "provider", "resource", "variable"}
)
_INSIDE = {"lifecycle": 0, "connection": 0, "provisioner": 1, "dynamic": 1}
"""A resource's nested blocks that belong to the language, and how many labels each has."""
_ONCE = ("lifecycle", "connection")
_RESERVED = frozenset(
    (
        "count",
        "depends_on",
        "for_each",
        "lifecycle",
        "locals",
        "provider",
        "providers",
        "source",
        "version",
    )
)
"""Names that no variable may have: in a module call they mean something else."""
_BASELESS = frozenset({"check", "import", "moved", "removed"})
"""Blocks that override files may not contain."""
_NAME = re.compile(r"[^\W\d][\w-]*")
_HINT = "run terraform validate to see more"


_SHOWN = 10
_NAMELESS = ("import", "moved", "removed")
_SETTINGS = {"backend": "backend", "cloud": "backend", "required_providers": "required_providers"}
"""Blocks in `terraform` blocks that a module may have only once, and what each counts as."""


class Read(NamedTuple):
    """A file of a module, and its contents."""

    path: str
    code: CodeFile


def refusals(files: Iterable[Read]) -> Iterator[InputError]:
    """Why Terraform rejects a module's files, each with its line; beyond ten, only their number."""
    found = list(_refusals(files))
    yield from found[:_SHOWN]
    if found[_SHOWN:]:
        left = len(found) - _SHOWN
        what = f"Terraform refuses this code for {left} more reason{'' if left == 1 else 's'}"
        yield InputError(what, where=found[_SHOWN].where, hint=_HINT)


def _refusals(files: Iterable[Read]) -> Iterator[InputError]:
    found = list(files)
    names = _Names()
    for file in sorted(found, key=lambda each: overrides(each.path)):
        for name, written in file.code.attributes.items():
            yield refused(file.path, written.line, f"{name} is set outside any block")
        overriding = overrides(file.path)
        for block in file.code.blocks:
            reason = _malformed(block)
            if reason is not None:
                yield refused(file.path, block.line, reason)
            else:
                yield from names.add(file.path, block, overriding=overriding)


def refused(path: str, line: int, reason: str) -> InputError:
    """Why Terraform will not make a plan, with the line."""
    return InputError(
        f"Terraform refuses this code: {reason}", where=f"{path}:{line}:1", hint=_HINT
    )


# -------------------------------------------------------------------------- one block by itself


def _malformed(block: Block) -> str | None:
    """What is wrong with a block, independently of other blocks."""
    expected = LABELS.get(block.type)
    if expected is None:
        return "there is no block of this type"
    if len(block.labels) != expected:
        return f"{_a(block.type)} takes {_labels(expected)}, not {len(block.labels)}"
    if block.type in _NAMED and not all(map(_NAME.fullmatch, block.labels)):
        return f"this is not a valid name for {_a(block.type)}"
    match block.type:
        case "variable" if block.labels[0] in _RESERVED:
            return "a variable cannot have this name"
        case "locals" if not all(map(_NAME.fullmatch, block.attributes)):
            return "this is not a valid name for a local"
        case "module":
            return _module(block)
        case "provider" if "alias" in block.attributes:
            alias = plain_text(block.attributes["alias"])
            if alias is None or not _NAME.fullmatch(alias):
                return "the alias of a provider must be a literal name"
    return _both(block) or (_inside(block) if block.type in ("resource", "data") else None)


def _a(kind: str) -> str:
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind} block"


def _labels(number: int) -> str:
    return {0: "no labels", 1: "one label"}.get(number, f"{number} labels")


def _module(block: Block) -> str | None:
    source = plain_text(block.attributes.get("source")) or ""
    if "version" in block.attributes and source.startswith(("./", "../")):
        return "a module with a local path cannot have a version"
    return _both(block)


def _both(block: Block) -> str | None:
    if {"count", "for_each"} <= block.attributes.keys():
        return "count and for_each cannot be used together"
    return None


def _inside(block: Block) -> str | None:
    for nested in block.blocks:
        expected = _INSIDE.get(nested.type)
        if expected is not None and len(nested.labels) != expected:
            return f"{_a(nested.type)} takes {_labels(expected)}"
    for name in _ONCE:
        if len(list(block.of_type(name))) > 1:
            return f"a resource can have only one {name} block"
    return None


# ------------------------------------------------------------------------- blocks of one module


class _Names:
    """What a module has declared so far; override files are added last."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, ...], str] = {}

    def add(self, path: str, block: Block, *, overriding: bool) -> Iterator[InputError]:
        """Add a block; yield why it is not allowed, if it is not."""
        if overriding:
            yield from self._overriding(path, block)
            return
        for key, line in _declared(block):
            if key in self._seen:
                reason = f"{_called(key)} is already declared at {self._seen[key]}"
                yield refused(path, line, reason)
            self._seen.setdefault(key, f"{path}:{line}")

    def _overriding(self, path: str, block: Block) -> Iterator[InputError]:
        if block.type in _BASELESS:
            yield refused(path, block.line, f"an override file cannot contain {block.type} blocks")
            return
        if block.type in ("terraform", "provider"):
            return
        for key, line in _declared(block):
            if key not in self._seen:
                reason = f"{_called(key)} is overridden, but declared nowhere else"
                yield refused(path, line, reason)


def _declared(block: Block) -> Iterator[tuple[tuple[str, ...], int]]:
    """What a module may declare only once, with its line."""
    match block.type:
        case "locals":
            for name, written in block.attributes.items():
                yield ("local", name), written.line
        case "terraform":
            for nested in block.blocks:
                if nested.type in _SETTINGS:
                    yield (_SETTINGS[nested.type],), nested.line
        case "provider":
            alias = plain_text(block.attributes.get("alias")) or ""
            yield ("provider", *block.labels, alias), block.line
        case kind if kind not in _NAMELESS:
            yield (kind, *block.labels), block.line
    if block.type == "check":
        for nested in block.of_type("data"):
            yield ("data", *nested.labels), nested.line


def _called(key: tuple[str, ...]) -> str:
    kind, *rest = key
    match kind:
        case "backend":
            return "a backend or cloud block"
        case "required_providers":
            return "a required_providers block"
    return f"{kind} {'.'.join(each for each in rest if each)}"
