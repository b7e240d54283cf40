"""What EC2 says: images, marks, ancestry, templates."""

from datetime import datetime
from enum import StrEnum

import msgspec


class Watermark(msgspec.Struct, frozen=True, gc=False):
    """EC2's `ImageWatermark`. `source_*` describe the image the mark was first attached to."""

    key: str | None = None
    """`account:name`; the account is the mark's creator, filled in by EC2."""
    source_image_id: str | None = None
    source_image_region: str | None = None
    source_image_creation_time: datetime | None = None
    watermark_creation_time: datetime | None = None


class Image(msgspec.Struct, frozen=True, gc=False):
    """EC2's `Image` (DescribeImages), snake_cased. None means that EC2 did not say."""

    id: str
    name: str | None = None
    owner_id: str | None = None
    owner_alias: str | None = None
    state: str | None = None
    public: bool | None = None
    creation_date: datetime | None = None
    deprecation_time: datetime | None = None
    source_image_id: str | None = None
    source_image_region: str | None = None
    source_instance_id: str | None = None
    image_allowed: bool | None = None
    watermarks: tuple[Watermark, ...] = ()


class AncestryEnd(StrEnum):
    """Why a recorded ancestry goes no further (EC2 User Guide, "View the ancestry of an AMI")."""

    PUBLIC_PROVIDER = "public provider"
    NO_RECORDED_SOURCE = "no recorded source"
    PARTITION_BOUNDARY = "partition boundary"
    ENTRY_LIMIT = "50-entry limit"
    REFUSED = "lookup refused"
    UNEXPLAINED = "cut off without a reason"


class AncestryEntry(msgspec.Struct, frozen=True, gc=False):
    """One step of GetImageAncestry: no owner id and no marks; the Region is that of the step before."""

    image_id: str
    region: str | None
    owner_alias: str | None = None
    creation_date: datetime | None = None
    source_image_id: str | None = None
    source_image_region: str | None = None


class Ancestry(msgspec.Struct, frozen=True, gc=False):
    """From the image itself (entry 0) to the last recorded ancestor, and why it ends there."""

    entries: tuple[AncestryEntry, ...]
    end: AncestryEnd
    detail: str | None = None
    """For a refused lookup: what was said."""

    @property
    def complete(self) -> bool:
        """Whether absence from `entries` proves that an image is no ancestor.

        A public provider's image ends the record, and cannot itself be marked
        (EC2 User Guide, "AMI watermarks"), so no mark comes from beyond it. An ancestor whose
        Region was not told could be any image of that id.
        """
        ended = self.end in (AncestryEnd.PUBLIC_PROVIDER, AncestryEnd.NO_RECORDED_SOURCE)
        return ended and all(entry.region for entry in self.entries)

    def depth_of(self, image_id: str, region: str) -> int | None:
        """How many derivations lie between that image and entry 0; None if it is not an entry."""
        for depth, entry in enumerate(self.entries):
            if entry.image_id == image_id and entry.region == region:
                return depth
        return None


class TemplateVersion(msgspec.Struct, frozen=True, gc=False):
    """One launch template version as EC2 holds it; `image` is an AMI id, an alias or nothing."""

    template_id: str
    name: str
    number: int
    image: str | None


class Identity(msgspec.Struct, frozen=True, gc=False):
    """STS GetCallerIdentity: whose eyes look."""

    account: str
    arn: str
