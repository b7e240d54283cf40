"""EC2 Fleets and Spot Fleets that may launch again.

Facts: EC2 API Reference, DescribeFleets (a fleet of type `instant` is returned only if the call
names it, and never launches again), FleetLaunchTemplateOverrides (`ImageId`),
DescribeSpotFleetRequests (at most 1,000 a page), SpotFleetLaunchSpecification (`ImageId`). A fleet
that is cancelled, deleted or failed launches nothing any more.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from assay.catalog.aws.listed import listed, text
from assay.catalog.aws.sdk import Sdk
from assay.catalog.interface import Complete, CutShort, Page, Pages
from assay.model import Place, TemplateRef
from assay.model.uses import LaunchingFleet

A_PAGE = 1000
_OVER = ("cancelled", "deleted", "failed")


def fleets(sdk: Sdk, place: Place) -> Pages[LaunchingFleet]:
    """Every EC2 Fleet that may launch again."""
    pages = sdk.pages(place, "ec2", "DescribeFleets", "Fleets", MaxResults=A_PAGE)
    return _launching(listed("ec2:DescribeFleets", pages, _fleet))


def spot_fleets(sdk: Sdk, place: Place) -> Pages[LaunchingFleet]:
    """Every Spot Fleet that may launch again."""
    pages = sdk.pages(
        place, "ec2", "DescribeSpotFleetRequests", "SpotFleetRequestConfigs", MaxResults=A_PAGE
    )
    return _launching(listed("ec2:DescribeSpotFleetRequests", pages, _spot_fleet))


def _launching(pages: Pages[LaunchingFleet]) -> Pages[LaunchingFleet]:
    for part in pages:
        match part:
            case Page(items):
                yield Page(tuple(each for each in items if not each.state.startswith(_OVER)))
            case Complete() | CutShort():
                yield part


def _fleet(raw: Mapping[str, Any]) -> LaunchingFleet | None:
    id, state = text(raw, "FleetId"), text(raw, "FleetState")
    return _read(id, state, raw.get("LaunchTemplateConfigs"), (), spot=False)


def _spot_fleet(raw: Mapping[str, Any]) -> LaunchingFleet | None:
    id, state = text(raw, "SpotFleetRequestId"), text(raw, "SpotFleetRequestState")
    asked = raw.get("SpotFleetRequestConfig") or {}
    specifications = asked.get("LaunchSpecifications") or ()
    return _read(id, state, asked.get("LaunchTemplateConfigs"), specifications, spot=True)


def _read(
    id: str | None, state: str | None, configs: Any, specifications: Iterable[Any], *, spot: bool
) -> LaunchingFleet | None:
    """None if the answer does not say what the fleet launches from: it could launch anything."""
    templates: list[TemplateRef] = []
    named = [text(each, "ImageId") for each in specifications]
    for config in configs or ():
        template = _template(config.get("LaunchTemplateSpecification"))
        if template is None:
            return None
        templates.append(template)
        # Most overrides do not have their own image and use that of the template.
        own = (text(each, "ImageId") for each in config.get("Overrides") or ())
        named += [each for each in own if each is not None]
    images = [each for each in named if each is not None]
    if id is None or state is None or len(images) != len(named) or not (templates or images):
        return None
    return LaunchingFleet(id, spot, state, tuple(templates), tuple(images))


def _template(raw: Any) -> TemplateRef | None:
    id, name = text(raw, "LaunchTemplateId"), text(raw, "LaunchTemplateName")
    if id is None and name is None:
        return None
    return TemplateRef(id, name, text(raw, "Version") or "$Default")
