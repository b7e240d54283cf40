"""A policy after validation."""

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import TypeAlias

import msgspec

from assay.model.exceptions import CodeException
from assay.model.fleet import Accounts, Organization
from assay.model.images import WatermarkFilter
from assay.model.kinds import Kind
from assay.model.outcomes import Severity
from assay.model.readers import Readers


class ImageName(msgspec.Struct, frozen=True, gc=False):
    """One image by id and Region, as in a policy."""

    id: str
    region: str
    reason: str | None = None


class Roots(msgspec.Struct, frozen=True, gc=False):
    """Vendor images, and owners of images, that a pipeline of golden images may start from."""

    images: tuple[ImageName, ...] = ()
    owners: tuple[str, ...] = ()
    """Accounts, or EC2's owner aliases."""


class Golden(msgspec.Struct, frozen=True, dict=True):
    """What makes a mark golden: it matches one filter, and `source_images` lists its source.

    An empty `source_images` does not restrict the source.
    """

    watermarks: tuple[WatermarkFilter, ...]
    source_images: tuple[ImageName, ...] = ()
    roots: Roots | None = None

    @cached_property
    def registry(self) -> frozenset[tuple[str, str]]:
        """The ids and Regions of `source_images`."""
        return frozenset((each.id, each.region) for each in self.source_images)


class Require(msgspec.Struct, frozen=True, gc=False):
    """The further requirements on images."""

    ancestry_agrees: bool = True
    max_depth: int | None = None
    owners: tuple[str, ...] | None = None
    max_age_days: int | None = None
    max_scan_severity: str | None = None
    allowed_by_ec2: bool = False
    """Whether the account's own Allowed AMIs settings must admit the image."""


class Revoked(msgspec.Struct, frozen=True, dict=True):
    """Marks and images that are revoked, together with everything that descends from them."""

    watermarks: tuple[str, ...] = ()
    images: tuple[ImageName, ...] = ()

    @cached_property
    def numbers(self) -> Mapping[tuple[str | None, str | None], int]:
        """By id and Region, the index of the first entry of `images` that names the image."""
        found: dict[tuple[str | None, str | None], int] = {}
        for number, each in enumerate(self.images):
            found.setdefault((each.id, each.region), number)
        return found


class ImageMatch(msgspec.Struct, frozen=True, gc=False):
    """Selects images; `name` and the values of `tags` allow wildcards."""

    id: str | None = None
    owner: str | None = None
    owner_alias: str | None = None
    product_code: str | None = None
    name: str | None = None
    tags: Mapping[str, str] = {}


class Match(msgspec.Struct, frozen=True, gc=False):
    """Selects references: all fields that are set must match; all but `image` allow wildcards."""

    address: str | None = None
    module: str | None = None
    resource_type: str | None = None
    account: str | None = None
    region: str | None = None
    tags: Mapping[str, str] = {}
    """The planned tags of the resource."""
    image: ImageMatch | None = None


class PolicyException(msgspec.Struct, frozen=True, gc=False):
    """One entry of `exceptions`: what it lets through, why, who approved it, and until when."""

    match: Match
    rules: tuple[str, ...]
    reason: str
    approved_by: str
    expires: date
    """The last day on which it is valid, in UTC."""
    ticket: str | None = None

    @property
    def name(self) -> str:
        """Its name in reports."""
        return self.ticket or self.reason


AnyException: TypeAlias = PolicyException | CodeException
"""An exception of the policy, or a comment in the code."""


class Scope(msgspec.Struct, frozen=True, gc=False):
    """One entry of `scopes`, with the policy that applies within it."""

    name: str
    match: Match
    policy: "Policy"


class Policy(msgspec.Struct, frozen=True, dict=True):
    """A policy document after validation."""

    golden: Golden
    require: Require
    revoked: Revoked
    severities: Mapping[str, Severity]
    """Only for the rules that the document names; the others have their defaults."""
    judge: frozenset[Kind]
    undetermined: Severity
    region: str | None
    path: str
    sha256: str
    readers: Readers = Readers()
    fleet: Accounts | Organization | None = None
    scopes: tuple[Scope, ...] = ()
    exceptions: tuple[PolicyException, ...] = ()
    excepted_in_code: frozenset[str] = frozenset()
    """Rules that comments in the code may except, so that their failure alone decides nothing."""

    @cached_property
    def excepted(self) -> frozenset[str]:
        """The rules that an exception or a comment may except."""
        named = (rule for exception in self.exceptions for rule in exception.rules)
        return self.excepted_in_code.union(named)

    @property
    def matches_tags(self) -> bool:
        """Whether a scope or an exception matches tags of resources."""
        matches = [scope.match for scope in self.scopes]
        matches += [exception.match for exception in self.exceptions]
        return any(match.tags for match in matches)

    @property
    def predicts(self) -> bool:
        """Whether the Allowed AMIs settings can affect any verdict."""
        return any(each.require.allowed_by_ec2 for each in self.everywhere)

    @property
    def everywhere(self) -> "tuple[Policy, ...]":
        """The policy itself and that of each scope."""
        return (self, *(scope.policy for scope in self.scopes))
