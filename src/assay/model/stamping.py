"""What becomes of an image that is to carry a watermark, and of its copies."""

from enum import StrEnum

import msgspec

from assay.model.images import Watermark


class Stamp(StrEnum):
    """Where an image stands."""

    ATTACHED = "attached"
    """The mark was attached in this run, and read back."""
    PRESENT = "present"
    """It carries the mark already: attached before, or inherited."""
    WOULD_ATTACH = "would-attach"
    """Nothing was written, since nothing was to be."""
    REFUSED = "refused"
    """It cannot become golden, or must not; nothing was written."""
    UNCERTAIN = "uncertain"
    """What decides could not be read, or came too late; nothing was written."""
    UNCONFIRMED = "unconfirmed"
    """EC2 was asked to attach the mark; that it is there was not read back."""


CARRIES = (Stamp.ATTACHED, Stamp.PRESENT)


class Stamped(msgspec.Struct, frozen=True):
    """One image, and what became of it."""

    image_id: str | None
    """None where a copy was expected and none is there."""
    region: str
    state: Stamp
    reason: str
    """One line for people."""
    copy: bool = False
    mark: Watermark | None = None
    """As EC2 tells it now, where it carries it."""


class Stamping(msgspec.Struct, frozen=True):
    """All that a run has done."""

    key: str
    """`account:name`, the watermark's key."""
    images: tuple[Stamped, ...]
    dry_run: bool
    endpoint: str | None = None
    """An endpoint that is not AWS's own."""

    @property
    def refused(self) -> bool:
        """Whether something cannot become golden."""
        return any(each.state is Stamp.REFUSED for each in self.images)

    @property
    def whole(self) -> bool:
        """Whether every image carries the mark, or would."""
        fine = (*CARRIES, Stamp.WOULD_ATTACH) if self.dry_run else CARRIES
        return all(each.state in fine for each in self.images)
