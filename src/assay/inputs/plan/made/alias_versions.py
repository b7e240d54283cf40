"""Aliases that are made of a parameter: whose name stands before a version decides, and what it names there."""

from assay.inputs.plan.trails.ends import Ended
from assay.inputs.plan.trails.trail import End, Target
from assay.model import ALIAS, Place, Unknown, Unplaced, same_place

_NAMES = (("arn",), ("id",), ("name",))


def unnamed(ends: Ended) -> Unknown | None:
    """What is not known, where one of some ends is a version beside which nobody is named."""
    found = next((end for end in ends if not _is_named(end, ends)), None)
    return Unknown((found.name,)) if found else None


def _is_named(end: End, ends: Ended) -> bool:
    """Whether an alias that is made of a parameter's version is made of its name, too.

    `resolve:ssm:/other:${aws_ssm_parameter.x.version}` is an alias of the other: a plan does not show
    what stands before the version, and code that does has it as a step behind it.
    """
    if not (isinstance(end, Target) and end.path[:1] == ("version",)):
        return True
    resource = end.resource
    if resource.change.type != "aws_ssm_parameter":
        return True
    match end.path[1:]:
        case (str(text),):
            return bool(resource.value(("name",)) == text.removeprefix(ALIAS))
    return any(
        isinstance(other, Target) and other.resource is resource and other.path[:1] in _NAMES
        for other in ends
    )


def leads_there(parameter: Target, own: Place | Unplaced, at: Place | Unplaced) -> bool:
    """Whether a name of a parameter that stands in one place means it in the other, where EC2 reads it.

    A name is there for anybody to choose: elsewhere it may be another parameter's. An ARN may lead to
    another account (AWS Systems Manager, "Working with shared parameters"), in the same Region.
    """
    if parameter.path[:1] == ("arn",) and isinstance(own, Place) and isinstance(at, Place):
        return (own.partition, own.region) == (at.partition, at.region)
    return same_place(own, at)
