"""EC2's answers: images, marks, ancestry, templates."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum

import msgspec

from assay.model.partitions import partition_of

ENTRY_LIMIT = 50
"""EC2 User Guide, "View the ancestry of an AMI": the largest number of entries."""
PUBLIC_PROVIDERS = ("amazon", "aws-marketplace")
"""The same page: a public AMI of one of these ends the ancestry."""
SEVERITIES = ("informational", "low", "medium", "high", "critical")
"""Amazon Inspector's severities, the lowest first (EC2 API Reference, ScanResultCondition)."""


class Watermark(msgspec.Struct, frozen=True, gc=False):
    """EC2's `ImageWatermark`. `source_*` describe the image that the mark was first attached to."""

    key: str | None = None
    """`account:name`; the account is that of the mark's creator, filled in by EC2."""
    source_image_id: str | None = None
    source_image_region: str | None = None
    source_image_creation_time: datetime | None = None
    watermark_creation_time: datetime | None = None


class ScanResults(msgspec.Struct, frozen=True, gc=False):
    """EC2's `ScanResults`, from Amazon Inspector; present only if the image was scanned."""

    highest_finding_severity: str | None = None
    """`informational`, `low`, `medium`, `high` or `critical`; None if nothing was found."""
    finding_scan_date: datetime | None = None
    fix_available_since: Mapping[str, datetime] = {}
    """By severity, since when a fix has been available."""


class Image(msgspec.Struct, frozen=True, gc=False):
    """EC2's `Image` (DescribeImages), with names in snake_case. None means that EC2 did not say."""

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
    product_codes: tuple[str, ...] = ()
    tags: Mapping[str, str] = {}
    scan_results: ScanResults | None = None


class AncestryEnd(StrEnum):
    """Why a recorded ancestry ends (EC2 User Guide, "View the ancestry of an AMI")."""

    PUBLIC_PROVIDER = "public provider"
    NO_RECORDED_SOURCE = "no recorded source"
    PARTITION_BOUNDARY = "partition boundary"
    ENTRY_LIMIT = "50-entry limit"
    NOT_VISIBLE = "not visible"
    NOT_FOLLOWED = "not followed further"
    REFUSED = "lookup refused"
    UNEXPLAINED = "cut off without a reason"


class AncestryEntry(msgspec.Struct, frozen=True, gc=False):
    """One image of an ancestry. Its Region is the source Region that the previous entry names.

    If the image is not visible, only the id and Region are known, and what GetImageAncestry adds to
    them, but neither the owner's account nor marks.
    """

    image_id: str
    region: str | None
    owner_alias: str | None = None
    creation_date: datetime | None = None
    source_image_id: str | None = None
    source_image_region: str | None = None


class Ancestry(msgspec.Struct, frozen=True, gc=False):
    """The entries from the image itself (entry 0) to the last recorded ancestor, and its end."""

    entries: tuple[AncestryEntry, ...]
    end: AncestryEnd
    detail: str | None = None
    """For some ends, more about the reason, for example AWS's message."""

    @property
    def complete(self) -> bool:
        """Whether absence from `entries` proves that an image is not an ancestor.

        A public provider's image ends the record and cannot itself have a watermark (EC2 User Guide,
        "AMI watermarks"), so no mark comes from beyond it. If the Region of an entry is not known, the
        entry does not identify an image.
        """
        ended = self.end in (AncestryEnd.PUBLIC_PROVIDER, AncestryEnd.NO_RECORDED_SOURCE)
        return ended and all(entry.region for entry in self.entries)

    @property
    def immutable(self) -> bool:
        """Whether EC2's answer can never change: the ancestry ends for a permanent reason."""
        return self.end in (
            AncestryEnd.PUBLIC_PROVIDER,
            AncestryEnd.NO_RECORDED_SOURCE,
            AncestryEnd.PARTITION_BOUNDARY,
            AncestryEnd.ENTRY_LIMIT,
        )

    def depth_of(self, image_id: str, region: str) -> int | None:
        """The number of derivations between that image and entry 0; None if it is not an entry."""
        for depth, entry in enumerate(self.entries):
            if entry.image_id == image_id and entry.region == region:
                return depth
        return None


def how_made(image: Image) -> str | None:
    """The API call that made an image, as far as its description shows.

    `SourceInstanceId` "only appears if the AMI was created using CreateImage" (EC2 API Reference,
    Image). A source image without it is taken to mean CopyImage. This is inferred: a restore from S3
    would look the same.
    """
    if image.source_instance_id:
        return "CreateImage"
    return "CopyImage" if image.source_image_id else None


def recorded_end(entries: Sequence[AncestryEntry]) -> AncestryEnd | None:
    """Why EC2's record ends with the last entry; None if there is no reason to end there.

    The last entry may still name a source that was not followed.
    """
    last = entries[-1]
    # The order matters: the ancestry of a public image of Amazon's ends with that image, even if
    # DescribeImages names its source.
    if last.owner_alias in PUBLIC_PROVIDERS:
        return AncestryEnd.PUBLIC_PROVIDER
    if last.source_image_id is None:
        return AncestryEnd.NO_RECORDED_SOURCE
    if len(entries) >= ENTRY_LIMIT:
        return AncestryEnd.ENTRY_LIMIT
    source, here = last.source_image_region, last.region
    if source and here and partition_of(source) != partition_of(here):
        return AncestryEnd.PARTITION_BOUNDARY
    return None


class WatermarkFilter(msgspec.Struct, frozen=True, gc=False):
    """EC2's ImageWatermarkFilter: all fields that are set must match the same mark."""

    key: str | None = None
    source_image_region: str | None = None
    max_days_since_source_image_created: int | None = None
    max_days_since_watermark_created: int | None = None


class ScanCondition(msgspec.Struct, frozen=True, gc=False):
    """EC2's ScanResultCondition."""

    max_severity: str | None = None
    max_days_since_scan: int | None = None
    max_days_since_fix: Mapping[str, int] = {}
    """By severity, in days."""


class ImageCriterion(msgspec.Struct, frozen=True, gc=False):
    """EC2's ImageCriterion: every field that is set must match. None: the field is not set."""

    providers: tuple[str, ...] | None = None
    product_codes: tuple[str, ...] | None = None
    names: tuple[str, ...] | None = None
    max_days_since_deprecated: int | None = None
    max_days_since_created: int | None = None
    watermarks: tuple[WatermarkFilter, ...] | None = None
    scan: ScanCondition | None = None


class AllowedImages(msgspec.Struct, frozen=True, gc=False):
    """The Allowed AMIs settings of one account and Region (EC2 GetAllowedImagesSettings)."""

    state: str
    """`disabled`, `audit-mode` or `enabled`; only `enabled` hides images."""
    managed_by: str | None = None
    """`account` or `declarative-policy`."""
    criteria: tuple[ImageCriterion, ...] = ()
    """One criterion that admits an image is enough."""

    @property
    def hides(self) -> bool:
        """Whether EC2 may silently leave out other accounts' images.

        It never leaves out an account's own (EC2 User Guide, "Control the discovery and use of AMIs in
        Amazon EC2 with Allowed AMIs"). An unknown state may hide any image.
        """
        return self.state not in ("disabled", "audit-mode")


class Removal(msgspec.Struct, frozen=True, gc=False):
    """EC2's answer about a removed image."""

    what: str
    """`deregistered`, or `in the Recycle Bin`."""
    until: datetime | None = None
    """For an image in the Recycle Bin, until when it can be restored."""


class TemplateVersion(msgspec.Struct, frozen=True, gc=False):
    """One launch template version as EC2 stores it; `image` is an AMI id, an alias or nothing."""

    template_id: str
    name: str
    number: int
    image: str | None


class Searched(msgspec.Struct, frozen=True, gc=False):
    """The result of an image lookup that finds something."""

    image_id: str | None
    """None if several images match and the lookup does not choose one."""
    matches: int
    """How many images match."""


class Identity(msgspec.Struct, frozen=True, gc=False):
    """The caller, from STS GetCallerIdentity."""

    account: str
    arn: str
