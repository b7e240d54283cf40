"""What was found out about a reference: which image, from where, and who said so."""

from enum import StrEnum
from typing import TypeAlias

import msgspec

from assay.model.images import AllowedImages, Ancestry, AncestryEnd, AncestryEntry, Image
from assay.model.places import Place, Unplaced
from assay.model.references import AmiReference


class Evidence(msgspec.Struct, frozen=True, gc=False):
    """Which API or file said something, about what, and as whom and where it was asked."""

    source: str
    subject: str
    place: Place

    def __str__(self) -> str:
        return f"{self.source} {self.subject} ({self.place})"


class Cause(StrEnum):
    """Why a reference led to no image; each is a rule of its own."""

    UNRESOLVED = "unresolved"
    NOT_VISIBLE = "not-visible"
    LOOKUP_FAILED = "lookup-failed"
    NO_PROVENANCE = "no-provenance"
    SERVICE_IMAGE = "service-image"
    INCOMPLETE_PLAN = "incomplete-plan"


class Derivation(msgspec.Struct, frozen=True, gc=False):
    """An image that the plan will make, on the way from a reference to the image that exists."""

    by: str
    how: str
    place: Place | Unplaced


class Resolved(msgspec.Struct, frozen=True, gc=False):
    """The image a reference means now, and the indirections that led there."""

    image: Image
    place: Place
    via: tuple[str, ...] = ()
    moving: tuple[str, ...] = ()
    """Indirections that can name another image after the check."""
    evidence: tuple[Evidence, ...] = ()
    derivations: tuple[Derivation, ...] = ()
    """What the plan will still make of `image`, the one to be used first."""
    sensitive: bool = False
    """The plan marks something that was met on the way as sensitive: the image is not shown."""
    unplaced: Unplaced | None = None
    """Why the account that will use it cannot be told; `place` is of the account that saw it."""
    launched: bool = False
    """It was launched already, and is not launched again: the instance is there."""

    @property
    def account(self) -> str | None:
        """The account that will use it, where that can be told."""
        return None if self.unplaced else self.place.account

    @property
    def sight(self) -> Evidence | None:
        """The evidence for the image itself, which was asked for last: who showed it, and where."""
        return self.evidence[-1] if self.evidence else None

    @property
    def seen(self) -> tuple[str, ...]:
        """The same, as findings tell it."""
        return (str(self.evidence[-1]),) if self.evidence else ()


class Clue(msgspec.Struct, frozen=True, gc=False):
    """Something that was read and that may explain why an image is not to be seen."""

    text: str
    fix: str


class Unresolved(msgspec.Struct, frozen=True, gc=False):
    """No image, and why. `image_id` is the id that was looked for, where one was reached."""

    cause: Cause
    reason: str
    image_id: str | None = None
    evidence: tuple[Evidence, ...] = ()
    derivations: tuple[Derivation, ...] = ()
    clues: tuple[Clue, ...] = ()
    """For what is not visible: the likeliest explanation first."""
    imageless: bool = False
    """It ends at a launch template that holds no image, which was read."""
    sensitive: bool = False
    cure: str | None = None
    """What to write, or which option to give, where the place is what could not be told."""

    @property
    def asked(self) -> tuple[str, ...]:
        """Who was asked for what, and where."""
        return tuple(str(item) for item in self.evidence)


Resolution: TypeAlias = Resolved | Unresolved


class Ancestor(msgspec.Struct, frozen=True, gc=False):
    """One image of an ancestry: what EC2 records of it, and what it shows of it from here."""

    entry: AncestryEntry
    seen: Image | None = None
    asked: bool = False
    """Whether that was asked, and answered: an ancestor that was is visible, or it is not."""

    refused: bool = False
    """Whether that was asked, and not answered; nobody asks where no verdict depends on it."""

    @property
    def visible(self) -> bool | None:
        """Whether EC2 shows it; None where nobody knows."""
        return self.seen is not None if self.asked else None


class Provenance(msgspec.Struct, frozen=True, gc=False):
    """Where an image comes from, as far as it could be read, and who said so."""

    image: Image
    place: Place
    ancestors: tuple[Ancestor, ...]
    """The image itself, then what it was made from, and so on."""
    end: AncestryEnd
    """Why the record goes no further than the last."""
    detail: str | None = None
    evidence: tuple[Evidence, ...] = ()

    @property
    def ancestry(self) -> Ancestry:
        """What EC2 records, whatever it shows."""
        return Ancestry(tuple([each.entry for each in self.ancestors]), self.end, self.detail)

    def depth_of(self, image_id: str, region: str) -> int | None:
        """How many derivations lie between that image and this one; None if it is no ancestor."""
        for depth, ancestor in enumerate(self.ancestors):
            entry = ancestor.entry
            if entry.image_id == image_id and entry.region == region:
                return depth
        return None

    @property
    def asked(self) -> tuple[str, ...]:
        """Who said what the ancestry is."""
        return tuple([str(item) for item in self.evidence])


class Unread(msgspec.Struct, frozen=True, gc=False):
    """Something that could not be asked, and why."""

    reason: str
    cure: str | None = None


class Subject(msgspec.Struct, frozen=True, gc=False):
    """What the rules judge: a reference with everything that was found out about it."""

    reference: AmiReference
    place: Place | Unplaced
    """The reference's place, with the account where it could be told."""
    resolution: Resolution
    provenance: Provenance | None = None
    allowed: AllowedImages | Unread | None = None
    """The Allowed AMIs settings that the image meets; None where no policy asks for them."""
    replaced: Image | None = None
    """The image that the reference used before, where the plan says so and EC2 still shows it."""
    others: "tuple[Subject, ...]" = ()
    """The same reference with the other images that it may mean: nobody can tell yet which it is."""
    input: int = 0
    """Which of the run's inputs the reference stands in, by its number: paths may be the same."""
