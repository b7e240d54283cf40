"""What an unknown value comes from: the ends of its trail.

The plan names what an expression reads, not what it does with it. So everything that is read may be
the value, and is an end: attributes that are still unknown, and values that are known. A plan does
not show literals, or functions around what is read.
"""

from collections.abc import Sequence
from typing import Any, Protocol, TypeAlias

import msgspec

from assay.inputs.plan.document.planned import PlannedResource
from assay.model.addresses import Step


class Target(msgspec.Struct, frozen=True, gc=False):
    """An end of a trail: an attribute of a planned resource; an empty path means all of it."""

    resource: PlannedResource
    path: tuple[Step, ...]
    wide: bool = False
    """It is only one of the things that a local or a dynamic block may read."""
    block: int = 0
    """Which of several blocks reads it: blocks of a set cannot be told apart."""

    @property
    def name(self) -> str:
        """Address and path."""
        return ".".join((self.resource.change.address, *map(str, self.path)))

    @property
    def is_open(self) -> bool:
        """Whether it is known only after apply."""
        return not self.path or self.resource.value(self.path) is None


class Fixed(msgspec.Struct, frozen=True, gc=False):
    """An end of a trail that the plan knows: a variable's value, or what a data source has read."""

    reference: str
    value: Any
    sensitive: bool = False
    wide: bool = False
    late: bool = False
    """It selects a value only during apply, so it is not known yet which branch it leads to."""
    block: int = 0

    @property
    def name(self) -> str:
        """The reference that reads it."""
        return self.reference


class Dead(msgspec.Struct, frozen=True, gc=False):
    """The reference at which a trail ended."""

    reference: str
    reads_nothing: bool = False
    """Nothing is read, as far as the plan shows."""


End: TypeAlias = Target | Fixed
Found: TypeAlias = tuple[Target | Fixed, ...]
"""All ends of a trail; the same object for all expressions that are known to read the same."""


class Site(msgspec.Struct, frozen=True, gc=False):
    """The location of an expression: its module instance, its own key, and what it iterates over."""

    module: str
    key: str | int | None = None
    each: Any = None
    """The expression of the `for_each` of the block that contains the expression."""
    around: "Site | None" = None
    """The site in which `each` is read, if it is not this one."""
    wide: bool = False


Seen: TypeAlias = tuple[tuple[str, str], ...]


class Trails(Protocol):
    """Finds out where unknown values come from."""

    is_code: bool
    """Whether only code is read: nothing is planned, and nothing existed before."""
    is_exact: bool
    """Whether expressions are evaluated; with a plan alone, all that is read may be the value."""

    def of(self, resource: PlannedResource, path: tuple[Step, ...]) -> Found | Dead:
        """Return the ends that the unknown value at `path` of a resource may come from."""
        ...


class Surrounding(Protocol):
    """Finds out what the locals and dynamic blocks of a module may read."""

    @property
    def asking(self) -> Sequence[str]:
        """The modules for which `of` is in progress."""
        ...

    def of(self, module: str, seen: Seen) -> Found | Dead:
        """Return everything that is read in a module instance, as far as the plan shows."""
        ...
