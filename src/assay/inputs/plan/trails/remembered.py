"""Remembers what was found on one trail for others that come to the same place.

A trail that comes back to a place where it has been is dead. So what follows a place is the same
for all trails, unless one of them has already been somewhere that it leads to. Each finding is
therefore kept with the places that were read for it. A place is identified by its module's path
without keys: `module.m` reads the same outputs for each of its keys.
"""

from collections.abc import Callable, Iterable
from itertools import chain
from typing import TypeAlias

from msgspec import Struct

from assay.inputs.plan.trails.trail import Dead, Found, Seen
from assay.model.addresses import ModulePath, module_path

DEEPEST = 64
"""The largest number of steps in a trail."""
LOCALS = "local"
"""Everything that the locals of a module may read counts as one place."""
_MANY = 64
"""The largest number of places that are copied from one finding to another."""
_Place: TypeAlias = tuple[ModulePath, str]


class Joined:
    """Concatenates ends, once for the same parts: trails that read the same share their ends."""

    def __init__(self) -> None:
        self._made: dict[tuple[int, ...], tuple[Found, tuple[Found, ...]]] = {}

    def of(self, parts: Iterable[Found]) -> Found:
        """Return the ends of several parts, in order."""
        several = tuple(part for part in parts if part)
        if len(several) < 2:
            return several[0] if several else ()
        key = tuple(map(id, several))
        made = self._made.get(key)
        if made is None:  # the parts are kept alive, so that no other object gets their id()
            made = self._made[key] = tuple(chain(*several)), several
        return made[0]


class _Kept(Struct, frozen=True):
    found: Found | Dead
    places: frozenset[_Place]
    others: tuple[frozenset[_Place], ...]
    """The places of other findings that were too many to copy."""
    steps: int

    def holds(self, seen: Iterable[_Place]) -> bool:
        """Whether a trail has been at none of the places that were read."""
        return all(places.isdisjoint(seen) for places in (self.places, *self.others))


class _Search:
    """The places read so far for one finding."""

    def __init__(self, start: int) -> None:
        self.places: set[_Place] = set()
        self.others: dict[int, frozenset[_Place]] = {}
        self.deepest = self.start = start
        self.is_dead_end = False

    def add(self, places: Iterable[_Place], others: Iterable[frozenset[_Place]], to: int) -> None:
        self.places.update(places)
        self.others.update((id(each), each) for each in others)
        self.deepest = max(self.deepest, to)


class Remembered:
    """Findings by what was asked for."""

    def __init__(self) -> None:
        self._kept: dict[object, _Kept] = {}
        self._searches: list[_Search] = []

    def of(
        self, key: object, seen: Seen, asking: Iterable[str], find: Callable[[], Found | Dead]
    ) -> Found | Dead:
        """Return the result of `find`, or its result for another trail.

        `seen` are the places where this trail has been; `asking` are the modules whose locals are
        being read.
        """
        # In a plan with 2,000 instances that read one module's output, this is called 2,000 times.
        # Otherwise, each call would follow that output through all instances of the module again
        kept = self._kept.get(key)
        if kept is not None and len(seen) + kept.steps <= DEEPEST:
            been = [_place(*step) for step in seen]
            been += (_place(module, LOCALS) for module in asking)
            if kept.holds(been):
                self._read(kept, len(seen))
                return kept.found
        search = _Search(len(seen))
        self._searches.append(search)
        found = find()
        self._searches.pop()
        kept = _Kept(
            found,
            frozenset(search.places),
            tuple(search.others.values()),
            search.deepest - search.start,
        )
        if search.is_dead_end:
            self.came_back()
        else:
            self._kept[key] = kept
        self._read(kept, len(seen))
        return found

    def at(self, module: str, reference: str, steps: int) -> None:
        """Record that a trail is at a place after this number of steps."""
        if self._searches:
            self._searches[-1].add((_place(module, reference),), (), steps)

    def came_back(self) -> None:
        """Record that a trail ended because of where it has been: others may continue there."""
        if self._searches:
            self._searches[-1].is_dead_end = True

    def _read(self, kept: _Kept, start: int) -> None:
        if not self._searches:
            return
        small = len(kept.places) <= _MANY
        others = kept.others if small else (kept.places, *kept.others)
        self._searches[-1].add(kept.places if small else (), others, start + kept.steps)


def _place(module: str, reference: str) -> _Place:
    is_local = reference == LOCALS or reference.startswith(f"{LOCALS}.")
    return module_path(module), LOCALS if is_local else reference
