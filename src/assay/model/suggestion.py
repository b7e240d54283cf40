"""Golden replacements for images that do not pass, and how to write them."""

from datetime import datetime

import msgspec

from assay.model.inventory import ListedImage
from assay.model.places_seen import PlaceSeen
from assay.model.references import AmiReference


class Asked(msgspec.Struct, frozen=True):
    """What to replace: an image in the account and Region that use it."""

    target: str
    """As the user named it: an address, an image or an instance."""
    account: str
    region: str
    image_id: str | None = None
    """None if the image is not known."""
    reference: AmiReference | None = None
    """The reference in a plan, code or a state that names it."""


class Candidate(msgspec.Struct, frozen=True):
    """A golden image that passes in that place."""

    listed: ListedImage
    key: str
    """The key of its golden mark."""
    line: str
    """The common part of the keys in one line of images: without build numbers and dates."""
    golden_created: datetime | None
    """When the image that the mark was first attached to was created."""
    reasons: tuple[str, ...]

    @property
    def variety(self) -> tuple[str | None, ...]:
        """What distinguishes choices: the line, and the kind of machine that the image is for."""
        listed = self.listed
        return self.line, listed.architecture, listed.platform, listed.virtualization


class Near(msgspec.Struct, frozen=True):
    """An image that is golden or carries a golden mark, and why it is not a candidate."""

    image_id: str
    name: str | None
    why: str


class Way(msgspec.Struct, frozen=True):
    """One way to write the replacement."""

    kind: str
    """`literal`, `variable`, `parameter`, `data-source` or `renovate`."""
    where: str
    text: str
    remark: str | None = None


class Suggestion(msgspec.Struct, frozen=True):
    """The answer for one image in one place."""

    asked: Asked
    candidates: tuple[Candidate, ...]
    """Several if there are several lines of images, or images for several kinds of machines, and it
    is not known which is meant; empty if nothing passes."""
    near: tuple[Near, ...] = ()
    ways: tuple[Way, ...] = ()
    """How to write the candidate, if there is exactly one."""
    gaps: tuple[str, ...] = ()
    """What could not be read: there may be something better there."""

    @property
    def only(self) -> Candidate | None:
        """The candidate, if there is exactly one."""
        return self.candidates[0] if len(self.candidates) == 1 else None


class Suggestions(msgspec.Struct, frozen=True):
    """All suggestions of a run."""

    as_of: datetime
    source: str
    """Where the candidates come from: `live`, or the store and its night."""
    answers: tuple[Suggestion, ...]
    places: tuple[PlaceSeen, ...] = ()
    """For a stored night, the requested places, and those that may contain what was not found."""
    gaps: tuple[str, ...] = ()
    """Requests that were found nowhere while not everything was seen, one line each."""
    unasked: tuple[str, ...] = ()
    """References that do not pass and for which nothing can be suggested, one line each."""
