"""Parameters and launch templates that CloudFormation writes for this plan, by literal names.

Bodies are JSON or YAML (AWS CloudFormation User Guide, "Template anatomy"); YAML is not parsed: every
`Name:` of a body that holds a parameter is taken for one. What a function computes is not seen.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from assay.model import (
    Action,
    ParameterChange,
    Place,
    TemplateChange,
    Unplaced,
    Unusable,
    parameter_named,
)
from assay.sources.planned import Opened, PlannedResources
from assay.sources.providers import Providers

_PARAMETER, _TEMPLATE = "AWS::SSM::Parameter", "AWS::EC2::LaunchTemplate"
_NAMED = {_PARAMETER: "Name", _TEMPLATE: "LaunchTemplateName"}
"""The property by which each type is known."""
_BODIES = {
    "aws_cloudformation_stack": "template_body",
    "aws_cloudformation_stack_set": "template_body",
    "awscc_cloudformation_stack": "template_body",
    "awscc_cloudformation_stack_set": "template_body",
}
_ONE = "aws_cloudcontrolapi_resource"
_ELSEWHERE = Unplaced("a stack set writes to accounts and Regions of its own")
_WRITING = (Action.CREATE, Action.REPLACE, Action.UPDATE, Action.IMPORT)
_TOLD = ("parameters", "desired_state", *dict.fromkeys(_BODIES.values()))
_BY_TEXT = {
    kind: (
        re.compile(rf"Type['\"]?\s*:\s*['\"]?{kind}['\"]?\s*(?:[,}}#]|$)", re.MULTILINE),
        re.compile(
            rf"\b{name}['\"]?\s*:\s*['\"]?([A-Za-z0-9_.\-/()]+)['\"]?\s*(?:[,}}#]|$)", re.MULTILINE
        ),
    )
    for kind, name in _NAMED.items()
}


class Stacks:
    """What the stacks and Cloud Control resources of one plan write."""

    def __init__(self, planned: PlannedResources, providers: Providers) -> None:
        self._planned = planned
        self._providers = providers

    def parameters(self) -> Iterator[ParameterChange]:
        """The parameters whose names stand in what CloudFormation is given."""
        for resource, name, place in self._written(_PARAMETER):
            called, at = parameter_named(name, place)
            what = Unusable(f"is a parameter that {resource.change.address} writes")
            yield ParameterChange(resource.change.address, called, at, what)

    def templates(self) -> Iterator[TemplateChange]:
        """The launch templates; CloudFormation adds versions and never sets the default."""
        for resource, name, place in self._written(_TEMPLATE):
            by = resource.change.address
            what = Unusable(f"is the $Latest of a launch template that {by} writes")
            yield TemplateChange(by, None, name, place, what, default=False)

    def _written(self, kind: str) -> Iterator[tuple[Opened, str, Place | Unplaced]]:
        for resource in self._planned.changing((*_BODIES, _ONE)):
            if resource.action not in _WRITING or not _changes(resource):
                continue
            place = self._providers.place(resource.own_region, resource.configured)
            if resource.change.type.endswith("_set"):
                place = _ELSEWHERE
            for name in _names(resource, kind):
                yield resource, name, place


def _changes(resource: Opened) -> bool:
    """Whether CloudFormation is given something else than before."""
    return resource.action in (Action.CREATE, Action.REPLACE) or any(
        resource.was((name,)) != resource.value((name,)) for name in _TOLD
    )


def _names(resource: Opened, kind: str) -> Iterator[str]:
    if resource.change.type == _ONE:
        if resource.value(("type_name",)) == kind:
            state = _json(resource.value(("desired_state",)))
            yield from _text(state.get(_NAMED[kind]))
        return
    body = resource.value((_BODIES[resource.change.type],))
    if not isinstance(body, str) or kind not in body:
        return
    parsed = _json(body)
    resources = parsed.get("Resources")
    if not parsed:
        there, named = _BY_TEXT[kind]
        yield from named.findall(body) if there.search(body) else ()
    for each in resources.values() if isinstance(resources, dict) else ():
        if isinstance(each, dict) and each.get("Type") == kind:
            properties = each.get("Properties")
            yield from _text(properties.get(_NAMED[kind]) if isinstance(properties, dict) else None)


def _json(text: Any) -> Mapping[str, Any]:
    try:
        found = msgspec.json.decode(text) if isinstance(text, str) else None
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _text(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
