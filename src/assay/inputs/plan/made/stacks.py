"""Parameters and launch templates that CloudFormation writes for this plan.

Facts: AWS CloudFormation, `AWS::SSM::Parameter` (`Name`, `Type`, `Value`) and
`AWS::EC2::LaunchTemplate` (`LaunchTemplateName`; an update adds a version and does not move the
default). Names that only AWS knows, such as those derived from a stack's own id, are not seen.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from assay.inputs.plan.document.planned import PlannedResource, PlannedResources
from assay.inputs.plan.embedded.cloudformation import describe
from assay.inputs.plan.embedded.tree import Either, Open, Resource, resource
from assay.inputs.plan.embedded.types import WRITERS
from assay.inputs.plan.places.providers import Providers
from assay.model import (
    Action,
    AmiId,
    ParameterChange,
    Place,
    Planned,
    TemplateChange,
    Unplaced,
    Unusable,
    Value,
    parameter_named,
    parse_image,
)

_PARAMETER, _TEMPLATE = "AWS::SSM::Parameter", "AWS::EC2::LaunchTemplate"
_TYPES = {"awscc_ssm_parameter": _PARAMETER, "awscc_ec2_launch_template": _TEMPLATE}
"""Described resources have the types of hashicorp/awscc."""
_ONE = "aws_cloudcontrolapi_resource"
_ELSEWHERE = Unplaced("a stack set writes to its own accounts and Regions")
_WRITING = (Action.CREATE, Action.REPLACE, Action.UPDATE, Action.IMPORT)
_GIVEN = ("template_body", "template_url", "parameters", "desired_state")


class Stacks:
    """What the stacks and Cloud Control resources of one plan write."""

    def __init__(self, planned: PlannedResources, providers: Providers) -> None:
        self._planned = planned
        self._providers = providers

    def parameters(self) -> Iterator[ParameterChange]:
        """Yield the changes to parameters whose names are in the plan."""
        for holder, written, place in self._written("awscc_ssm_parameter"):
            by, is_text = holder.change.address, written.after.get("type") in (None, "String")
            held = written.after.get("value") if is_text else None
            left = _left(by, "a parameter", held if _is_certain(written, "Name") else None)
            for name in _names(written, "Name"):
                called, at = parameter_named(name, place)
                yield ParameterChange(by, called, at, left)

    def templates(self) -> Iterator[TemplateChange]:
        """Yield the changes to templates: CloudFormation adds versions and never sets the default."""
        for holder, written, place in self._written("awscc_ec2_launch_template"):
            by, data = holder.change.address, written.after.get("launch_template_data")
            held = data.get("image_id") if isinstance(data, dict) else None
            sure = _is_certain(written, "LaunchTemplateName")
            left = _left(by, "the $Latest of a launch template", held if sure else None)
            for name in _names(written, "LaunchTemplateName"):
                yield TemplateChange(by, None, name, place, left, default=False)

    def _written(self, kind: str) -> Iterator[tuple[PlannedResource, Resource, Place | Unplaced]]:
        for holder in self._planned.changing(WRITERS):
            if holder.action not in _WRITING or not _changes(holder):
                continue
            place = self._providers.place(holder.own_region, holder.configured)
            for written in _described(holder, kind, place):
                elsewhere = holder.change.type.endswith("_set")
                yield holder, written, _ELSEWHERE if elsewhere else place


def _names(written: Resource, key: str) -> Iterator[str]:
    """Yield the names that a resource may have; a condition may choose one of several."""
    name = written.spelt.get(key)
    options = name.options if isinstance(name, Either) else (name,)
    yield from (each for each in options if isinstance(each, str))


def _is_certain(written: Resource, key: str) -> bool:
    """Whether what the document writes is certain to exist after the apply.

    CloudFormation does not rewrite what an update leaves unchanged, even if its value has been
    changed by other means.
    """
    return written.is_new and written.is_certain and isinstance(written.spelt.get(key), str)


def _left(by: str, what: str, held: Any) -> Value:
    """The image, if the document contains it."""
    image = parse_image(held)
    if isinstance(image, AmiId):
        return Planned(f"what CloudFormation writes for {by}", image)
    cure = "apply that first, or use a parameter or a version that no stack writes"
    return Unusable(f"is {what} that {by} writes", cure)


def _changes(holder: PlannedResource) -> bool:
    """Whether CloudFormation is given anything new."""
    return holder.action in (Action.CREATE, Action.REPLACE) or any(
        holder.was((name,)) != holder.value((name,)) for name in _GIVEN
    )


def _described(holder: PlannedResource, kind: str, place: Place | Unplaced) -> Iterator[Resource]:
    is_new = holder.action in (Action.CREATE, Action.REPLACE)
    if holder.change.type == _ONE:
        if holder.value(("type_name",)) == _TYPES[kind]:
            state = _json(holder.value(("desired_state",)))
            yield resource(_TYPES[kind], ("desired_state",), state, is_new=is_new)
        return
    body = holder.value(("template_body",))
    if isinstance(body, str) and _TYPES[kind] in body:
        given = _parameters(holder)
        found = describe(body, ("template_body",), given, place, is_new=is_new)
        yield from (each for each in found.resources.values() if each.type == kind)


def _parameters(holder: PlannedResource) -> Mapping[str, Any] | Open:
    """What is passed to a stack: a map, or awscc's list of keys and values."""
    if holder.is_unknown(("parameters",)):
        return Open("parameters")
    given = holder.value(("parameters",))
    if isinstance(given, list):
        pairs = [each for each in given if isinstance(each, dict)]
        return {str(each.get("parameter_key")): each.get("parameter_value") for each in pairs}
    return given if isinstance(given, dict) else {}


def _json(text: Any) -> Any:
    try:
        return msgspec.json.decode(text) if isinstance(text, str) else None
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None
