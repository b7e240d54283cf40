"""What rules may read, by name.

Every field of a reference (`resource_type`, `action`) and of a subject (`resolution`, `provenance`)
is an input by its own name; so is what is told of the image that a reference leads to (`image`,
`seen`), and `unresolved`, which says why it leads to none. Whoever applies a policy gives it, the
time and what the policy makes of an image's marks.
"""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from msgspec import Struct

from assay.model import AmiReference, Image, Resolved, Subject, Unresolved
from assay.policy.golden import Marks

MarksOf: TypeAlias = Callable[[Image], Marks]
"""The input `marks`: what the policy makes of the marks of an image."""

OF_A_POLICY = ("policy", "as_of", "marks")
"""The same for all references that one policy is applied to."""


class Input(Struct, frozen=True):
    """One thing that rules may read."""

    path: str
    """Where it stands in a `Subject`."""
    of: type[Resolved | Unresolved] | None = None
    """A rule that reads it is asked only of references that are resolved, or that are not."""
    told_by: str | None = None
    """Where what it is made of stands, if it is made anew each time."""

    @property
    def root(self) -> str:
        """What tells it: a resolution tells all that is read of it."""
        return "resolution" if self.path.startswith("resolution.") else self.path


INPUTS: Mapping[str, Input] = {
    **{name: Input(f"reference.{name}") for name in AmiReference.__struct_fields__},
    **{
        name: Input(name)
        for name in Subject.__struct_fields__
        if name not in ("reference", "others")  # others that may be meant are judged for themselves
    },
    "image": Input("resolution.image", Resolved),
    "seen": Input("resolution.seen", Resolved, told_by="resolution.sight"),
    "image_place": Input("resolution.place", Resolved),
    "account": Input("resolution.account", Resolved),
    "unplaced": Input("resolution.unplaced", Resolved),
    "derivations": Input("resolution.derivations", Resolved),
    "launched": Input("resolution.launched", Resolved),
    "unresolved": Input("resolution", Unresolved),
}

OF_AN_IMAGE = frozenset(
    {
        *("image", "seen", "image_place", "account", "unplaced", "derivations"),
        *("launched", "provenance", "allowed"),
    }
)
"""What mostly is the same for all references to an image, however they lead there: rules that read
nothing else are asked once for all of them. A matter of speed alone."""

BY_IDENTITY = frozenset(
    {
        *("resolution", "resolution.image", "provenance", "allowed", "replaced"),
        *("reference.tags", "reference.kind", "reference.action"),
    }
)
"""The paths of what is large, holds a mapping and cannot be hashed, or is one of an enumeration: two
are alike where it is one object. Elsewhere they are where they are equal. A path too many here costs
sharing, one too few is a `TypeError`; neither makes two alike that are not."""
