"""Who uses each image of a night: everything that names it, or leads to it, in every account.

Whatever a group, a template, a launch configuration, a parameter or a recipe would launch next, `launches.py`
tells; here instances and usage reports stand beside it. Facts: EC2 API Reference, InstanceState
(what is terminated is told for an hour, and starts no more).
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
    """By image; and by Region what leads to an image of which nobody knows which one it is."""

    by_image: defaultdict[Node, list[Referrer]] = msgspec.field(
        default_factory=lambda: defaultdict(list)
    )
    leads: defaultdict[str, list[str]] = msgspec.field(default_factory=lambda: defaultdict(list))

    def add(self, image: str, found: Referrer) -> None:
        """Something that uses the image, in its Region."""
        self.by_image[found.region, image].append(found)

    def lead(self, account: str, region: str, what: str) -> None:
        """Something that may use any image of the Region."""
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
                # It is the other account's, whose id stands in the name
                account = use.name or at[0]
                found.add(use.image_id, _referrer((account, at[1]), use))
    return found


def has_ended(use: Use) -> bool:
    """Whether it is an instance that is told for an hour yet, and starts no more."""
    return use.type is UseType.INSTANCE and use.state == "terminated"


def add_reference(found: Referrers, at: At, reference: ImageReference) -> None:
    """What EC2 finds in an account, where no list told of it."""
    kind = _REFERENCES.get(reference.type, "other")
    found.add(
        reference.image_id,
        Referrer(kind, reference.arn, *at, via=f"{reference.type}, by DescribeImageReferences"),
    )


def _add_launches(found: Referrers, all_launches: Iterable[Launch]) -> None:
    """Versions of one template that name one image are one referrer of it."""
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
