"""What a plan makes of names: SSM parameters that it writes, launch templates that it moves."""

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from itertools import product
from math import prod
from typing import TYPE_CHECKING, TypeAlias

import msgspec
from msgspec.structs import replace

from assay.model.places import Place, Unplaced

if TYPE_CHECKING:
    from assay.model.references import Alias, EveryVersion, TemplateRef, Value


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
MOST = 64
"""So many things at most can changes leave, if each is to be judged."""


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

    @cached_property
    def variants(self) -> "tuple[Changes, ...]":
        """The changes with all that each can leave; none where nobody would write so many."""
        from assay.model.alternatives import alternatives

        left = [alternatives(change.leaves) for change in self.all]
        ways = prod(map(len, left))
        if ways == 1:
            return (self,)
        chosen = product(*left) if ways <= MOST else ()
        return tuple(Changes(tuple(map(_leaving, self.all, each))) for each in chosen)

    def __iter__(self) -> Iterator[Change]:
        return iter(self.all)

    def __hash__(self) -> int:
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


def _leaving(change: Change, leaves: "Value") -> Change:
    return replace(change, leaves=leaves)
