"""CloudFormation templates: the resources they describe, and the parts that cannot be read.

Facts: AWS CloudFormation User Guide, "Template anatomy", "Parameters" (a parameter of type
`AWS::SSM::Parameter::Value<...>` is the name of an SSM parameter), "Transform", "Modules".
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from assay.inputs.plan.embedded.intrinsics import Evaluator, Given
from assay.inputs.plan.embedded.syntax import UnreadableError, read_one
from assay.inputs.plan.embedded.tree import Looked, Open, Resource, logical, resource
from assay.model import Incomplete, Place, Unplaced, Unusable
from assay.model.addresses import Path

_LOOKED_UP = "AWS::SSM::Parameter::Value<"
_HARMLESS = (
    *("AWS::Serverless-2016-10-31", "AWS::LanguageExtensions", "AWS::CodeDeployBlueGreen"),
    *("AWS::SecretsManager-2020-07-23", "AWS::SecretsManager-2024-09-16"),
)
"""Transforms of AWS that do not change the images of the template's resources."""
_READABLE = "write the body as one template, in JSON or YAML, that CloudFormation accepts"
_WRITTEN_OUT = "write out the resources without it"
_FOR_EACH = Unusable("is made by Fn::ForEach or a macro, which is not followed", _WRITTEN_OUT)
_MACRO = Unusable("is made by a macro, which is not followed", _WRITTEN_OUT)
_ELSEWHERE = {
    "AWS::CloudFormation::Stack": "a nested stack",
    "AWS::ServiceCatalog::CloudFormationProvisionedProduct": "a product of Service Catalog",
    "AWS::Serverless::Application": "a nested application",
}
CURE_BODY = (
    "give the template in template_body, where it can be read;"
    " if that is not possible, give incomplete-plan another severity in a scope of the policy"
)


class Described(msgspec.Struct, frozen=True, gc=False):
    """The resources that a template describes."""

    resources: Mapping[str, Resource] = {}
    """By logical id."""
    unread: tuple[tuple[Path, Unusable | Incomplete], ...] = ()
    """The parts that cannot be read, with their paths."""
    parameters: frozenset[str] = frozenset()
    """The parameters that the template declares. Values given to them are read with the template."""


def describe(
    text: str,
    at: Path,
    parameters: Mapping[str, Any] | Open,
    place: Place | Unplaced,
    *,
    is_new: bool,
) -> Described:
    """Return the resources of a template; `parameters` are those that the stack passes."""
    try:
        body = read_one(text)
    except UnreadableError as error:
        return Described(unread=((at, Unusable(f"is a template that {error}", _READABLE)),))
    if not isinstance(body, dict) or not isinstance(body.get("Resources"), dict):
        return Described(unread=((at, Unusable("is not a CloudFormation template", _READABLE)),))
    return _described(body, at, parameters, place, is_new=is_new)


def _described(
    body: dict[str, Any],
    at: Path,
    parameters: Mapping[str, Any] | Open,
    place: Place | Unplaced,
    *,
    is_new: bool,
) -> Described:
    written = _mapping(body.get("Resources"))
    declared = _mapping(body.get("Parameters"))
    evaluator = Evaluator(
        Given(
            {name: _parameter(name, each, parameters) for name, each in declared.items()},
            _mapping(body.get("Mappings")),
            _mapping(body.get("Conditions")),
            frozenset(written),
            _pseudo(place),
        )
    )
    found: dict[str, Resource] = {}
    unread: list[tuple[Path, Unusable | Incomplete]] = []
    if any(name not in _HARMLESS for name in _transforms(body.get("Transform"))):
        reason = "a macro turns this template into another one, so what it launches is not known"
        unread.append(((*at, "Transform"), Incomplete(reason, CURE_BODY)))
    for name, each in written.items():
        path = (*at, "Resources", name)
        if name.startswith("Fn::"):
            unread.append(((*at, "Resources"), _FOR_EACH))
            continue
        if not isinstance(each, dict):
            continue
        sure = "Condition" not in each or evaluator.holds(each["Condition"])
        if sure is False:
            continue
        kind = each.get("Type")
        kind = kind if isinstance(kind, str) else ""
        if kind in _ELSEWHERE or kind.endswith("::MODULE"):
            unread.append((path, _elsewhere(_ELSEWHERE.get(kind, "a module"))))
        properties = evaluator.value(each.get("Properties"))
        if isinstance(properties, Open) or "Fn::Transform" in _mapping(properties):
            unread.append((path, _MACRO))
        found[name] = resource(
            kind, (*path, "Properties"), properties, is_new=is_new, is_certain=sure is True
        )
    return Described(found, tuple(unread), frozenset(declared))


def _elsewhere(what: str) -> Incomplete:
    reason = f"{what}, whose template the plan does not contain, so what it launches is not known"
    return Incomplete(reason, CURE_BODY)


def _parameter(name: str, declared: Any, given: Mapping[str, Any] | Open) -> Any:
    """The value of a parameter: the stack's value, or else its default."""
    declared = _mapping(declared)
    kind = declared.get("Type")
    kind = kind if isinstance(kind, str) else ""
    value = given if isinstance(given, Open) else given.get(name, declared.get("Default"))
    if value is None or isinstance(value, Open):
        return Open(f"the parameter {logical(name)}")
    value = str(value)
    if kind.startswith(_LOOKED_UP):
        return Looked(f"resolve:ssm:{value}")
    if kind == "CommaDelimitedList" or kind.startswith("List<"):
        return [each.strip() for each in value.split(",")]
    return value


def _pseudo(place: Place | Unplaced) -> dict[str, Any]:
    known = place if isinstance(place, Place) else None
    account = known.account if known else None
    return {
        "AWS::Region": known.region if known else Open("AWS::Region"),
        "AWS::Partition": known.partition if known else Open("AWS::Partition"),
        "AWS::AccountId": account or Open("AWS::AccountId"),
        **{
            name: Open(name)
            for name in (
                "AWS::StackName",
                "AWS::StackId",
                "AWS::URLSuffix",
                "AWS::NotificationARNs",
            )
        },
    }


def _transforms(written: Any) -> list[str]:
    """The names of a template's transforms; some, such as `AWS::Include`, have parameters."""
    each = written if isinstance(written, list) else [written] if written else []
    return [str(_mapping(one).get("Name", one)) for one in each]


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
