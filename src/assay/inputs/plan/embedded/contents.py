"""What is read from a resource with documents, and how the readers see the resource."""

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
    """One image that a document names, or a part of the document that cannot be read."""

    path: Path
    value: Value
    kind: Kind = Kind.LAUNCH
    place: Place | Unplaced | None = None
    """Where it is looked up, if not in the place of the resource."""
    fallback: ServiceImage | None = None
    """The image that an AWS service uses if the template named here contains none."""


class Contents(msgspec.Struct, frozen=True, gc=False):
    """What was read from one resource."""

    told: tuple[Told, ...] = ()
    resources: tuple[Mapping[str, Resource], ...] = ()
    """The resources that each document describes, by name."""
    read: tuple[str, ...] = ()
    """The attributes that were read and need not be searched again."""
    place: Place | Unplaced | None = None
    """Where aliases and templates are looked up, if not in the place of the resource."""


class Holder(msgspec.Struct, frozen=True, gc=False):
    """A planned resource as seen by the readers of documents."""

    type: str
    after: dict[str, Any]
    unknown: Any
    configured: Configured | None
    place: Place | Unplaced
    is_new: bool

    def value(self, *path: str | int) -> Any:
        """Return the value at a path; None if there is none or it is unknown."""
        return None if self.is_open(*path) else at_path(self.after, path)

    def is_open(self, *path: str | int) -> bool:
        """Whether the value at a path is known only after apply."""
        return at_path(self.unknown, path) is True

    def will_be(self, attribute: str) -> bool:
        """Whether an attribute is unknown because of the configuration, not left to AWS to fill in."""
        if not self.is_open(attribute):
            return False
        return self.configured is None or self.configured.writes((attribute,), lambda _: 1)

    def references(self, attribute: str) -> tuple[str, ...]:
        """Return the references that the configuration has for an attribute."""
        return self.configured.references((attribute,)) if self.configured else ()


def stray(path: Path, named: AmiId | Alias | TemplateRef) -> Told:
    """An image in a part of a document whose use is not known."""
    return Told(path, astray(named, shown(path)))


def shown(path: Path) -> str:
    """Return a path for messages, cut at the first step unlike a name: keys can be any text."""
    return notation(named_steps(path))


def strings(tree: Any, path: Path) -> Iterator[tuple[Path, str, Any]]:
    """Yield every string of a document with its path and the value around it, without recursion."""
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
