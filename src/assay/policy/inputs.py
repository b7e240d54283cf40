"""The inputs that rules may read, by name.

Every field of a reference (`resource_type`, `action`) and of a subject (`resolution`, `provenance`)
is an input under its own name. So are the facts about the image that a reference leads to (`image`,
`seen`), and `unresolved`, which says why it leads to none. The engine adds `policy`, `as_of` and
`marks`.
"""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from msgspec import Struct

from assay.model import AmiReference, Image, Resolved, Subject, Unresolved
from assay.policy.golden import Marks

MarksOf: TypeAlias = Callable[[Image], Marks]
"""The input `marks`: a function that judges the marks of an image by the policy."""

OF_A_POLICY = ("policy", "as_of", "marks")
"""The inputs that are the same for all references judged by one policy."""


class Input(Struct, frozen=True):
    """One input."""

    path: str
    """Its path in a `Subject`."""
    of: type[Resolved | Unresolved] | None = None
    """If set, rules that read this input judge only subjects with this type of resolution."""
    told_by: str | None = None
    """If the value is computed on each access, the path of the value that it is computed from."""

    @property
    def root(self) -> str:
        """The path whose value determines this input: for parts of a resolution, the resolution."""
        return "resolution" if self.path.startswith("resolution.") else self.path


INPUTS: Mapping[str, Input] = {
    **{name: Input(f"reference.{name}") for name in AmiReference.__struct_fields__},
    **{
        name: Input(name)
        for name in Subject.__struct_fields__
        if name not in ("reference", "others")  # the other possible images get their own verdicts
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
"""Inputs that are mostly the same for all references to an image, however they lead there. Rules
that read only these run once for all of them. This affects only speed."""

BY_IDENTITY = frozenset(
    {
        *("resolution", "resolution.image", "provenance", "allowed", "replaced"),
        *("reference.tags", "reference.kind", "reference.action"),
    }
)
"""Paths whose values are compared by identity; all others are compared by equality. These values
are large, contain a mapping and so cannot be hashed, or are members of an enumeration. A superfluous
path costs sharing, a missing one raises `TypeError`; neither makes different subjects equal."""
