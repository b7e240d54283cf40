"""What a plan makes of names: SSM parameters that it writes, launch templates that it moves."""

from typing import TYPE_CHECKING

import msgspec

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


class Changeable(msgspec.Struct, frozen=True, gc=False):
    """A name, and the changes of this plan that may change what it means, or what it leads to."""

    value: "Alias | TemplateRef | EveryVersion"
    changes: tuple[ParameterChange | TemplateChange, ...]

    def __str__(self) -> str:
        return str(self.value)
