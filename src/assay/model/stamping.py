"""The result of attaching a watermark to an image and its copies."""

from enum import StrEnum

import msgspec

from assay.model.images import Watermark


class Stamp(StrEnum):
    """The state of an image after a run."""

    ATTACHED = "attached"
    """The mark was attached in this run, and read back."""
    PRESENT = "present"
    """It already carried the mark: attached before, or inherited."""
    WOULD_ATTACH = "would-attach"
    """A dry run: the mark would be attached, but nothing was written."""
    REFUSED = "refused"
    """It cannot become golden, or must not; nothing was written."""
    UNCERTAIN = "uncertain"
    """A fact that decides it could not be read, or came too late; nothing was written."""
    UNCONFIRMED = "unconfirmed"
    """EC2 was asked to attach the mark, but it was not read back."""


CARRIES = (Stamp.ATTACHED, Stamp.PRESENT)


class Stamped(msgspec.Struct, frozen=True):
    """One image, and its state."""

    image_id: str | None
    """None if a copy was expected and there is none."""
    region: str
    state: Stamp
    reason: str
    """One line for people."""
    copy: bool = False
    mark: Watermark | None = None
    """The mark as EC2 returns it now, if the image carries it."""


class Stamping(msgspec.Struct, frozen=True):
    """Everything that a run has done."""

    key: str
    """The watermark's key, `account:name`."""
    images: tuple[Stamped, ...]
    dry_run: bool
    endpoint: str | None = None
    """An endpoint that is not AWS's own."""

    @property
    def refused(self) -> bool:
        """Whether any image was refused."""
        return any(each.state is Stamp.REFUSED for each in self.images)

    @property
    def whole(self) -> bool:
        """Whether every image carries the mark, or would after a dry run."""
        fine = (*CARRIES, Stamp.WOULD_ATTACH) if self.dry_run else CARRIES
        return all(each.state in fine for each in self.images)
