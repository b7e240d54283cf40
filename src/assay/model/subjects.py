"""What was found out about a reference: the image, its provenance, and the evidence for both."""

from enum import StrEnum
from typing import TypeAlias

import msgspec

from assay.model.images import AllowedImages, Ancestry, AncestryEnd, AncestryEntry, Image
from assay.model.places import Place, Unplaced
from assay.model.references import AmiReference


class Evidence(msgspec.Struct, frozen=True, gc=False):
    """The API or file that provided a fact, the subject of the question, and where it was asked."""

    source: str
    subject: str
    place: Place

    def __str__(self) -> str:
        return f"{self.source} {self.subject} ({self.place})"


class Cause(StrEnum):
    """Why a reference led to no image; each cause has its own rule."""

    UNRESOLVED = "unresolved"
    NOT_VISIBLE = "not-visible"
    LOOKUP_FAILED = "lookup-failed"
    NO_PROVENANCE = "no-provenance"
    SERVICE_IMAGE = "service-image"
    INCOMPLETE_PLAN = "incomplete-plan"


class Derivation(msgspec.Struct, frozen=True, gc=False):
    """An image that the plan will make, on the way from a reference to an existing image."""

    by: str
    how: str
    place: Place | Unplaced


class Resolved(msgspec.Struct, frozen=True, gc=False):
    """The image that a reference means now, and the steps that led there."""

    image: Image
    place: Place
    via: tuple[str, ...] = ()
    moving: tuple[str, ...] = ()
    """The steps that can lead to another image after the check."""
    evidence: tuple[Evidence, ...] = ()
    derivations: tuple[Derivation, ...] = ()
    """The images that the plan will make from `image`; the first one is the one to be used."""
    sensitive: bool = False
    """The plan marks something on the way as sensitive, so the image is not shown."""
    unplaced: Unplaced | None = None
    """Why the account that will use it is not known; `place` then has the account that saw it."""
    launched: bool = False
    """The instance exists already, so the image is not launched again."""

    @property
    def account(self) -> str | None:
        """The account that will use it, if known."""
        return None if self.unplaced else self.place.account

    @property
    def sight(self) -> Evidence | None:
        """The evidence for the image itself, which was asked about last."""
        return self.evidence[-1] if self.evidence else None

    @property
    def seen(self) -> tuple[str, ...]:
        """`sight` as the evidence of a finding."""
        return (str(self.evidence[-1]),) if self.evidence else ()


class Clue(msgspec.Struct, frozen=True, gc=False):
    """A fact or a possibility that may explain why an image is not visible, and what to do."""

    text: str
    fix: str


class Unresolved(msgspec.Struct, frozen=True, gc=False):
    """No image, and why. `image_id` is the id that was looked up, if there is one."""

    cause: Cause
    reason: str
    image_id: str | None = None
    evidence: tuple[Evidence, ...] = ()
    derivations: tuple[Derivation, ...] = ()
    clues: tuple[Clue, ...] = ()
    """If the image is not visible, possible explanations, the likeliest first."""
    imageless: bool = False
    """It ends at a launch template that is known to contain no image."""
    sensitive: bool = False
    cure: str | None = None
    """A specific cure, if there is one: what to write, or which option to give."""

    @property
    def asked(self) -> tuple[str, ...]:
        """The questions that were asked, as the evidence of a finding."""
        return tuple(str(item) for item in self.evidence)


Resolution: TypeAlias = Resolved | Unresolved


class Ancestor(msgspec.Struct, frozen=True, gc=False):
    """One image of an ancestry: what EC2 records about it, and its description if visible."""

    entry: AncestryEntry
    seen: Image | None = None
    asked: bool = False
    """Whether EC2 was asked to describe it and answered, so that `visible` is known."""

    refused: bool = False
    """Whether EC2 was asked and did not answer. It is not asked if no verdict depends on it."""

    @property
    def visible(self) -> bool | None:
        """Whether EC2 shows it; None if that is not known."""
        return self.seen is not None if self.asked else None


class Provenance(msgspec.Struct, frozen=True, gc=False):
    """Where an image comes from, as far as it could be read, with the evidence."""

    image: Image
    place: Place
    ancestors: tuple[Ancestor, ...]
    """The image itself, then the image that it was made from, and so on."""
    end: AncestryEnd
    """Why the record ends with the last ancestor."""
    detail: str | None = None
    evidence: tuple[Evidence, ...] = ()

    @property
    def ancestry(self) -> Ancestry:
        """The ancestry as EC2 records it, without descriptions of the images."""
        return Ancestry(tuple([each.entry for each in self.ancestors]), self.end, self.detail)

    def depth_of(self, image_id: str, region: str) -> int | None:
        """The number of derivations between that image and this one; None if it is no ancestor."""
        for depth, ancestor in enumerate(self.ancestors):
            entry = ancestor.entry
            if entry.image_id == image_id and entry.region == region:
                return depth
        return None

    @property
    def asked(self) -> tuple[str, ...]:
        """The evidence for the ancestry, as the evidence of a finding."""
        return tuple([str(item) for item in self.evidence])


class Unread(msgspec.Struct, frozen=True, gc=False):
    """Something that could not be read, and why."""

    reason: str
    cure: str | None = None


class Subject(msgspec.Struct, frozen=True, gc=False):
    """What the rules judge: a reference with everything that was found out about it."""

    reference: AmiReference
    place: Place | Unplaced
    """The reference's place, with its account if that could be found out."""
    resolution: Resolution
    provenance: Provenance | None = None
    allowed: AllowedImages | Unread | None = None
    """The Allowed AMIs settings that apply to the image; None if no policy needs them."""
    replaced: Image | None = None
    """The image that the reference used before, if the plan shows it and EC2 still describes it."""
    others: "tuple[Subject, ...]" = ()
    """The same reference with the other images that it may mean, if it is not known which it is."""
    input: int = 0
    """The number of the run's input that contains the reference; paths need not be unique."""
