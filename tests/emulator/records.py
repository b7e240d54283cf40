"""What exists in an emulated world. The fields speak EC2's names, snake_cased.

Records are open to change on purpose: a test may forge what no API call could make, such as a
foreign watermark or an invented source image.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Watermark:
    """EC2's `ImageWatermark`; the source image is the one it was first attached to."""

    key: str
    source_image_region: str
    source_image_id: str
    source_image_creation_time: datetime
    watermark_creation_time: datetime


@dataclass(frozen=True, slots=True)
class ScanResults:
    """EC2's `ScanResults`: what Amazon Inspector found in an image when it last scanned it."""

    finding_scan_date: datetime
    highest_finding_severity: str | None = None
    """Of all findings, with a fix or without; None if there are none."""
    fix_available_since: dict[str, datetime] = field(default_factory=dict)
    """By severity, where there are findings with a fix: since when the oldest has had one."""


@dataclass(slots=True)
class Image:
    image_id: str
    region: str
    owner_id: str
    name: str
    creation_date: datetime
    owner_alias: str | None = None
    public: bool = False
    state: str = "available"
    source_image_id: str | None = None
    source_image_region: str | None = None
    source_instance_id: str | None = None
    deprecation_time: datetime | None = None
    recycle_bin_enter_time: datetime | None = None
    recycle_bin_exit_time: datetime | None = None
    watermarks: list[Watermark] = field(default_factory=list)
    shared_with: set[str] = field(default_factory=set)
    shared_with_organizations: set[str] = field(default_factory=set)
    """ARNs of organisations and of organisational units."""
    product_codes: tuple[str, ...] = ()
    scan_results: ScanResults | None = None
    """None for an image that Amazon Inspector has not scanned."""
    architecture: str = "x86_64"
    findings: tuple[tuple[str, str], ...] = ()
    """Of the last scan: the title and the severity of each."""
    tags: dict[str, str] = field(default_factory=dict)
    overlay: dict[str, Any] = field(default_factory=dict)
    """Members laid over this image's DescribeImages answer."""


@dataclass(slots=True)
class Instance:
    instance_id: str
    region: str
    owner_id: str
    image_id: str
    instance_type: str
    launch_time: datetime
    state: str = "running"
    tags: dict[str, str] = field(default_factory=dict)
    zone: str = "a"
    """The letter that the name of its Availability Zone ends in."""


@dataclass(slots=True)
class TemplateVersion:
    number: int
    data: dict[str, Any]
    create_time: datetime
    description: str | None = None


@dataclass(slots=True)
class LaunchTemplate:
    template_id: str
    region: str
    owner_id: str
    name: str
    create_time: datetime
    versions: list[TemplateVersion] = field(default_factory=list)
    default_version: int = 1
    tags: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Parameter:
    """An SSM parameter with all its versions, oldest first."""

    name: str
    region: str
    owner_id: str
    data_type: str
    values: list[str] = field(default_factory=list)
    labels: dict[str, int] = field(default_factory=dict)
    shared_with: set[str] = field(default_factory=set)
    last_modified: datetime | None = None

    @property
    def arn(self) -> str:
        return f"arn:{partition(self.region)}:ssm:{self.region}:{self.owner_id}:parameter/" + (
            self.name.removeprefix("/")
        )


@dataclass(slots=True)
class AllowedImages:
    """The Allowed AMIs settings of one account in one Region; criteria as the API spells them."""

    state: Literal["enabled", "audit-mode", "disabled"] = "disabled"
    criteria: list[dict[str, Any]] = field(default_factory=list)
    managed_by: Literal["account", "declarative-policy"] = "account"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and in which Region."""

    account: str
    region: str
    arn: str
    ended: bool = False
    """Whether the session has ended whose credentials these are."""


def partition(region: str) -> str:
    """The AWS partition of a Region, from its prefix."""
    for prefix in ("cn", "us-gov"):
        if region.startswith(prefix + "-"):
            return f"aws-{prefix}"
    return "aws"
