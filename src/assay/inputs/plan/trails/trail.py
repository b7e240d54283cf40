"""What an unknown value comes from: the ends of the trail that leads there.

The plan names what an expression reads, not what it does with it. So everything that is read may be
the value, and everything is an end: attributes that are still unknown, and values that are known.
What no plan shows is a literal, or a function, around what is read.
"""

from collections.abc import Sequence
from typing import Any, Protocol, TypeAlias

import msgspec

from assay.inputs.plan.document.planned import PlannedResource
from assay.model.addresses import Step


class Target(msgspec.Struct, frozen=True, gc=False):
    """An end of a trail: an attribute of a planned resource; an empty path means the resource."""

    resource: PlannedResource
    path: tuple[Step, ...]
    wide: bool = False
    """It is only one of all things that a local or a dynamic block may read."""
    block: int = 0
    """Which of several blocks reads it: of a set nobody can tell which one is meant."""

    @property
    def name(self) -> str:
        """Address and path."""
        return ".".join((self.resource.change.address, *map(str, self.path)))

    @property
    def is_open(self) -> bool:
        """Whether it is known only after apply."""
        return not self.path or self.resource.value(self.path) is None


class Fixed(msgspec.Struct, frozen=True, gc=False):
    """An end of a trail that the plan knows: a variable's value, what a data source has read."""

    reference: str
    value: Any
    sensitive: bool = False
    wide: bool = False
    late: bool = False
    """It decides at apply only: nobody can tell by now which branch it leads to."""
    block: int = 0

    @property
    def name(self) -> str:
        """What reads it."""
        return self.reference


class Dead(msgspec.Struct, frozen=True, gc=False):
    """The reference at which a trail ended."""

    reference: str
    reads_nothing: bool = False
    """Nothing is read at all, as far as the plan tells."""


End: TypeAlias = Target | Fixed
Found: TypeAlias = tuple[Target | Fixed, ...]
"""All ends of a trail: one and the same for all that read the same, as far as that can be told."""


class Site(msgspec.Struct, frozen=True, gc=False):
    """Where an expression stands: its module instance, its own key, and what it iterates over."""

    module: str
    key: str | int | None = None
    each: Any = None
    """The expression of the `for_each` of the block that the expression stands in."""
    around: "Site | None" = None
    """The site in which `each` is read, where it is not this one."""
    wide: bool = False


Seen: TypeAlias = tuple[tuple[str, str], ...]


class Trails(Protocol):
    """Tells where unknown values come from."""

    is_code: bool
    """Whether it is code alone that is read: nothing is planned, and nothing was there before."""
    is_exact: bool
    """Whether expressions are evaluated: of a plan alone, all that is read may be the value."""

    def of(self, resource: PlannedResource, path: tuple[Step, ...]) -> Found | Dead:
        """What stands, or will stand, behind the unknown value at `path` of a resource."""
        ...


class Surrounding(Protocol):
    """Tells what locals and dynamic blocks of a module may read."""

    @property
    def asking(self) -> Sequence[str]:
        """The modules of which it is being found out."""
        ...

    def of(self, module: str, seen: Seen) -> Found | Dead:
        """Everything that is read in a module instance, as far as the plan tells."""
        ...
