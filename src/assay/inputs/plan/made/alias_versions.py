"""Aliases made from a parameter's version: the name before the version decides what they mean."""

from assay.inputs.plan.trails.ends import Ended
from assay.inputs.plan.trails.trail import Target
from assay.model import ALIAS, Place, Unknown, Unplaced, Value, same_place

_NAMES = (("arn",), ("id",), ("name",))


def unnamed(ends: Ended) -> list[Value]:
    """Return unknown values for versions of parameters that are read without a name.

    `resolve:ssm:/other:${aws_ssm_parameter.x.version}` is an alias of the other parameter. A plan
    does not show the name before the version; code does, as a step after it.
    """
    of_parameters = [
        end
        for end in ends
        if isinstance(end, Target) and end.resource.change.type == "aws_ssm_parameter"
    ]
    named = {id(end.resource) for end in of_parameters if end.path[:1] in _NAMES}
    return [
        Unknown((end.name,))
        for end in of_parameters
        if end.path[:1] == ("version",) and not _is_named(end, named)
    ]


def _is_named(end: Target, named: set[int]) -> bool:
    """Whether the name before a version is the name of the same parameter."""
    match end.path[1:]:
        case (str(text),):
            return bool(end.resource.value(("name",)) == text.removeprefix(ALIAS))
    return id(end.resource) in named


def leads_there(parameter: Target, own: Place | Unplaced, at: Place | Unplaced) -> bool:
    """Whether a name or ARN of a parameter in one place means that parameter where EC2 reads it.

    Names are chosen freely, so in another place the same name may be another parameter's. An ARN
    may lead to another account (AWS Systems Manager, "Working with shared parameters"), in the same
    Region.
    """
    if parameter.path[:1] == ("arn",) and isinstance(own, Place) and isinstance(at, Place):
        return (own.partition, own.region) == (at.partition, at.region)
    return same_place(own, at)
