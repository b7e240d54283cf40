"""Secrecy that travels with a value, like Terraform's marks: what is made of a secret is secret.

A mark is on a whole value or on a part of it: in `{ a = var.secret, b = "x" }` only `a` is marked.
Marks are kept beside the value, so operators and functions never see one, and an unmarked value
(almost every value) is a plain one. An operation hides its result unless it is known not to.

Facts: HCL, "hclsyntax" (how each form of expression passes on marks); go-cty, "function.Spec"
(`AllowMarked`; all other functions mark everything they return). `tests/terraform/code/sensitive`
compares this with Terraform.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias, TypeGuard

import msgspec

from assay.inputs.terraform.language.arguments import flag_of
from assay.inputs.terraform.language.values import unknown_of, without_keys
from assay.inputs.terraform.syntax.expressions import HclValue, SetOf, Sure, UnknownValue
from assay.model.addresses import Step


class Marks(msgspec.Struct, frozen=True, gc=False):
    """Which parts of a value are secret: all of it, the parts at some steps below it, or none."""

    own: bool = False
    below: "Mapping[Step, Marks]" = {}
    """Kept even when `own` is set: `nonsensitive(sensitive({ a = var.secret }))` removes only the
    outer mark."""

    def __bool__(self) -> bool:
        return self.own or bool(self.below)

    def at(self, step: Step) -> "Marks":
        """The marks of the part at a step: the elements of a secret collection are secret."""
        inner = self.below.get(step, OPEN)
        return Marks(self.own or inner.own, inner.below)

    def inside(self, step: Step) -> "Marks":
        """The marks of the part at a step, without those of the collection around it."""
        return self.below.get(step, OPEN)


OPEN = Marks()
SECRET = Marks(own=True)


class Marked(msgspec.Struct, frozen=True, gc=False):
    """A value with a secret part. It is never inside another value, and never marked again."""

    value: HclValue
    marks: Marks


MaybeMarked: TypeAlias = "HclValue | Marked"
"""The result of an expression. Code that reads the value must decide what happens to its marks."""


def bare(value: MaybeMarked) -> HclValue:
    """The value without its marks."""
    return value.value if isinstance(value, Marked) else value


def marks_of(value: MaybeMarked) -> Marks:
    """What is secret in a value."""
    return value.marks if isinstance(value, Marked) else OPEN


SPECIAL = (Marked, UnknownValue)
"""The types that may be secret. All other values are open, and this is quick to check."""


def is_secret(value: MaybeMarked) -> bool:
    """Whether any part of the value is secret. A parameter's value may be: AWS does not say so
    until the parameter is read.
    """
    if isinstance(value, UnknownValue):
        return value.sure is Sure.TEXT
    return isinstance(value, Marked)


def marked(value: MaybeMarked, marks: Marks) -> MaybeMarked:
    """Add these marks to those the value has; if some do not fit the value, all of it is secret."""
    found = bare(value)
    marks = _both(value.marks, marks) if isinstance(value, Marked) else marks
    fitting = _fitting(found, marks) if marks.below else marks
    return Marked(found, fitting) if fitting else found


def secret(value: MaybeMarked) -> Marked:
    """Mark the value as secret as a whole."""
    if isinstance(value, Marked):
        return Marked(value.value, Marks(own=True, below=value.marks.below))
    return Marked(value, SECRET)


def over(operation: Callable[..., HclValue], *values: MaybeMarked) -> MaybeMarked:
    """The result of an operation on values; secret if any part of any of them is."""
    for value in values:
        if isinstance(value, SPECIAL):
            result = operation(*map(bare, values))
            return secret(result) if any(map(is_secret, values)) else result
    return operation(*values)


def unknown(*values: MaybeMarked) -> MaybeMarked:
    """An unknown value made of these values: only what it depends on is known."""
    found = unknown_of(*map(bare, values))
    return secret(found) if any(isinstance(value, Marked) for value in values) else found


def of_branches(
    test: MaybeMarked, branches: Sequence[MaybeMarked], result: HclValue
) -> MaybeMarked:
    """The result of a conditional. It has the marks of the test and of both branches (before HCL
    2.23: only of the branch taken). The marks of elements stay on the elements.
    """
    if not any(map(is_secret, (test, *branches))):
        return result
    tested = bare(test)
    made = isinstance(result, UnknownValue) and not result.passed_on
    if is_secret(test) or made or isinstance(tested, UnknownValue):
        # `var.secret == "x" ? "ami-1" : "ami-2"`: either result reveals something about the secret
        hides = is_secret(test) or any(isinstance(branch, Marked) for branch in branches)
        return secret(result) if hides else result
    taken, other = branches if flag_of(tested) else reversed(branches)
    # A parameter that is not taken hides a known result, as in Terraform. But an unknown result
    # that is looked up instead is traced by its keys, and a mark would remove those.
    a_parameter = isinstance(other, UnknownValue) and is_secret(other)
    hides = marks_of(other).own or (a_parameter and not isinstance(result, UnknownValue))
    found = marked(result, marks_of(taken))
    return secret(found) if hides else found


def untold(*values: MaybeMarked) -> MaybeMarked:
    """An unknown value made of these values, which does not even say what it depends on."""
    hidden = any(isinstance(value, Marked) for value in values)
    return Marked(UnknownValue(), SECRET) if hidden else UnknownValue()


def plain(values: Sequence[MaybeMarked]) -> list[HclValue]:
    """The values without their marks."""
    return [value.value if isinstance(value, Marked) else value for value in values]


def as_list(items: Sequence[MaybeMarked]) -> MaybeMarked:
    """The elements as a list, each with its own marks."""
    values = plain(items)
    below: dict[Step, Marks] = {}
    for at, item in enumerate(items):
        if isinstance(item, Marked):
            below[at] = item.marks
    return Marked(values, Marks(below=below)) if below else values


def as_map(items: Mapping[str, MaybeMarked]) -> MaybeMarked:
    """The elements as a map, each with its own marks."""
    values: dict[str, HclValue] = {}
    below: dict[Step, Marks] = {}
    for key, item in items.items():
        if isinstance(item, Marked):
            values[key], below[key] = item.value, item.marks
        else:
            values[key] = item
    return Marked(values, Marks(below=below)) if below else values


def element(of: MaybeMarked, step: Step, value: HclValue) -> MaybeMarked:
    """The part at a step of a value, with the marks it has there."""
    return marked(value, of.marks.at(step)) if isinstance(of, Marked) else value


def elements(of: MaybeMarked) -> Sequence[MaybeMarked]:
    """The elements of a list, with their own marks but without the list's."""
    items = bare(of)
    if not isinstance(items, list):
        return ()
    marks = marks_of(of)
    return [marked(item, marks.inside(at)) for at, item in enumerate(items)] if marks else items


def entries(of: MaybeMarked) -> Sequence[tuple[str, MaybeMarked]]:
    """The keys and elements of a map in order, with their own marks but without the map's."""
    items = bare(of)
    if not isinstance(items, dict):
        return ()
    marks = marks_of(of)
    pairs = sorted(items.items())
    return [(key, marked(item, marks.inside(key))) for key, item in pairs] if marks else pairs


def _both(one: Marks, other: Marks) -> Marks:
    steps = one.below.keys() | other.below.keys()
    below = {step: _both(one.inside(step), other.inside(step)) for step in steps}
    return Marks(one.own or other.own, below)


def _fitting(value: HclValue, marks: Marks) -> Marks:
    """The marks as far as they can apply to this value. A set or an unknown value cannot have a
    mark on a single element, and an attribute that an object has lost takes its mark with it.
    """
    # Conversions lose attributes: { ami = "x", password = var.secret } as object({ ami = string })
    # contains nothing secret. Functions that rearrange elements (`transpose`) do not get here.
    own = marks.own
    below: dict[Step, Marks] = {}
    for step, inner in marks.below.items():
        if isinstance(value, dict) and isinstance(step, str):
            if step in value:
                below[step] = _fitting(value[step], inner)
        elif _has_order(value) and isinstance(step, int) and step < len(value):
            below[step] = _fitting(value[step], inner)
        else:
            own = True
    return Marks(own, below)


def _has_order(value: HclValue) -> TypeGuard[list[HclValue]]:
    return isinstance(value, list) and not isinstance(value, SetOf)


# ------------------------------------------------------------------------------ in a plan's words


def mask(value: HclValue, marks: Marks) -> Any:
    """The mask that a plan puts beside a value: true where the whole part is secret."""
    return _mask(value, _fitting(value, marks))


def _mask(value: HclValue, marks: Marks) -> Any:
    if marks.own or not marks:
        return marks.own
    if isinstance(value, dict):
        return {name: _mask(value[name], inner) for name, inner in _named(marks)}
    items = value if isinstance(value, list) else []
    return [_mask(item, marks.inside(at)) for at, item in enumerate(items)]


def _named(marks: Marks) -> Iterator[tuple[str, Marks]]:
    return ((step, inner) for step, inner in marks.below.items() if isinstance(step, str))


def without_secret_keys(value: MaybeMarked) -> MaybeMarked:
    """The value, with the keys removed from what its secret parts depend on: reports show keys."""
    if not isinstance(value, Marked):
        return value
    return Marked(_without_keys(value.value, value.marks), value.marks)


def _without_keys(value: HclValue, marks: Marks) -> HclValue:
    if marks.own:
        return without_keys(value)
    if isinstance(value, dict):
        inside = {name: _without_keys(value[name], inner) for name, inner in _named(marks)}
        return {**value, **inside}
    if isinstance(value, list):
        return [_without_keys(item, marks.inside(at)) for at, item in enumerate(value)]
    return value
