"""Requests to AWS's APIs: Cloud Control, targets of EventBridge Scheduler, steps of state machines.

Facts: hashicorp/aws documentation of aws_cloudcontrolapi_resource (`desired_state` is JSON);
EventBridge Scheduler User Guide, "Using universal targets"
(`arn:aws:scheduler:::aws-sdk:ec2:runInstances`, the input is the API's request); Step Functions
Developer Guide, "AWS SDK service integrations".
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from assay.inputs.plan.document.stray import named_in, templates_in
from assay.inputs.plan.embedded.cloudformation import CURE_BODY, describe
from assay.inputs.plan.embedded.contents import Contents, Holder, Told, stray, strings
from assay.inputs.plan.embedded.rows import launches
from assay.inputs.plan.embedded.stacks import of_template, parameter_strays
from assay.inputs.plan.embedded.syntax import UnreadableError, read_one
from assay.inputs.plan.embedded.tree import Resource, awscc, resource
from assay.model import Incomplete, Unknown, Unusable
from assay.model.addresses import Path

_STACKS = ("AWS::CloudFormation::Stack", "AWS::CloudFormation::StackSet")
_CALLS = {
    "ec2:runInstances": "AWS::EC2::Instance",
    "ec2:requestSpotFleet": "AWS::EC2::SpotFleet",
    "ec2:requestSpotInstances": "AWS::EC2::SpotInstances",
    "ec2:createFleet": "AWS::EC2::EC2Fleet",
    "ec2:createLaunchTemplate": "AWS::EC2::LaunchTemplate",
    "ec2:createLaunchTemplateVersion": "AWS::EC2::LaunchTemplate",
    "autoscaling:createLaunchConfiguration": "AWS::AutoScaling::LaunchConfiguration",
    "autoscaling:createAutoScalingGroup": "AWS::AutoScaling::AutoScalingGroup",
    "autoscaling:updateAutoScalingGroup": "AWS::AutoScaling::AutoScalingGroup",
    "batch:createComputeEnvironment": "AWS::Batch::ComputeEnvironment",
    "batch:updateComputeEnvironment": "AWS::Batch::ComputeEnvironment",
    "eks:createNodegroup": "AWS::EKS::Nodegroup",
    "eks:updateNodegroupVersion": "AWS::EKS::Nodegroup",
    "emr:runJobFlow": "AWS::EMR::Cluster",
    "cloudformation:createStack": _STACKS[0],
    "cloudformation:updateStack": _STACKS[0],
}
"""The calls that launch, or prepare a launch, and the types whose properties match the requests."""
_SDK = re.compile(r"arn:aws[a-z-]*:(?:scheduler|states):::aws-sdk:([a-z0-9]+:[A-Za-z]+)(?:\..+)?")
_READABLE = "write it as one JSON document"
_DEEPEST = 30


def cloud_control(holder: Holder) -> Contents:
    """Read a resource that Cloud Control creates from JSON."""
    kind, at = holder.value("type_name"), "desired_state"
    read = ("desired_state", "properties", "schema")
    if holder.is_open(at) or not isinstance(kind, str):
        return Contents(
            (Told((at,), _later(holder, kind, at)),) if _launches(kind) else (), read=read
        )
    text = holder.value(at)
    try:
        state = read_one(text) if isinstance(text, str) else None
    except UnreadableError as error:
        return Contents((Told((at,), Unusable(error.args[0], _READABLE)),), read=read)
    return _of(kind, state, (at,), holder, read)


def _later(holder: Holder, kind: Any, at: str) -> Unknown:
    references = holder.references(at if isinstance(kind, str) else "type_name")
    return Unknown(references)


def _launches(kind: Any) -> bool:
    """Whether resources of a type may launch something; true for an unknown type."""
    return not isinstance(kind, str) or kind in _STACKS or launches(awscc(kind))


def _of(kind: str, state: Any, at: Path, holder: Holder, read: tuple[str, ...] = ()) -> Contents:
    """Return the contents of a request for one type of resource."""
    if kind in _STACKS and isinstance(state, dict):
        return _stack(state, at, holder, read)
    made = resource(kind, at, state, is_new=holder.is_new)
    return Contents(resources=({"": made},), read=read)


def _stack(state: dict[str, Any], at: Path, holder: Holder, read: tuple[str, ...]) -> Contents:
    body, url = state.get("TemplateBody"), state.get("TemplateURL")
    given = _parameters(state.get("Parameters"))
    if isinstance(body, str):
        found = describe(body, (*at, "TemplateBody"), given, holder.place, is_new=holder.is_new)
        return of_template(found, given, read)
    told = list(parameter_strays(given, (*at, "Parameters")))
    if url is not None:
        reason = "a template that the plan does not contain, so what it launches is not known"
        told.append(Told((*at, "TemplateURL"), Incomplete(reason, CURE_BODY)))
    return Contents(tuple(told), read=read)


def _parameters(written: Any) -> Mapping[str, Any]:
    if isinstance(written, dict):
        return written
    pairs = [each for each in written or () if isinstance(each, dict)]
    return {str(each.get("ParameterKey")): each.get("ParameterValue") for each in pairs}


def schedule(holder: Holder) -> Contents:
    """Read the call that EventBridge Scheduler makes to `target`."""
    targets = holder.value("target")
    step: Path = ("target", 0)
    target = targets[0] if isinstance(targets, list) and targets else targets
    if isinstance(target, dict) and target is targets:
        step = ("target",)  # awscc
    if not isinstance(target, dict):
        return Contents()
    call = _call(target.get("arn"))
    at = (*step, "input")
    if call is None:
        return Contents()  # swept like any other text
    if holder.is_open(*at):
        return Contents((Told(at, Unknown(holder.references("target"))),), read=("target",))
    return _request(call, holder.value(*at), at, holder, ("target",))


def _request(kind: str, text: Any, at: Path, holder: Holder, read: tuple[str, ...]) -> Contents:
    try:
        state = read_one(text) if isinstance(text, str) else text
    except UnreadableError as error:
        return Contents(
            (Told(at, Unusable(f"is a request that {error.args[0]}", _READABLE)),), read=read
        )
    return _of(kind, state, at, holder, read)


def _call(arn: Any) -> str | None:
    found = _SDK.fullmatch(arn) if isinstance(arn, str) else None
    return _CALLS.get(found[1]) if found else None


def state_machine(holder: Holder) -> Contents:
    """Read the steps of a state machine that launch something, and the images named in other steps."""
    name = "definition" if "definition" in holder.after else "definition_string"
    text = holder.value(name)
    if not isinstance(text, str):
        return Contents()
    try:
        definition = read_one(text)
    except UnreadableError:
        return Contents()  # swept like any other text
    made: list[Mapping[str, Resource]] = []
    told: list[Told] = []
    explained: list[Path] = []
    for path, kind, request in _steps(definition, (name,), 0):
        contents = _of(kind, request, path, holder)
        explained.append(path)
        made.extend(contents.resources)
        told.extend(contents.told)
    for path, each, around in strings(definition, (name,)):
        if not any(path[: len(known)] == known for known in explained):
            told.extend(stray(path, named) for named in named_in(each))
            told.extend(stray(path, named) for named in templates_in(each, around))
    return Contents(tuple(told), tuple(made), (name,))


def _steps(tree: Any, path: Path, depth: int) -> Iterator[tuple[Path, str, Any]]:
    """Yield every step that launches something: the path of its request, its type and its request."""
    if depth > _DEEPEST:
        return
    if isinstance(tree, dict):
        kind = _call(tree.get("Resource"))
        for name in ("Parameters", "Arguments"):
            if kind and isinstance(tree.get(name), dict):
                yield (*path, name), kind, tree[name]
    items = (
        tree.items()
        if isinstance(tree, dict)
        else enumerate(tree)
        if isinstance(tree, list)
        else ()
    )
    for key, each in items:
        yield from _steps(each, (*path, key), depth + 1)
