"""A policy after validation."""

from collections.abc import Mapping

import msgspec

from assay.model.outcomes import Severity
from assay.model.references import Kind


class WatermarkFilter(msgspec.Struct, frozen=True, gc=False):
    """The fields of EC2's ImageWatermarkFilter; all that are set must hold for one and the same mark."""

    key: str
    source_image_region: str | None = None
    max_days_since_source_image_created: int | None = None
    max_days_since_watermark_created: int | None = None


class ImageName(msgspec.Struct, frozen=True, gc=False):
    """One image by id and Region, as policies write it."""

    id: str
    region: str
    reason: str | None = None


class Golden(msgspec.Struct, frozen=True, gc=False):
    """What makes a mark golden: one filter holds and, if there is a registry, its source is in it."""

    watermarks: tuple[WatermarkFilter, ...]
    source_images: tuple[ImageName, ...] = ()


class Require(msgspec.Struct, frozen=True, gc=False):
    """What a golden image must also be."""

    ancestry_agrees: bool = True
    max_depth: int | None = None
    owners: tuple[str, ...] | None = None


class Revoked(msgspec.Struct, frozen=True, gc=False):
    """Marks and images whose every descendant fails."""

    watermarks: tuple[str, ...] = ()
    images: tuple[ImageName, ...] = ()


class Reader(msgspec.Struct, frozen=True, gc=False):
    """The role that reads in one account."""

    role_arn: str
    external_id: str | None = None


class Policy(msgspec.Struct, frozen=True, gc=False):
    """A policy document after validation."""

    golden: Golden
    require: Require
    revoked: Revoked
    severities: Mapping[str, Severity]
    """Only the rules that the document names; the rest keep their own default."""
    judge: frozenset[Kind]
    undetermined: Severity
    region: str | None
    path: str
    sha256: str
    readers: Mapping[str, Reader] = {}
    """By account."""
