"""The uses of each image of a night: everything that names it or leads to it, in every account.

`launches.py` finds what a group, template, launch configuration, parameter or recipe would launch
next; this module adds instances and usage reports. Facts: EC2 API Reference, InstanceState (a
terminated instance is returned for an hour, and never starts again).
"""

import re
from collections import defaultdict
from collections.abc import Iterable

import msgspec

from assay.fleet.launches import launches
from assay.fleet.night import Night
from assay.fleet.places import At
from assay.fleet.untold import may_be_any
from assay.model.inventory import Use, UseType
from assay.model.preview import Launch
from assay.model.remediation import Referrer
from assay.model.uses import ImageReference

Node = tuple[str, str]
"""Region and image id."""
_VERSION = re.compile(r"version [0-9]+")
_REFERENCES = {
    "ec2:Instance": "instance",
    "ec2:LaunchTemplate": "template",
    "ssm:Parameter": "parameter",
    "imagebuilder:ImageRecipe": "recipe",
    "imagebuilder:ContainerRecipe": "recipe",
}


class Referrers(msgspec.Struct):
    """The uses by image, and by Region the uses whose image is not known."""

    by_image: defaultdict[Node, list[Referrer]] = msgspec.field(
        default_factory=lambda: defaultdict(list)
    )
    leads: defaultdict[str, list[str]] = msgspec.field(default_factory=lambda: defaultdict(list))

    def add(self, image: str, found: Referrer) -> None:
        """Add something that uses the image, in its own Region."""
        self.by_image[found.region, image].append(found)

    def lead(self, account: str, region: str, what: str) -> None:
        """Add something that may use any image of the Region."""
        self.leads[region].append(f"{account}: {what}")


def referrers(night: Night) -> Referrers:
    """Every use of every image. Raises `StoreError`."""
    found = Referrers()
    _add_launches(found, launches(night.uses()))
    for at, use in night.uses():
        match use.type:
            case UseType.INSTANCE if not has_ended(use) and use.image_id is not None:
                found.add(use.image_id, _referrer(at, use))
            case UseType.USAGE_REPORT if use.image_id is not None:
                # The use belongs to the other account, whose id is in the name
                account = use.name or at[0]
                found.add(use.image_id, _referrer((account, at[1]), use))
    return found


def has_ended(use: Use) -> bool:
    """Whether a use is a terminated instance, which EC2 still returns for an hour."""
    return use.type is UseType.INSTANCE and use.state == "terminated"


def add_reference(found: Referrers, at: At, reference: ImageReference) -> None:
    """Add a use that EC2 finds in an account, in addition to those in the lists."""
    kind = _REFERENCES.get(reference.type, "other")
    found.add(
        reference.image_id,
        Referrer(kind, reference.arn, *at, via=f"{reference.type}, by DescribeImageReferences"),
    )


def _add_launches(found: Referrers, all_launches: Iterable[Launch]) -> None:
    """Combine the versions of a template that name the same image into one referrer."""
    versions: defaultdict[tuple[str, str, str, str], list[Launch]] = defaultdict(list)
    for each in all_launches:
        use = each.use
        if each.image_id is None:
            if may_be_any(use):
                named = f"{use.type} {use.name or use.id}"
                found.lead(
                    each.account,
                    each.region,
                    f"{named} leads to an unknown image: {use.via or ''}",
                )
        elif use.type is UseType.TEMPLATE:
            versions[each.account, each.region, use.id, each.image_id].append(each)
        else:
            found.add(each.image_id, _referrer((each.account, each.region), use))
    for (account, region, _, image), some in versions.items():
        via = _versions([each.use for each in some])
        one = _referrer((account, region), some[0].use)
        found.add(image, msgspec.structs.replace(one, via=via))


def _versions(uses: list[Use]) -> str:
    """`version 3; version 40, default, latest`"""
    told = {use.via or "": None for use in uses}

    def number(via: str) -> int:
        named = _VERSION.match(via)
        return int(named[0].removeprefix("version ")) if named else 0

    return "; ".join(sorted(told, key=number))


def _referrer(at: At, use: Use) -> Referrer:
    account, region = at
    return Referrer(
        use.type.value, use.id, account, region, use.name, use.via, use.state, use.since
    )
