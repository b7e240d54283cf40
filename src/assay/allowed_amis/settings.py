"""Reads Allowed AMIs settings from a file, as `aws ec2 get-allowed-images-settings` prints them.

Facts: EC2 API Reference, GetAllowedImagesSettings and ImageCriterion (the forms of all fields). The
input of ReplaceImageCriteriaInAllowedImagesSettings has the same criteria, without a state.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from assay.catalog.aws.ec2 import criterion
from assay.errors import InputError
from assay.model import AllowedImages

NOT_TOLD = "not told"
"""The state if a file contains only criteria."""
_END = r"(?![\s\S])"
_Provider = Annotated[
    str, Meta(pattern=rf"^(amazon|aws-marketplace|aws-backup-vault|none|[0-9]{{12}}){_END}")
]
_Code = Annotated[str, Meta(pattern=rf"^[A-Za-z0-9]{{1,25}}{_END}")]
_Name = Annotated[str, Meta(pattern=rf"^[A-Za-z0-9()\[\] ./'@_*?-]{{1,128}}{_END}")]
_Text = Annotated[str, Meta(pattern=rf"^[ -~]{{1,200}}{_END}")]
_Days = Annotated[int, Meta(ge=0, le=2147483647)]


class _Told(msgspec.Struct, frozen=True, rename="pascal", forbid_unknown_fields=True):
    """Unknown fields are refused: without such a condition, a criterion would seem to admit more."""


class _Filter(_Told, frozen=True):
    watermark_key: _Text | None = None
    source_image_region: _Text | None = None
    maximum_days_since_source_image_created: _Days | None = None
    maximum_days_since_watermark_created: _Days | None = None


class _Creation(_Told, frozen=True):
    maximum_days_since_created: _Days | None = None


class _Deprecation(_Told, frozen=True):
    maximum_days_since_deprecated: _Days | None = None


class _Scan(_Told, frozen=True):
    maximum_severity_label: Literal["informational", "low", "medium", "high", "critical"] | None = (
        None
    )
    max_days_since_last_finding_scan: _Days | None = None
    max_days_since_informational_fix_available: _Days | None = None
    max_days_since_low_fix_available: _Days | None = None
    max_days_since_medium_fix_available: _Days | None = None
    max_days_since_high_fix_available: _Days | None = None
    max_days_since_critical_fix_available: _Days | None = None


class _Criterion(_Told, frozen=True, omit_defaults=True):
    image_providers: tuple[_Provider, ...] | None = None
    marketplace_product_codes: tuple[_Code, ...] | None = None
    image_names: tuple[_Name, ...] | None = None
    deprecation_time_condition: _Deprecation | None = None
    creation_date_condition: _Creation | None = None
    image_watermarks: tuple[_Filter, ...] | None = None
    scan_result_condition: _Scan | None = None


class _Settings(msgspec.Struct, frozen=True, rename="pascal"):
    image_criteria: tuple[_Criterion, ...]
    state: _Text = NOT_TOLD
    managed_by: _Text | None = None


def read_settings(path: str, data: bytes) -> AllowedImages:
    """Return the settings in `data`; `path` is for messages. Raises `InputError`."""
    try:
        told = msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"), type=_Settings)
    except (ValueError, RecursionError) as error:  # ValueError: msgspec's errors, and bad UTF-8
        raise InputError(
            f"not Allowed AMIs settings: {_what(str(error)) if data.strip() else 'empty'}",
            where=path,
            hint="write them with: aws ec2 get-allowed-images-settings --output json",
        ) from error
    criteria = msgspec.to_builtins(told.image_criteria)
    return AllowedImages(told.state, told.managed_by, tuple(map(criterion, criteria)))


def _what(problem: str) -> str:
    """The message of msgspec, without the quoted value and the expected pattern."""
    _, _, at = problem.partition(" - at ")
    quotes = "regex" in problem or "enum value" in problem
    return f"not in EC2's form at {at}" if quotes else problem
