"""What could be done about images of which nobody knows the origin: who uses each, and which may go."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum

import msgspec

from assay.model.inventory import ListedImage
from assay.model.places_seen import PlaceSeen

NOT_ASKED = "whom it is shared with is not in this night: --live asks now, and assay inventory --launch-permissions stores it"
"""A reason not to say that an image may go."""


class Standing(StrEnum):
    """What may be done about an image, the most to do first."""

    REPLACE_FIRST = "replace-first"
    """Something would launch it next, and would break."""
    IN_USE = "in-use"
    """Nothing that is known launches it again, and instances that exist were launched from it."""
    CANNOT_SAY = "cannot-say"
    """Nothing is known to use it, and not everything that could was read, or something speaks against it."""
    SAFE = "safe"
    """Every kind of thing that could use it was read in every account, completely and lately: there is none."""


class Referrer(msgspec.Struct, frozen=True, gc=False):
    """Something that uses an image, or leads to one."""

    type: str
    """As in `uses`, or `other` for what only EC2 itself finds."""
    id: str
    account: str
    region: str
    name: str | None = None
    via: str | None = None
    state: str | None = None
    since: datetime | None = None

    @property
    def launches(self) -> bool:
        """Whether it would launch the image again; what runs already needs it no more."""
        return self.type not in ("instance", "usage-report")


class Gap(msgspec.Struct, frozen=True, gc=False):
    """What is not known of a place, so that nothing that was not seen there is known to be absent."""

    account: str
    region: str
    """`*` for all Regions of the account."""
    what: str


class Replacement(msgspec.Struct, frozen=True):
    """A golden image that could stand there, by what the night tells."""

    account: str
    """Which uses the image that it would replace."""
    image_id: str
    name: str | None
    reasons: tuple[str, ...]


class Step(msgspec.Struct, frozen=True):
    """One thing to do, by a person."""

    name: str
    detail: str
    commands: tuple[str, ...] = ()


class Remedy(msgspec.Struct, frozen=True):
    """One image, who uses it, and what may be done about it."""

    region: str
    listed: ListedImage
    why_unknown: str
    root: str | None
    """The oldest ancestor that anything names."""
    standing: Standing
    reasons: tuple[str, ...]
    """What stands against saying that it may go."""
    used_by: tuple[Referrer, ...] = ()
    shared_with: tuple[str, ...] = ()
    """The accounts of the fleet that it is shared with."""
    replacements: tuple[Replacement, ...] = ()
    steps: tuple[Step, ...] = ()

    @property
    def node(self) -> tuple[str, str]:
        """Region and image id."""
        return self.region, self.listed.image.id


class Remediation(msgspec.Struct, frozen=True):
    """A plan on paper, of one stored night."""

    as_of: datetime
    night: date
    before: date | None
    """The night before it, which it was held against; None where there is none."""
    places: tuple[PlaceSeen, ...]
    not_seen: tuple[PlaceSeen, ...]
    """Those of them in which something that uses an image may stand unseen."""
    remedies: tuple[Remedy, ...]
    gaps: tuple[Gap, ...]
    live: bool
    """Whether AWS was asked as well."""
    unlisted: int = 0
    """So many images are in use and stand in no listing: Amazon's public ones, and what is gone."""
    calls: Mapping[str, int] = {}
    unknown: tuple[str, ...] = ()
    """Images that were named and stand in no listing, where not every place was seen, a line each."""

    @property
    def unasked(self) -> bool:
        """Whether an image could be said to be safe, or not, if AWS were asked."""
        cannot = (each for each in self.remedies if each.standing is Standing.CANNOT_SAY)
        return not self.live and any(NOT_ASKED in each.reasons for each in cannot)

    def counts(self) -> dict[Standing, int]:
        """How many images stand how."""
        found = dict.fromkeys(Standing, 0)
        for each in self.remedies:
            found[each.standing] += 1
        return found


UNREAD = (
    "AWS Batch, EMR, Elastic Beanstalk, CodeBuild fleets, Parallel Computing Service, SageMaker HyperPod, RDS Custom and "
    "WorkSpaces Instances (what they launch, their instances and templates tell), parameters of the type `text` that no template "
    "names, CloudFormation templates, code, scripts and people"
)
"""What may name an image and is in no list that assay reads."""
