"""The uses of images in a place, in the form in which a plan is judged: one `AmiReference` each.

So that one policy governs both, a use is described in Terraform's words: an instance is an
`aws_instance` with an `ami`, whether Terraform created it or not. The action is always `no-op`,
since nothing is being changed. Of a launch template, only versions that something launches count:
its default, its latest, and those pinned by a group or fleet of the place.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

import msgspec

from assay.fleet.places import At
from assay.fleet.via import configuration_in, template_in, version_in
from assay.model import Action, AmiReference, Kind, Place, Unusable, Value, parse_image
from assay.model.inventory import THROUGH_TEMPLATES, Use, UseType

INSTANCE = "aws_instance"
ENDING = ("terminated", "shutting-down")
"""States of an instance that will never run again; EC2 returns it for an hour."""
SUPERSEDED = "superseded"
"""A template version that nothing launches."""
KINDS = frozenset(
    {
        *(UseType.INSTANCE, UseType.TEMPLATE, UseType.GROUP),
        *(UseType.CONFIGURATION, UseType.PARAMETER, UseType.RECIPE),
        *(UseType.EC2_FLEET, UseType.SPOT_FLEET),
    }
)
"""The uses that a policy judges."""
_NOTHING = Unusable("contains no known image", "look at it in EC2: its image is in no list")


class Used(msgspec.Struct, frozen=True):
    """The references of a place, and the number of uses that are not judged, by reason."""

    references: tuple[AmiReference, ...]
    aside: Mapping[str, int]


def used(at: At, uses: Iterable[Use]) -> Used:
    """The references of one place."""
    place = Place.of(at[1], at[0])
    here = list(uses)
    pinned = _pinned(here)
    configurations = {use.name: use for use in here if use.type is UseType.CONFIGURATION}
    aside: Counter[str] = Counter()
    # Overrides of a group may name the same thing repeatedly
    found: dict[tuple[str, str, Value], AmiReference] = {}
    for use in here:
        why = _aside(use, pinned)
        if why is not None:
            aside[why] += 1
            continue
        each = _reference(use, place, configurations)
        found.setdefault((each.address, each.attribute, each.value), each)
    return Used(tuple(found.values()), aside)


def _pinned(uses: Iterable[Use]) -> Mapping[str, set[int]]:
    """The version numbers that groups and fleets pin, by id or name of the template."""
    found: defaultdict[str, set[int]] = defaultdict(set)
    for use in uses:
        named = template_in(use.via) if use.type in THROUGH_TEMPLATES else None
        if named is not None and named.pinned:
            found[named.id or named.name or ""].add(int(named.version))
    return found


def _aside(use: Use, pinned: Mapping[str, set[int]]) -> str | None:
    """Why a use is not judged; None if it is."""
    if use.type not in KINDS:
        return use.type.value
    if use.type is UseType.INSTANCE and use.state in ENDING:
        return use.state
    version = version_in(use.via) if use.type is UseType.TEMPLATE else None
    if version is None or version.default or version.latest:
        return None
    names = (use.id, use.name or "")
    return None if any(version.number in pinned.get(each, ()) for each in names) else SUPERSEDED


def _reference(use: Use, place: Place, configurations: Mapping[str | None, Use]) -> AmiReference:
    resource_type, attribute, kind, value = _said(use, configurations)
    return AmiReference(
        *(address_of(use), resource_type, attribute, kind, Action.NO_OP, value or _NOTHING, place),
        arn=_arn(use, place),
    )


_OF_EC2 = {
    UseType.INSTANCE: "instance",
    UseType.TEMPLATE: "launch-template",
    UseType.EC2_FLEET: "fleet",
    UseType.SPOT_FLEET: "spot-fleet-request",
}
"""Service Authorization Reference, "Resource types defined by Amazon EC2"."""


def _arn(use: Use, place: Place) -> str | None:
    """The ARN of a use; None if it is not known."""
    if use.id.startswith("arn:"):
        return use.id
    what = _OF_EC2.get(use.type)
    at = f"arn:{place.partition}:ec2:{place.region}:{place.account}"
    return f"{at}:{what}/{use.id}" if what else None


def _said(
    use: Use, configurations: Mapping[str | None, Use]
) -> tuple[str, str, Kind, Value | None]:
    """Resource type, attribute, kind, and the value that names the image."""
    match use.type:
        case UseType.TEMPLATE:
            version = version_in(use.via)
            named = (version and version.named) or use.image_id
            return "aws_launch_template", "image_id", Kind.TEMPLATE, parse_image(named)
        case UseType.CONFIGURATION:
            return "aws_launch_configuration", "image_id", Kind.TEMPLATE, _image(use)
        case UseType.PARAMETER:
            return "aws_ssm_parameter", "value", Kind.ALIAS, parse_image(use.image_id)
        case UseType.RECIPE:
            return "aws_imagebuilder_image_recipe", "parent_image", Kind.BAKE, _parent(use)
        case UseType.GROUP:
            attribute, value = _of_group(use, configurations)
            return "aws_autoscaling_group", attribute, Kind.LAUNCH, value
        case UseType.EC2_FLEET:
            return "aws_ec2_fleet", *_of_fleet(use, "launch_template_config.override.image_id")
        case UseType.SPOT_FLEET:
            return "aws_spot_fleet_request", *_of_fleet(use, "launch_specification.ami")
    return INSTANCE, "ami", Kind.LAUNCH, parse_image(use.image_id)


def _of_fleet(use: Use, direct: str) -> tuple[str, Kind, Value | None]:
    """Attribute, kind and value: a fleet's template, or its image in the attribute `direct`."""
    template = template_in(use.via)
    if template is not None:
        return "launch_template_config", Kind.LAUNCH, template
    return direct, Kind.LAUNCH, _image(use)


def _of_group(use: Use, configurations: Mapping[str | None, Use]) -> tuple[str, Value | None]:
    template = template_in(use.via)
    if template is not None:
        return "launch_template", template
    name = configuration_in(use.via)
    if name is None:
        return "image_id", _image(use)
    configuration = configurations.get(name)
    gone = Unusable(
        "is a launch configuration that is not in the listing", "look at the group in EC2"
    )
    return "launch_configuration", _image(configuration) if configuration else gone


def _image(use: Use) -> Value | None:
    """The image or the alias that a use itself names."""
    return parse_image(use.image_id or use.via)


def _parent(use: Use) -> Value | None:
    """The parent of a recipe: Image Builder writes parameters as `ssm:NAME` (CreateImageRecipe)."""
    named = use.image_id or use.via or ""
    return parse_image(f"resolve:{named}" if named.startswith("ssm:") else named)


def address_of(use: Use) -> str:
    """How people find a use: an instance's id, an ARN, or its type and name."""
    if use.type is UseType.INSTANCE or use.id.startswith("arn:"):
        return use.id
    version = version_in(use.via) if use.type is UseType.TEMPLATE else None
    which = f":{version.number}" if version else ""
    return f"{use.type.value}/{use.name or use.id}{which}"
