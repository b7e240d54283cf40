"""What a plan makes of images and of names: what leads to other values, and can be changed on the way.

Such a value holds others of any form, so all that do are here.
"""

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from typing import TypeAlias

import msgspec

from assay.model.places import Place, Unplaced
from assay.model.values import (
    Alias,
    Already,
    AmiId,
    EveryVersion,
    Imageless,
    ImageSearch,
    Incomplete,
    InstanceRef,
    Registered,
    ServiceImage,
    TemplateRef,
    Unknown,
    Unusable,
)


class Planned(msgspec.Struct, frozen=True, gc=False):
    """What another resource of the same plan holds: a launch template's image, say."""

    step: str
    """How the reference leads there, for people: `launch template aws_launch_template.web`."""
    value: "Value"
    moving: bool = False
    """Whether the step can lead elsewhere after the check (`$Latest`)."""
    sensitive: bool = False
    """The plan marks what stands there as sensitive."""
    astray: bool = False
    """It stands at a path that nobody told us about, and what is done with it is not known."""

    def __str__(self) -> str:
        return str(self.value)


def astray(named: "Value", path: str) -> Planned:
    """An image named at a path that nobody told us about: judged, though its use is not known."""
    return Planned(f"{path}, where its use is not known", named, astray=True)


class Made(msgspec.Struct, frozen=True, gc=False):
    """An image that this very plan will make from another one."""

    by: str
    """The address of the resource that makes it."""
    how: str
    """The EC2 action behind it: CopyImage, CreateImage, or Image Builder."""
    source: "Value"
    place: "Place | Unplaced"
    """Where the source image is looked up."""
    sensitive: bool = False
    """The plan marks the source as sensitive."""


class AnyOf(msgspec.Struct, frozen=True, gc=False):
    """One of several values; which of them nobody can tell before apply, so each is judged."""

    values: "tuple[Value, ...]"


class ParameterChange(msgspec.Struct, frozen=True, gc=False):
    """An SSM parameter that this plan writes or deletes."""

    by: str
    """The address of the resource that does it."""
    name: str | None
    """As ARNs have it (`parameter_named`); None where the plan does not tell."""
    place: Place | Unplaced
    leaves: "Value"
    """What its newest version will hold."""
    anew: bool = False
    """It will have one version and no labels, whatever it had before."""
    deletes: bool = False
    creates: bool = False
    """What there is of this name already counts, too: there must be none, or it is used first."""
    told: Place | Unplaced | None = None
    """Where the ARN of what exists says that it is, beside what its provider tells."""


class TemplateChange(msgspec.Struct, frozen=True, gc=False):
    """A launch template of which this plan moves `$Latest`, and perhaps `$Default`, or all."""

    by: str
    id: str | None
    """None, and no name: the plan does not tell which."""
    name: str | None
    place: Place | Unplaced
    leaves: "Value"
    """The image of the version that these will mean."""
    default: bool = True
    deletes: bool = False
    """No version of it will be left, numbered ones included."""


Change: TypeAlias = ParameterChange | TemplateChange


class Changes(msgspec.Struct, frozen=True, dict=True):
    """Changes of names, in the order of the plan: one for all the names that they may concern.

    A plan can change as many names as it uses, so nobody goes through all of them for each name.
    """

    all: tuple[Change, ...]

    def of_parameter(self, name: str) -> Iterator[ParameterChange]:
        """Those of a parameter of this name, and those of which the plan tells no name."""
        for change in self._at(("parameter", name.lstrip("/")), ("parameter", None)):
            if isinstance(change, ParameterChange):
                yield change

    def of_template(self, id: str, name: str) -> Iterator[TemplateChange]:
        """Those of a template, and those of which the plan does not tell which one it is."""
        for change in self._at(("id", id), ("name", name), ("template", None)):
            if isinstance(change, TemplateChange):
                yield change

    def _at(self, *names: tuple[str, str | None]) -> Iterator[Change]:
        places = {place for name in names for place in self._places.get(name, ())}
        return (self.all[place] for place in sorted(places))

    @cached_property
    def _places(self) -> dict[tuple[str, str | None], list[int]]:
        found: defaultdict[tuple[str, str | None], list[int]] = defaultdict(list)
        for place, change in enumerate(self.all):
            for name in _names(change):
                found[name].append(place)
        return dict(found)

    def __iter__(self) -> Iterator[Change]:
        return iter(self.all)

    def __hash__(self) -> int:
        # All names of a plan share these, and each of them is a key of what was found out before.
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash(self.all)


class Changeable(msgspec.Struct, frozen=True, gc=False):
    """A name, and the changes of this plan that may change what it means, or what it leads to."""

    value: "Alias | TemplateRef | EveryVersion"
    among: tuple[Changes, ...]

    @property
    def changes(self) -> tuple[Change, ...]:
        """Each of them."""
        return tuple(change for changes in self.among for change in changes)

    def __str__(self) -> str:
        return str(self.value)


Value: TypeAlias = (
    AmiId
    | Alias
    | TemplateRef
    | InstanceRef
    | ImageSearch
    | Unknown
    | Unusable
    | Imageless
    | ServiceImage
    | Planned
    | Made
    | Registered
    | EveryVersion
    | AnyOf
    | Already
    | Incomplete
    | Changeable
)


def _names(change: Change) -> Iterator[tuple[str, str | None]]:
    """By what a change is found; SSM takes a parameter of one level with a slash, and without."""
    match change:
        case ParameterChange(name=name):
            yield "parameter", name if name is None else name.lstrip("/")
        case TemplateChange(id=None, name=None):
            yield "template", None
        case TemplateChange(id=id, name=name):
            yield "id", id
            yield "name", name
