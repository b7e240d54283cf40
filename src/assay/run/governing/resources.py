"""A resource of AWS that can be judged: what it launches, or was launched from.

Instances are looked up in EC2, which describes an instance's image to its owner even if the image
is no longer visible. For templates, the default and the latest version in EC2 count. For Auto
Scaling groups and launch configurations, the record of AWS Config is read.

Facts: AWS Config Developer Guide, "Supported resource types": which id each type has. Inferred from
its samples: the recorded configuration uses the API's names with a small first letter; capital ones
are accepted, too.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from assay.catalog.fleet_questions import INSTANCE_IMAGES, LAUNCH_CONFIGURATIONS_OF
from assay.catalog.interface import Absent, CutShort, ImageCatalog, Unavailable, whole
from assay.catalog.questions import ImageKey
from assay.model import (
    Action,
    AmiId,
    AmiReference,
    Kind,
    Place,
    TemplateRef,
    Unusable,
    Value,
    parse_image,
)
from assay.model.uses import ImageUse, UsedImage

INSTANCE = "AWS::EC2::Instance"
TEMPLATE = "AWS::EC2::LaunchTemplate"
GROUP = "AWS::AutoScaling::AutoScalingGroup"
CONFIGURATION = "AWS::AutoScaling::LaunchConfiguration"
KINDS = (INSTANCE, TEMPLATE, GROUP, CONFIGURATION)


class Resource(msgspec.Struct, frozen=True):
    """One resource, as identified by AWS Config."""

    type: str
    id: str
    place: Place
    configuration: Mapping[str, Any] = {}
    """The configuration in the event, with AWS Config's names; empty if there is none."""


class Found(msgspec.Struct, frozen=True):
    """What a resource refers to, or why that is not known."""

    references: tuple[AmiReference, ...] = ()
    unknown: str | None = None
    gone: bool = False
    """It no longer exists in EC2."""


def references_of(
    catalog: ImageCatalog, resources: Iterable[Resource]
) -> tuple[list[Found], dict[ImageKey, UsedImage]]:
    """Return what each resource refers to, and what EC2 says about the images of instances."""
    resources = list(resources)
    keys = [(each.place, each.id) for each in resources if each.type == INSTANCE]
    answers = catalog.ask(INSTANCE_IMAGES, keys)
    told = {
        (key[0], use.image.id): use.image
        for key, use in answers.items()
        if isinstance(use, ImageUse)
    }
    found: list[Found] = []
    for each in resources:
        if each.type == INSTANCE:
            found.append(_instance(each, answers[each.place, each.id]))
        else:
            found.append(_recorded(catalog, each))
    return found, told


def named_images(resources: Iterable[Resource]) -> list[ImageKey]:
    """Return the images that events name for instances: hints for what to ask first, not evidence."""
    named = (
        (each.place, parse_image(_text(each.configuration, "imageId")))
        for each in resources
        if each.type == INSTANCE
    )
    return list(
        dict.fromkeys((place, value.id) for place, value in named if isinstance(value, AmiId))
    )


def _instance(resource: Resource, answer: ImageUse | Absent | Unavailable) -> Found:
    match answer:
        case ImageUse(image=image):
            value = parse_image(image.id)
            named = _reference(resource, "aws_instance", "ami", value)
            return Found((named,))
        case Absent():
            return Found(gone=True)
    return Found(unknown=answer.reason)


def _recorded(catalog: ImageCatalog, resource: Resource) -> Found:
    match resource.type:
        case "AWS::EC2::LaunchTemplate":
            named = [TemplateRef(resource.id, None, each) for each in ("$Default", "$Latest")]
            values: list[tuple[str, Value | None]] = [("image_id", each) for each in named]
        case "AWS::AutoScaling::LaunchConfiguration":
            values = [("image_id", parse_image(_text(resource.configuration, "imageId")))]
        case "AWS::AutoScaling::AutoScalingGroup":
            values = list(_of_group(catalog, resource))
        case _:
            return Found(unknown=f"resources of type {resource.type} are not judged")
    kind = resource.type.rpartition("::")[2]
    type = {"LaunchTemplate": "aws_launch_template", "AutoScalingGroup": "aws_autoscaling_group"}
    resource_type = type.get(kind, "aws_launch_configuration")
    if not values or any(value is None for _, value in values):
        return Found(unknown="AWS Config's record of it contains no image and no template")
    return Found(tuple(_reference(resource, resource_type, *each) for each in values))


def _reference(
    resource: Resource, resource_type: str, attribute: str, value: Value | None
) -> AmiReference:
    shown = value or Unusable("names no image", "look at it in EC2")
    action, kind = Action.NO_OP, Kind.LAUNCH
    return AmiReference(resource.id, resource_type, attribute, kind, action, shown, resource.place)


def _of_group(catalog: ImageCatalog, resource: Resource) -> Iterator[tuple[str, Value | None]]:
    """Yield its template, its mixed instances' template and overrides, and its configuration."""
    group = resource.configuration
    mixed = _of(_of(group, "mixedInstancesPolicy"), "launchTemplate")
    template = _of(group, "launchTemplate") or _of(mixed, "launchTemplateSpecification")
    if template:
        yield "launch_template", _template(template)
    for override in _list(mixed, "overrides"):
        own = _of(override, "launchTemplateSpecification")
        if own:
            yield "launch_template", _template(own)
        if _text(override, "imageId"):
            yield "image_id", parse_image(_text(override, "imageId"))
    name = _text(group, "launchConfigurationName")
    if name:
        yield "launch_configuration", _configuration(catalog, resource.place, name)


def _template(raw: Mapping[str, Any]) -> Value | None:
    id, name = _text(raw, "launchTemplateId"), _text(raw, "launchTemplateName")
    if id is None and name is None:
        return None
    return TemplateRef(id, None if id else name, _text(raw, "version") or "$Default")


def _configuration(catalog: ImageCatalog, place: Place, name: str) -> Value | None:
    listed = whole(catalog.list_all(LAUNCH_CONFIGURATIONS_OF, place))
    if isinstance(listed, CutShort):
        reason = f"is a launch configuration that could not be read: {listed.reason}"
        return Unusable(reason, "let the function read launch configurations")
    image = next((each.image for each in listed if each.name == name), None)
    gone = Unusable("is a launch configuration that does not exist", "look at the group in EC2")
    return parse_image(image) or gone


def _of(raw: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = _member(raw, name)
    return value if isinstance(value, Mapping) else {}


def _list(raw: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    value = _member(raw, name)
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def _text(raw: Mapping[str, Any], name: str) -> str | None:
    value = _member(raw, name)
    return value if isinstance(value, str) and value else None


def _member(raw: Mapping[str, Any], name: str) -> Any:
    return raw.get(name, raw.get(f"{name[0].upper()}{name[1:]}"))
