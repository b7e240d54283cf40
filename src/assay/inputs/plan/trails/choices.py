"""Combines several possible values: each of them is judged, or the result is unknown."""

from collections.abc import Iterable
from itertools import islice

from assay.inputs.plan.document.values import parse_instance
from assay.inputs.plan.document.walk import texts
from assay.inputs.plan.trails.known import images_in
from assay.inputs.plan.trails.trail import End, Fixed, Target
from assay.model import AnyOf, InstanceRef, Made, Planned, Unknown, Value, alternatives

MOST = 100
"""The largest number of images that are judged for one reference."""


def any_of(ends: Iterable[End], values: list[Value]) -> Value:
    """Return the value that all ends agree on, or any of them; unknown if one of them is.

    Two copies of one image count as one, because their source is judged.
    """
    return agreed(values) or unknown_from(ends)


def agreed(values: list[Value]) -> Value | None:
    """Return the value that all agree on, or any of them; None if there are none or too many."""
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
    """Return an unknown value with the names of what it comes from."""
    names = dict.fromkeys(
        end.resource.change.address if isinstance(end, Target) else end.reference for end in ends
    )
    return Unknown(tuple(islice(names, MOST)))


def _essence(value: Value) -> object:
    """Return a key that is equal for values that come from the same image in the same way."""
    match value:
        case Made(_, how, source, place, sensitive):
            return Made, how, _essence(source), place, sensitive
        case Planned(_, inner, moving, sensitive):
            return _essence(inner), moving, sensitive
        case AnyOf(values):
            return AnyOf, tuple(map(_essence, values))
    return value


def fixed_images(end: Fixed) -> list[Value]:
    """Return the images in a known value; unknown if it has none but may select one later."""
    found = images_in(end.value)
    if not found and end.late and not end.wide:
        return [Unknown((end.reference,))]
    return [Planned(end.reference, each, sensitive=end.sensitive) for each in found]


def instances_in(value: object) -> list[InstanceRef]:
    """Return the instance ids anywhere in a known value."""
    found = (parse_instance(text) for text in dict.fromkeys(texts(value)))
    return [each for each in found if isinstance(each, InstanceRef)]


def targets(ends: Iterable[End], start: str) -> list[Target] | Unknown:
    """Return the resources at the ends; unknown if a known text with this prefix may be meant."""
    found: list[Target] = []
    for end in ends:
        if isinstance(end, Target):
            found.append(end)
        elif not end.wide and any(text.startswith(start) for text in texts(end.value)):
            return Unknown((end.reference,))
    return found
