"""What a resource with a document in it holds, and how its readers see the resource."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from assay.inputs.plan.document.configuration import Configured
from assay.inputs.plan.document.stray import named_steps
from assay.inputs.plan.document.walk import at_path
from assay.inputs.plan.embedded.tree import Resource
from assay.model import (
    Alias,
    AmiId,
    Kind,
    Place,
    ServiceImage,
    TemplateRef,
    Unplaced,
    Value,
    astray,
)
from assay.model.addresses import Path, notation


class Told(msgspec.Struct, frozen=True, gc=False):
    """One image that a document names, or something of it that cannot be read."""

    path: Path
    value: Value
    kind: Kind = Kind.LAUNCH
    place: Place | Unplaced | None = None
    """Where it is looked up, if that is not the place of the resource itself."""
    fallback: ServiceImage | None = None
    """What an AWS service takes where the template named here holds no image."""


class Contents(msgspec.Struct, frozen=True, gc=False):
    """What was read of one resource."""

    told: tuple[Told, ...] = ()
    resources: tuple[Mapping[str, Resource], ...] = ()
    """The resources that each of its documents describes, by their names."""
    read: tuple[str, ...] = ()
    """The attributes that were read: nobody has to look at them again."""
    place: Place | Unplaced | None = None
    """Where aliases and templates are looked up, if that is not the place of the resource."""


class Holder(msgspec.Struct, frozen=True, gc=False):
    """A planned resource as the readers of documents see it."""

    type: str
    after: dict[str, Any]
    unknown: Any
    configured: Configured | None
    place: Place | Unplaced
    is_new: bool

    def value(self, *path: str | int) -> Any:
        """What stands at a path; None where there is nothing, or nothing known."""
        return None if self.is_open(*path) else at_path(self.after, path)

    def is_open(self, *path: str | int) -> bool:
        """Whether the value at a path is known only after apply."""
        return at_path(self.unknown, path) is True

    def will_be(self, attribute: str) -> bool:
        """Whether an attribute is open because the configuration says so, not left to AWS."""
        if not self.is_open(attribute):
            return False
        return self.configured is None or self.configured.writes((attribute,), lambda _: 1)

    def references(self, attribute: str) -> tuple[str, ...]:
        """What the configuration says that an attribute comes from."""
        return self.configured.references((attribute,)) if self.configured else ()


def stray(path: Path, named: AmiId | Alias | TemplateRef) -> Told:
    """An image at a place of a document whose use is not known."""
    return Told(path, astray(named, shown(path)))


def shown(path: Path) -> str:
    """A path for people, as far as its steps look like names; a document can hold anything else."""
    return notation(named_steps(path))


def strings(tree: Any, path: Path) -> Iterator[tuple[Path, str, Any]]:
    """Every string of a document with its path, and what stands around it. No recursion."""
    stack: list[tuple[Path, Any, Any]] = [(path, tree, None)]
    while stack:
        at, value, around = stack.pop()
        if isinstance(value, str):
            yield at, value, around
        elif isinstance(value, dict):
            for key, each in value.items():
                if isinstance(key, str) and "ami-" in key:
                    yield at, key, value
                stack.append(((*at, str(key)), each, value))
        elif isinstance(value, list):
            stack.extend(((*at, index), each, value) for index, each in enumerate(value))
