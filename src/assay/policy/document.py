"""The policy document as types. `policy.schema.json` says the same for editors and other tools.

A property test keeps the two equal. A check uses these types, because they cost a tenth of the time.
Both take the list of rules from the rules themselves.
"""

from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

import msgspec
from msgspec import UNSET, Meta, UnsetType

from assay.model import ids
from assay.model.times import DAY
from assay.policy.rules import RULES

# This matches only the end of the text, in every regular expression engine. Python's `$` also
# matches before a final newline, and a revoked key that ends in a newline would revoke nothing.
_END = r"(?![\s\S])"
OWNER = rf"^(self|{ids.ACCOUNT}){_END}"
KEY = rf"^{ids.ACCOUNT}:[A-Za-z0-9()\[\] ./'@_*?-]{{1,128}}{_END}"
"""EC2 API Reference, AttachImageWatermark: the characters of a watermark's name."""
IMAGE_ID = rf"^{ids.AMI_ID}{_END}"
REGION = rf"^{ids.REGION}{_END}"
ACCOUNT = rf"^{ids.ACCOUNT}{_END}"
ROLE = rf"^{ids.ROLE}{_END}"
ROLE_NAME = rf"^{ids.ROLE_NAME}{_END}"
ALL_OTHERS = "*"
"""The key of `aws.readers` for every account that has no entry."""
_READ = rf"^(\*|{ids.ACCOUNT}){_END}"
EXTERNAL_ID = rf"^[A-Za-z0-9_+=,.@:/-]{{2,1224}}{_END}"
"""STS API Reference, AssumeRole."""
UNIT = rf"^({ids.ROOT}|{ids.UNIT}){_END}"
EXCLUDED = rf"^({ids.ACCOUNT}|{ids.UNIT}){_END}"
VENDOR = rf"^(amazon|aws-marketplace|{ids.ACCOUNT}){_END}"
"""An owner alias (EC2 API Reference, Image) or an account."""
REGION_PATTERN = rf"^[a-z0-9*?-]{{1,64}}{_END}"

ADDRESS_PATTERN = rf"^[^\r\n]{{1,1024}}{_END}"
TYPE_PATTERN = rf"^[a-z0-9_*?]{{1,128}}{_END}"
ACCOUNT_PATTERN = rf"^[0-9*?]{{1,12}}{_END}"
DATE = rf"^{DAY}{_END}"
TEXT = rf"^[^\x00-\x1f\x7f]{{1,500}}{_END}"
TAG = rf"^[^\x00-\x1f\x7f]{{1,256}}{_END}"
"""EC2 User Guide, "Tag your Amazon EC2 resources": keys up to 128, values up to 256 characters."""

Key = Annotated[str, Meta(pattern=KEY)]
Days = Annotated[int, Meta(ge=0, le=2147483647)]
Severity = Literal["error", "warning", "off"]
PRODUCT_CODE = rf"^[A-Za-z0-9]{{1,25}}{_END}"
"""EC2 API Reference, ImageCriterion."""

if TYPE_CHECKING:
    Configurable: TypeAlias = str
    Exceptable: TypeAlias = str
else:
    Configurable = Literal[tuple(rule.id for rule in RULES if rule.configurable)]
    """The rules whose severity can be chosen."""
    Exceptable = Literal[tuple(rule.id for rule in RULES if rule.exceptable)]
    """The rules that an exception can name. Nothing excepts what could not be read."""

Rules: TypeAlias = dict[Configurable, Severity]
"""`rules` of the document or of a scope."""


class _Strict(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Unknown keys are errors: a misspelt key must not be silently ignored."""


class WatermarkFilter(_Strict, frozen=True):
    """One entry of `golden.watermarks`."""

    key: Key
    source_image_region: Annotated[str, Meta(pattern=REGION_PATTERN)] | UnsetType = UNSET
    max_days_since_source_image_created: Days | UnsetType = UNSET
    max_days_since_watermark_created: Days | UnsetType = UNSET


class SourceImage(_Strict, frozen=True):
    """One entry of `golden.source_images`."""

    id: Annotated[str, Meta(pattern=IMAGE_ID)]
    region: Annotated[str, Meta(pattern=REGION)]


class RevokedImage(_Strict, frozen=True):
    """One entry of `revoked.images`."""

    id: Annotated[str, Meta(pattern=IMAGE_ID)]
    region: Annotated[str, Meta(pattern=REGION)]
    reason: str | UnsetType = UNSET


class ScopeGolden(_Strict, frozen=True):
    """`golden` of a scope. An empty list would make every image unmarked, so it is refused."""

    watermarks: Annotated[tuple[WatermarkFilter, ...], Meta(min_length=1)]
    source_images: Annotated[tuple[SourceImage, ...], Meta(min_length=1)] | UnsetType = UNSET


class Roots(_Strict, frozen=True):
    """`golden.roots`; at least one field."""

    images: Annotated[tuple[SourceImage, ...], Meta(min_length=1)] | UnsetType = UNSET
    owners: (
        Annotated[tuple[Annotated[str, Meta(pattern=VENDOR)], ...], Meta(min_length=1)] | UnsetType
    ) = UNSET

    def __post_init__(self) -> None:
        if self.images is UNSET and self.owners is UNSET:
            raise ValueError("is empty: no image would be allowed as a root")


class Golden(ScopeGolden, frozen=True):
    """`golden` of the document; only there can `roots` say what a pipeline may start from."""

    roots: Roots | UnsetType = UNSET


class Require(_Strict, frozen=True):
    """`require` of the document or of a scope."""

    ancestry: Literal["agree", "ignore"] | UnsetType = UNSET
    max_depth: Annotated[int, Meta(ge=0, le=50)] | UnsetType = UNSET
    owners: (
        Annotated[tuple[Annotated[str, Meta(pattern=OWNER)], ...], Meta(min_length=1)] | UnsetType
    ) = UNSET
    max_age_days: Days | UnsetType = UNSET
    max_scan_severity: Literal["informational", "low", "medium", "high", "critical"] | UnsetType = (
        UNSET
    )
    allowed_amis: Literal["predict", "ignore"] | UnsetType = UNSET


class Revoked(_Strict, frozen=True):
    """`revoked`."""

    watermarks: tuple[Key, ...] = ()
    images: tuple[RevokedImage, ...] = ()


Tags = dict[Annotated[str, Meta(pattern=TAG)], Annotated[str, Meta(pattern=TAG)]]
Where = Annotated[str, Meta(pattern=ADDRESS_PATTERN)]


class _NotEmpty(_Strict, frozen=True):
    """A match with at least one field: an empty one would apply everywhere, which nobody means."""

    def __post_init__(self) -> None:
        if all(getattr(self, field) is UNSET for field in self.__struct_fields__):
            raise ValueError("is empty: it would apply everywhere")


class ScopeMatch(_NotEmpty, frozen=True):
    """`match` of a scope; at least one field."""

    address: Where | UnsetType = UNSET
    module: Where | UnsetType = UNSET
    resource_type: Annotated[str, Meta(pattern=TYPE_PATTERN)] | UnsetType = UNSET
    account: Annotated[str, Meta(pattern=ACCOUNT_PATTERN)] | UnsetType = UNSET
    region: Annotated[str, Meta(pattern=REGION_PATTERN)] | UnsetType = UNSET
    tags: Annotated[Tags, Meta(min_length=1)] | UnsetType = UNSET


class ImageMatch(_NotEmpty, frozen=True):
    """`match.image` of an exception; at least one field."""

    id: Annotated[str, Meta(pattern=IMAGE_ID)] | UnsetType = UNSET
    owner: Annotated[str, Meta(pattern=ACCOUNT)] | UnsetType = UNSET
    owner_alias: Literal["amazon", "aws-marketplace", "aws-backup-vault"] | UnsetType = UNSET
    product_code: Annotated[str, Meta(pattern=PRODUCT_CODE)] | UnsetType = UNSET
    name: Annotated[str, Meta(pattern=TAG)] | UnsetType = UNSET
    tags: Annotated[Tags, Meta(min_length=1)] | UnsetType = UNSET


class ExceptionMatch(ScopeMatch, frozen=True):
    """`match` of an exception: the fields of a scope's match, and the image."""

    image: ImageMatch | UnsetType = UNSET


class Scope(_Strict, frozen=True):
    """One entry of `scopes`."""

    name: Annotated[str, Meta(pattern=TEXT)]
    match: ScopeMatch
    golden: ScopeGolden | UnsetType = UNSET
    require: Require | UnsetType = UNSET
    rules: Rules | UnsetType = UNSET


class PolicyException(_Strict, frozen=True):
    """One entry of `exceptions`."""

    match: ExceptionMatch
    rules: Annotated[tuple[Exceptable, ...], Meta(min_length=1)]
    reason: Annotated[str, Meta(pattern=TEXT)]
    approved_by: Annotated[str, Meta(pattern=TEXT)]
    expires: Annotated[str, Meta(pattern=DATE)]
    ticket: Annotated[str, Meta(pattern=TEXT)] | UnsetType = UNSET


class Reader(_Strict, frozen=True):
    """One entry of `aws.readers`: the ARN of a role in one account, or its name for all others."""

    role_arn: Annotated[str, Meta(pattern=ROLE)] | UnsetType = UNSET
    role_name: Annotated[str, Meta(pattern=ROLE_NAME)] | UnsetType = UNSET
    external_id: Annotated[str, Meta(pattern=EXTERNAL_ID)] | UnsetType = UNSET


class Organization(_Strict, frozen=True):
    """`aws.organization`. An empty list of units would describe no fleet, so it is refused."""

    units: (
        Annotated[tuple[Annotated[str, Meta(pattern=UNIT)], ...], Meta(min_length=1)] | UnsetType
    ) = UNSET
    exclude: tuple[Annotated[str, Meta(pattern=EXCLUDED)], ...] = ()


class Aws(_Strict, frozen=True):
    """`aws`."""

    region: Annotated[str, Meta(pattern=REGION)] | UnsetType = UNSET
    accounts: (
        Annotated[tuple[Annotated[str, Meta(pattern=ACCOUNT)], ...], Meta(min_length=1)] | UnsetType
    ) = UNSET
    organization: Organization | UnsetType = UNSET
    readers: dict[Annotated[str, Meta(pattern=_READ)], Reader] = {}

    def __post_init__(self) -> None:
        if self.accounts is not UNSET and self.organization is not UNSET:
            raise ValueError("has both accounts and an organization")
        for account, reader in self.readers.items():
            common = account == ALL_OTHERS
            if (reader.role_name is UNSET) is common or (reader.role_arn is UNSET) is not common:
                raise ValueError(
                    "of a single account needs role_arn, and that of all others role_name"
                )


class Document(_Strict, frozen=True):
    """A whole policy document."""

    version: Literal[1]
    golden: Golden
    require: Require = Require()
    revoked: Revoked = Revoked()
    rules: Rules = {}
    judge: Annotated[
        tuple[Literal["launch", "template", "alias", "derive", "service", "bake", "share"], ...],
        Meta(min_length=1),
    ] = ("launch", "template", "alias", "derive", "service")
    undetermined: Literal["error", "warning"] = "error"
    scopes: tuple[Scope, ...] = ()
    exceptions: tuple[PolicyException, ...] = ()
    aws: Aws = Aws()


def decode(value: Any) -> Document:
    """Convert a plain value to a document. Raises `msgspec.ValidationError`."""
    return msgspec.convert(_whole_numbers(value), Document)


def _whole_numbers(value: Any) -> Any:
    """Convert floats like 3.0 to integers: JSON Schema accepts them as integers."""
    match value:
        case dict():
            return {key: _whole_numbers(item) for key, item in value.items()}
        case list():
            return [_whole_numbers(item) for item in value]
        case float() if value.is_integer():
            return int(value)
    return value
