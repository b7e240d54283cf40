"""The values that contain other values: what a plan makes from images, and its changes to names.

They can contain one another in any combination, so all of them are in this module.
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
    """A value in another resource of the same plan, for example the image of a launch template."""

    step: str
    """The step that leads there, for people: `launch template aws_launch_template.web`."""
    value: "Value"
    moving: bool = False
    """Whether the step can lead elsewhere after the check (`$Latest`)."""
    sensitive: bool = False
    """The plan marks the value there as sensitive."""
    astray: bool = False
    """The value is at a path that no table lists, so it is not known what it is used for."""

    def __str__(self) -> str:
        return str(self.value)


def astray(named: "Value", path: str) -> Planned:
    """An image at a path that no table lists: it is judged, although its use is not known."""
    return Planned(f"{path}, where its use is not known", named, astray=True)


class Made(msgspec.Struct, frozen=True, gc=False):
    """An image that this plan will make from another one."""

    by: str
    """The address of the resource that makes it."""
    how: str
    """What makes it: CopyImage, CreateImage or Image Builder."""
    source: "Value"
    place: "Place | Unplaced"
    """The place in which the source image is looked up."""
    sensitive: bool = False
    """The plan marks the source as sensitive."""


class AnyOf(msgspec.Struct, frozen=True, gc=False):
    """One of several values. Which one is not known before apply, so each is judged."""

    values: "tuple[Value, ...]"


class ParameterChange(msgspec.Struct, frozen=True, gc=False):
    """An SSM parameter that this plan writes or deletes."""

    by: str
    """The address of the resource that does it."""
    name: str | None
    """The name as ARNs write it (`parameter_named`); None if the plan does not show it."""
    place: Place | Unplaced
    leaves: "Value"
    """The value of its newest version after apply."""
    anew: bool = False
    """It is created anew: it will have one version and no labels, whatever it had before."""
    deletes: bool = False
    creates: bool = False
    """An existing parameter of this name counts too: then creating fails, or it is read before."""
    told: Place | Unplaced | None = None
    """The place in the ARN of the existing parameter, in addition to its provider's place."""


class TemplateChange(msgspec.Struct, frozen=True, gc=False):
    """A launch template that this plan deletes, or whose `$Latest` (and `$Default`) it moves."""

    by: str
    id: str | None
    """If both id and name are None, the plan does not show which template it is."""
    name: str | None
    place: Place | Unplaced
    leaves: "Value"
    """The image of the version that they will refer to."""
    default: bool = True
    deletes: bool = False
    """No version will be left, not even a numbered one."""


Change: TypeAlias = ParameterChange | TemplateChange


class Changes(msgspec.Struct, frozen=True, dict=True):
    """Changes of names, in the order of the plan; all names that they may affect share one object.

    They are indexed, because a plan can change as many names as it uses.
    """

    all: tuple[Change, ...]

    def of_parameter(self, name: str) -> Iterator[ParameterChange]:
        """The changes of parameters with this name, or whose name the plan does not show."""
        for change in self._at(("parameter", name.lstrip("/")), ("parameter", None)):
            if isinstance(change, ParameterChange):
                yield change

    def of_template(self, id: str, name: str) -> Iterator[TemplateChange]:
        """The changes of this template, and those for which the plan does not show the template."""
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
        # All names of a plan share one object and are used as keys, so its hash is computed once.
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash(self.all)


class Changeable(msgspec.Struct, frozen=True, gc=False):
    """A name, and the changes of this plan that may affect the name or what it leads to."""

    value: "Alias | TemplateRef | EveryVersion"
    among: tuple[Changes, ...]

    @property
    def changes(self) -> tuple[Change, ...]:
        """All changes, as one tuple."""
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
    """The keys of a change in the index.

    Leading slashes are ignored: SSM accepts a name of one level with a slash and without.
    """
    match change:
        case ParameterChange(name=name):
            yield "parameter", name if name is None else name.lstrip("/")
        case TemplateChange(id=None, name=None):
            yield "template", None
        case TemplateChange(id=id, name=name):
            yield "id", id
            yield "name", name
