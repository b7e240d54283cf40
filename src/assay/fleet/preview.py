"""What Allowed AMIs would have refused in a stored night.

    found = preview(night, criteria, as_of)

Facts: EC2 User Guide, "Control the discovery and use of AMIs in Amazon EC2 with Allowed AMIs" (an
account's own images are never restricted; running instances are not affected), and those of
`policy/allowed.py`. An image is the same for every account that sees it, so what one account's
listing says about it is valid in all accounts of that Region. What EC2 returns about an instance's
image contains neither product codes nor the findings of Amazon Inspector (EC2 API Reference,
ImageMetadata).
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import datetime

import msgspec

from assay.fleet.launches import launches
from assay.fleet.night import Night
from assay.fleet.uses import lists_of
from assay.model import AllowedImages, Image
from assay.model.inventory import Classified, UseType
from assay.model.preview import LAUNCHING, Judged, Launch, NeverBlocked, Next, Preview, Ruling
from assay.model.uses import UsedImage
from assay.policy.allowed import admission, widest
from assay.policy.golden import Is

_GONE = ("terminated", "shutting-down")
_UNTOLD = ("product_codes", "scan_results")
"""What EC2 does not return about an instance's image."""
_Key = tuple[str, str, str]
"""Account, Region and image."""


class _Facts(msgspec.Struct, frozen=True):
    """An image of a Region, and where its details come from."""

    image: Image
    by: str
    untold: tuple[str, ...] = ()


class _Criteria(msgspec.Struct, frozen=True):
    """The criteria, and a variant where a `?` may stand for no character, if that differs."""

    criteria: AllowedImages
    widest: AllowedImages | None

    def rule(
        self, image: Image, as_of: datetime, untold: tuple[str, ...] = ()
    ) -> tuple[Is, tuple[str, ...]]:
        """Whether they admit an image, regardless of its owner, and if not, why not."""
        found = admission(image, self.criteria, as_of, untold)
        if found.admitted is Is.NO and self.widest is not None:
            wider = admission(image, self.widest, as_of, untold)
            if wider.admitted is not Is.NO:
                return Is.UNREAD, (_UNSURE, *found.why_not)
        return found.admitted, found.why_not


_UNSURE = "EC2 does not say whether a ? may stand for no character"


class _Told:
    """What is known about the images of each Region, the most detailed source first."""

    def __init__(self, metadata: Mapping[tuple[str, str], _Facts]) -> None:
        self.listed: dict[tuple[str, str], _Facts] = {}
        self.metadata = metadata

    def of(self, region: str, image_id: str) -> _Facts | None:
        return self.listed.get((region, image_id)) or self.metadata.get((region, image_id))


def preview(night: Night, criteria: AllowedImages, as_of: datetime) -> Preview:
    """Judge everything that runs or is launched next, and find own images that are never blocked.

    Raises `StoreError`.
    """
    instances, launched = _instances(night), list(launches(night.uses()))
    told, by = _Told(instances.facts), _Criteria(criteria, widest(criteria))
    used = Counter({key: len(ids) for key, ids in instances.of.items()})
    used.update((each.account, each.region, each.image_id) for each in launched if each.image_id)
    wanted = {image_id for _, _, image_id in used}
    never: list[NeverBlocked] = []
    for found in night.images():
        image = found.listed.image
        if image.id in wanted:
            facts = _Facts(image, f"listed in {found.account}")
            told.listed.setdefault((found.region, image.id), facts)
        if not found.shared:
            never.extend(_never_blocked(found, by, as_of, used))
    judged = {
        key: _judged(key, told.of(key[1], key[2]), by, as_of, tuple(instances.of.get(key, ())))
        for key in sorted(used)
    }
    return Preview(
        as_of,
        night.date,
        criteria,
        night.places,
        night.lacking(lists_of((UseType.INSTANCE, *LAUNCHING))),
        tuple(judged.values()),
        tuple(_next(each, judged) for each in launched),
        tuple(never),
    )


class _Instances(msgspec.Struct, frozen=True):
    of: Mapping[_Key, list[str]]
    facts: dict[tuple[str, str], _Facts]


def _instances(night: Night) -> _Instances:
    of: defaultdict[_Key, list[str]] = defaultdict(list)
    facts: dict[tuple[str, str], _Facts] = {}
    for (account, region), use in night.uses():
        if use.type is not UseType.INSTANCE or use.image_id is None or use.state in _GONE:
            continue
        of[account, region, use.image_id].append(use.id)
        if use.image is not None:
            facts.setdefault(
                (region, use.image_id),
                _Facts(_as_image(use.image), f"known from instance {use.id}", _UNTOLD),
            )
    return _Instances(of, facts)


def _as_image(told: UsedImage) -> Image:
    same = {name: getattr(told, name) for name in UsedImage.__struct_fields__}
    return Image(**same)


def _judged(
    key: _Key,
    facts: _Facts | None,
    by: _Criteria,
    as_of: datetime,
    instances: tuple[str, ...],
) -> Judged:
    if facts is None:
        unknown = ("it is in no listing of this Region, and no instance shows it",)
        return Judged(*key, Ruling.UNDETERMINED, unknown, instances=instances)
    image = facts.image
    ruling, why = _ruling(image, key[0], facts.untold, by, as_of)
    return Judged(*key, ruling, why, facts.by, image.name, image.owner_id, instances)


def _ruling(
    image: Image, account: str, untold: tuple[str, ...], by: _Criteria, as_of: datetime
) -> tuple[Ruling, tuple[str, ...]]:
    if image.owner_id == account:
        return Ruling.OWN, ()
    admitted, why_not = by.rule(image, as_of, untold)
    match admitted:
        case Is.YES:
            return Ruling.ALLOWED, ()
        case Is.UNREAD:
            return Ruling.UNDETERMINED, why_not
    if image.owner_id is None:
        return Ruling.UNDETERMINED, ("it is not known whether the account owns it", *why_not)
    return Ruling.REFUSED, why_not


def _next(launch: Launch, judged: Mapping[_Key, Judged]) -> Next:
    if launch.image_id is None:
        return Next(launch, Ruling.UNDETERMINED, (launch.why or "EC2 did not return its image",))
    found = judged[launch.account, launch.region, launch.image_id]
    return Next(launch, found.ruling, found.why)


def _never_blocked(
    found: Classified, by: _Criteria, as_of: datetime, used: Mapping[_Key, int]
) -> list[NeverBlocked]:
    image = found.listed.image
    admitted, why_not = by.rule(image, as_of)
    if admitted is Is.YES:
        return []
    key = (found.account, found.region, image.id)
    return [NeverBlocked(*key, image.name, found.kind, used.get(key, 0), why_not)]
