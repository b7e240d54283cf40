"""What is made of several things that a value can be: each of them is judged, or nobody knows."""

from collections.abc import Iterable
from itertools import islice

from assay.inputs.plan.document.values import parse_instance
from assay.inputs.plan.document.walk import texts
from assay.inputs.plan.trails.known import images_in
from assay.inputs.plan.trails.trail import End, Fixed, Target
from assay.model import AnyOf, InstanceRef, Made, Planned, Unknown, Value, alternatives

MOST = 100
"""So many images at most are judged for one reference."""


def any_of(ends: Iterable[End], values: list[Value]) -> Value:
    """The one value that all ends agree on, or any of them; unknown where one of them is.

    Two copies of one image are as good as one: what is judged is their source.
    """
    return agreed(values) or unknown_from(ends)


def agreed(values: list[Value]) -> Value | None:
    """The one value that all agree on, or any of them; None if they are none, or too many."""
    for value in values:
        if isinstance(value, Unknown):
            return value
    distinct = {_essence(value): value for value in reversed(values)}
    if len(distinct) == 1:
        return next(iter(distinct.values()))
    if distinct and sum(len(alternatives(value)) for value in distinct.values()) <= MOST:
        return AnyOf(tuple(reversed(distinct.values())))
    return None


def unknown_from(ends: Iterable[End]) -> Unknown:
    """What is not known, with the first of all that it comes from."""
    names = dict.fromkeys(
        end.resource.change.address if isinstance(end, Target) else end.reference for end in ends
    )
    return Unknown(tuple(islice(names, MOST)))


def _essence(value: Value) -> object:
    """What two values have in common when they come from the same image in the same way."""
    match value:
        case Made(_, how, source, place, sensitive):
            return Made, how, _essence(source), place, sensitive
        case Planned(_, inner, moving, sensitive):
            return _essence(inner), moving, sensitive
        case AnyOf(values):
            return AnyOf, tuple(map(_essence, values))
    return value


def fixed_images(end: Fixed) -> list[Value]:
    """The images in a known value; where it can only decide, and is read as such, it is unknown."""
    found = images_in(end.value)
    if not found and end.late and not end.wide:
        return [Unknown((end.reference,))]
    return [Planned(end.reference, each, sensitive=end.sensitive) for each in found]


def instances_in(value: object) -> list[InstanceRef]:
    """The ids of instances anywhere in a known value."""
    found = (parse_instance(text) for text in dict.fromkeys(texts(value)))
    return [each for each in found if isinstance(each, InstanceRef)]


def targets(ends: Iterable[End], start: str) -> list[Target] | Unknown:
    """The resources at the ends; unknown where a known text of this start could be meant instead."""
    found: list[Target] = []
    for end in ends:
        if isinstance(end, Target):
            found.append(end)
        elif not end.wide and any(text.startswith(start) for text in texts(end.value)):
            return Unknown((end.reference,))
    return found
