"""What uses images, or would launch one next: each listing, and the uses in its items."""

from collections.abc import Callable, Collection, Iterator
from typing import Any

from assay.catalog.fleet_questions import (
    CONTAINER_RECIPES_OF,
    FLEETS_OF,
    GROUPS_OF,
    IMAGE_PARAMETERS_OF,
    IMAGE_RECIPES_OF,
    LAUNCH_CONFIGURATIONS_OF,
    SPOT_FLEETS_OF,
    TEMPLATES_OF,
    USAGES_OF,
    USED_IMAGES,
)
from assay.catalog.interface import Listing
from assay.model import Place, TemplateRef
from assay.model.ids import is_ami_id
from assay.model.inventory import Use, UseType
from assay.model.uses import (
    ImageParameter,
    ImageUsage,
    ImageUse,
    LaunchConfiguration,
    LaunchingFleet,
    ListedTemplate,
    Recipe,
    ScalingGroup,
)


def _instance(found: ImageUse) -> Iterator[Use]:
    yield Use(
        UseType.INSTANCE,
        found.instance_id,
        image_id=found.image.id,
        state=found.state,
        since=found.launch_time,
        image=found.image,
    )


def _template(found: ListedTemplate) -> Iterator[Use]:
    """Every version, because a group may pin any of them."""
    for version in found.versions:
        words = [f"version {version.number}"]
        words += ["default"] if version.number == found.default else []
        words += ["latest"] if version.number == found.latest else []
        named = version.resolved or version.image
        if version.image is not None and not is_ami_id(version.image):
            words.append(version.image)
        if named is None:
            continue
        image = named if is_ami_id(named) else None
        yield Use(UseType.TEMPLATE, found.id, found.name, image, ", ".join(words))


def _group(found: ScalingGroup) -> Iterator[Use]:
    for template in (found.template, *(each.template for each in found.overrides)):
        if template is not None:
            yield Use(UseType.GROUP, found.arn or found.name, found.name, via=_named(template))
    if found.configuration is not None:
        via = f"launch configuration {found.configuration}"
        yield Use(UseType.GROUP, found.arn or found.name, found.name, via=via)
    for each in found.overrides:
        if each.image is not None:
            image, alias = _either(each.image)
            yield Use(UseType.GROUP, found.arn or found.name, found.name, image, alias)


def _configuration(found: LaunchConfiguration) -> Iterator[Use]:
    image, alias = _either(found.image)
    yield Use(UseType.CONFIGURATION, found.arn or found.name, found.name, image, alias)


def _parameter(found: ImageParameter) -> Iterator[Use]:
    if found.value is not None:
        yield Use(UseType.PARAMETER, found.arn or found.name, found.name, found.value)


def _recipe(found: Recipe) -> Iterator[Use]:
    if found.image is not None:
        image, alias = _either(found.image)
        yield Use(UseType.RECIPE, found.arn, found.name, image, alias)


def _fleet(found: LaunchingFleet) -> Iterator[Use]:
    """A fleet that may launch again, with each template and image that it names."""
    kind = UseType.SPOT_FLEET if found.spot else UseType.EC2_FLEET
    for template in found.templates:
        yield Use(kind, found.id, via=_named(template), state=found.state)
    for named in found.images:
        image, alias = _either(named)
        yield Use(kind, found.id, None, image, alias, found.state)


def _usage(found: ImageUsage) -> Iterator[Use]:
    """An entry with a count of zero is not a use: EC2 looked at the account and found nothing."""
    if found.count > 0:
        via = f"{found.count} x {found.type} in {found.account}"
        yield Use(
            UseType.USAGE_REPORT,
            found.report_id,
            found.account,
            found.image_id,
            via,
            since=found.as_of,
        )


def _either(named: str) -> tuple[str | None, str | None]:
    """A pair of image and alias, one of which is None."""
    return (named, None) if is_ami_id(named) else (None, named)


def _named(template: TemplateRef) -> str:
    return f"template {template.id or template.name}, version {template.version}"


USES: tuple[tuple[Listing[Place, Any], Callable[[Any], Iterator[Use]]], ...] = (
    (USED_IMAGES, _instance),
    (TEMPLATES_OF, _template),
    (GROUPS_OF, _group),
    (LAUNCH_CONFIGURATIONS_OF, _configuration),
    (IMAGE_PARAMETERS_OF, _parameter),
    (IMAGE_RECIPES_OF, _recipe),
    (CONTAINER_RECIPES_OF, _recipe),
    (FLEETS_OF, _fleet),
    (SPOT_FLEETS_OF, _fleet),
    (USAGES_OF, _usage),
)
"""A row for each kind of use."""

OWN, SHARED = "own_images", "shared_images"
"""Names for two of a place's complete lists: its own images, and those of others."""
_LISTS: dict[UseType, tuple[Listing[Place, Any], ...]] = {
    UseType.INSTANCE: (USED_IMAGES,),
    UseType.TEMPLATE: (TEMPLATES_OF,),
    UseType.GROUP: (GROUPS_OF,),
    UseType.CONFIGURATION: (LAUNCH_CONFIGURATIONS_OF,),
    UseType.PARAMETER: (IMAGE_PARAMETERS_OF,),
    UseType.RECIPE: (IMAGE_RECIPES_OF, CONTAINER_RECIPES_OF),
    UseType.EC2_FLEET: (FLEETS_OF,),
    UseType.SPOT_FLEET: (SPOT_FLEETS_OF,),
    UseType.USAGE_REPORT: (USAGES_OF,),
}
"""The lists that contain each kind of use."""

EVERY = (OWN, SHARED, *(listing.name for listing, _ in USES))
"""All lists of a place."""


def lists_of(kinds: Collection[UseType]) -> tuple[str, ...]:
    """The lists of images, and those that contain some kinds of uses."""
    return (OWN, SHARED, *(each.name for kind in kinds for each in _LISTS[kind]))


def missed(whole: Collection[str]) -> tuple[UseType, ...]:
    """The kinds of uses that may be incomplete, because a list was not read to its end."""
    return tuple(
        kind for kind, lists in _LISTS.items() if any(each.name not in whole for each in lists)
    )
