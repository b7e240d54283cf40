"""What could stand where an image does not pass, and where to write it."""

from datetime import datetime

import msgspec

from assay.model.inventory import ListedImage
from assay.model.places_seen import PlaceSeen
from assay.model.references import AmiReference


class Asked(msgspec.Struct, frozen=True):
    """What is to be replaced: an image in the account and Region that use it."""

    target: str
    """As it was named: an address, an image or an instance."""
    account: str
    region: str
    image_id: str | None = None
    """None where nobody knows which image it is."""
    reference: AmiReference | None = None
    """The reference of a plan, of code or of a state that names it."""


class Candidate(msgspec.Struct, frozen=True):
    """A golden image that passes there."""

    listed: ListedImage
    key: str
    """Its golden mark."""
    line: str
    """What the marks of one line of images have in common: the key, without build numbers and dates."""
    golden_created: datetime | None
    """When the image was created to which the mark was first attached."""
    reasons: tuple[str, ...]

    @property
    def variety(self) -> tuple[str | None, ...]:
        """What has to be chosen between: the line, and the machines that the image is for."""
        listed = self.listed
        return self.line, listed.architecture, listed.platform, listed.virtualization


class Near(msgspec.Struct, frozen=True):
    """An image that is golden or carries a golden mark, and why it will not do."""

    image_id: str
    name: str | None
    why: str


class Way(msgspec.Struct, frozen=True):
    """One way to write it."""

    kind: str
    """`literal`, `variable`, `parameter`, `data-source` or `renovate`."""
    where: str
    text: str
    remark: str | None = None


class Suggestion(msgspec.Struct, frozen=True):
    """The answer for one image in one place."""

    asked: Asked
    candidates: tuple[Candidate, ...]
    """One, or several lines of images, or images for several kinds of machines, of which nobody can tell which
    is meant; none where nothing passes."""
    near: tuple[Near, ...] = ()
    ways: tuple[Way, ...] = ()
    """How to write the candidate, where there is exactly one."""
    gaps: tuple[str, ...] = ()
    """What could not be read: something better may stand there."""

    @property
    def only(self) -> Candidate | None:
        """The candidate, where there is exactly one."""
        return self.candidates[0] if len(self.candidates) == 1 else None


class Suggestions(msgspec.Struct, frozen=True):
    """All answers of a run."""

    as_of: datetime
    source: str
    """What was asked for candidates: `live`, or the store and its night."""
    answers: tuple[Suggestion, ...]
    places: tuple[PlaceSeen, ...] = ()
    """Of a stored night: the places that were asked, and those that may have what was found nowhere."""
    gaps: tuple[str, ...] = ()
    """What was asked about and found nowhere, where not everything was seen, a line each."""
