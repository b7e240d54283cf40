"""What to do about images of unknown origin: what uses each, and which ones can be removed."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum

import msgspec

from assay.model.inventory import ListedImage
from assay.model.places_seen import PlaceSeen

NOT_ASKED = "whom it is shared with is not in this night: --live asks now, and assay inventory --launch-permissions stores it"
"""A reason not to call an image safe to remove."""


class Standing(StrEnum):
    """What can be done about an image; those that need most work come first."""

    REPLACE_FIRST = "replace-first"
    """Something would launch it, and would break without it."""
    IN_USE = "in-use"
    """Existing instances were launched from it, but nothing known would launch it again."""
    CANNOT_SAY = "cannot-say"
    """No use is known, but not everything that could use it was read, or there is another reason
    against removing it."""
    SAFE = "safe"
    """Every kind of thing that could use it was read completely and recently in every account, and
    nothing uses it."""


class Referrer(msgspec.Struct, frozen=True, gc=False):
    """Something that uses an image, or leads to one."""

    type: str
    """As in `uses`, or `other` for something that only EC2 itself finds."""
    id: str
    account: str
    region: str
    name: str | None = None
    via: str | None = None
    state: str | None = None
    since: datetime | None = None

    @property
    def launches(self) -> bool:
        """Whether it would launch the image again; a running instance no longer needs it."""
        return self.type not in ("instance", "usage-report")


class Gap(msgspec.Struct, frozen=True, gc=False):
    """Something that was not read in a place, so that uses there may have been missed."""

    account: str
    region: str
    """`*` for all Regions of the account."""
    what: str


class Replacement(msgspec.Struct, frozen=True):
    """A golden image that could replace the image, according to the stored night."""

    account: str
    """The account that uses the image to be replaced."""
    image_id: str
    name: str | None
    reasons: tuple[str, ...]


class Step(msgspec.Struct, frozen=True):
    """One step for a person to do."""

    name: str
    detail: str
    commands: tuple[str, ...] = ()


class Remedy(msgspec.Struct, frozen=True):
    """One image, what uses it, and what can be done about it."""

    region: str
    listed: ListedImage
    why_unknown: str
    root: str | None
    """The oldest ancestor that is named anywhere."""
    standing: Standing
    reasons: tuple[str, ...]
    """The reasons against calling it safe to remove."""
    used_by: tuple[Referrer, ...] = ()
    shared_with: tuple[str, ...] = ()
    """The accounts of the fleet with which it is shared."""
    replacements: tuple[Replacement, ...] = ()
    steps: tuple[Step, ...] = ()

    @property
    def node(self) -> tuple[str, str]:
        """The Region and the image id."""
        return self.region, self.listed.image.id


class Unlisted(msgspec.Struct, frozen=True, gc=False):
    """An image that is in use and in no listing, so that it has no class."""

    image_id: str
    region: str
    name: str | None
    """Name and owner as an instance has them; None where only something else uses the image."""
    owner: str | None
    owner_alias: str | None
    used_by: tuple[Referrer, ...]


class Remediation(msgspec.Struct, frozen=True):
    """The remedies for the images of one stored night. Nothing is carried out."""

    as_of: datetime
    night: date
    before: date | None
    """The earlier night that it was compared with; None if there is none."""
    places: tuple[PlaceSeen, ...]
    not_seen: tuple[PlaceSeen, ...]
    """The places in which something that uses an image may have been missed."""
    remedies: tuple[Remedy, ...]
    gaps: tuple[Gap, ...]
    live: bool
    """Whether AWS was asked as well."""
    unlisted: tuple[Unlisted, ...] = ()
    """Amazon's public images, images that are gone, and those of others that Allowed AMIs hides;
    those that are not Amazon's come first."""
    calls: Mapping[str, int] = {}
    unknown: tuple[str, ...] = ()
    """Requested images that are in no listing while not every place was seen, one line each."""

    @property
    def unasked(self) -> bool:
        """Whether asking AWS could settle the standing of some images."""
        cannot = (each for each in self.remedies if each.standing is Standing.CANNOT_SAY)
        return not self.live and any(NOT_ASKED in each.reasons for each in cannot)

    def counts(self) -> dict[Standing, int]:
        """How many images have each standing."""
        found = dict.fromkeys(Standing, 0)
        for each in self.remedies:
            found[each.standing] += 1
        return found


UNREAD = (
    "AWS Batch, EMR, Elastic Beanstalk, CodeBuild fleets, Parallel Computing Service, SageMaker HyperPod, RDS Custom and "
    "WorkSpaces Instances (what they launch, their instances and templates tell), parameters of the type text that no template "
    "names, CloudFormation templates, code, scripts and people"
)
"""What may use an image but is in no list that assay reads."""
