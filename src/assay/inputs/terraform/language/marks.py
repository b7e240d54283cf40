"""Secrecy that travels with a value, as Terraform's marks do: what is made of a secret is secret.

A mark stands on a whole value or on something within it: of `{ a = var.secret, b = "x" }` on `a`
alone. It stands beside the value: operators and functions never see one, and a value that nothing
marks, as nearly all are, is a plain one. What is not known to leave something open hides it.

Facts: HCL, "hclsyntax" (how each form of expression hands marks on); go-cty, "function.Spec"
(`AllowMarked`: other functions mark all that they return). `tests/terraform/code/sensitive` holds
this against Terraform.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias, TypeGuard

import msgspec

from assay.inputs.terraform.language.arguments import flag_of
from assay.inputs.terraform.language.values import unknown_of, without_keys
from assay.inputs.terraform.syntax.expressions import HclValue, SetOf, Sure, UnknownValue
from assay.model.addresses import Step


class Marks(msgspec.Struct, frozen=True, gc=False):
    """What of a value is secret: all of it, or what stands at some steps below it, or nothing."""

    own: bool = False
    below: "Mapping[Step, Marks]" = {}
    """Kept where `own` is set, too: `nonsensitive(sensitive({ a = var.secret }))` opens the outer
    mark alone."""

    def __bool__(self) -> bool:
        return self.own or bool(self.below)

    def at(self, step: Step) -> "Marks":
        """Of what stands at a step: a secret collection has secret elements."""
        inner = self.below.get(step, OPEN)
        return Marks(self.own or inner.own, inner.below)

    def inside(self, step: Step) -> "Marks":
        """Of what stands at a step, but for what comes from the collection around it."""
        return self.below.get(step, OPEN)


OPEN = Marks()
SECRET = Marks(own=True)


class Marked(msgspec.Struct, frozen=True, gc=False):
    """A value of which something is secret. It stands in no other value, nor on another mark."""

    value: HclValue
    marks: Marks


MaybeMarked: TypeAlias = "HclValue | Marked"
"""What an expression comes to. Whoever reads the value has to say what becomes of its marks."""


def bare(value: MaybeMarked) -> HclValue:
    """The value without its marks."""
    return value.value if isinstance(value, Marked) else value


def marks_of(value: MaybeMarked) -> Marks:
    """What is secret in a value."""
    return value.marks if isinstance(value, Marked) else OPEN


SPECIAL = (Marked, UnknownValue)
"""What may be secret: any other value is open, which is found out fast."""


def is_secret(value: MaybeMarked) -> bool:
    """Whether anything in it is secret. The value of a parameter may be: AWS does not say before it
    is read.
    """
    if isinstance(value, UnknownValue):
        return value.sure is Sure.TEXT
    return isinstance(value, Marked)


def marked(value: MaybeMarked, marks: Marks) -> MaybeMarked:
    """The value with these marks besides those that it has; what they do not fit is all secret."""
    found = bare(value)
    marks = _both(value.marks, marks) if isinstance(value, Marked) else marks
    fitting = _fitting(found, marks) if marks.below else marks
    return Marked(found, fitting) if fitting else found


def secret(value: MaybeMarked) -> Marked:
    """The value as one that is secret as a whole."""
    if isinstance(value, Marked):
        return Marked(value.value, Marks(own=True, below=value.marks.below))
    return Marked(value, SECRET)


def over(operation: Callable[..., HclValue], *values: MaybeMarked) -> MaybeMarked:
    """What an operation makes of values; secret where anything in one of them is."""
    for value in values:
        if isinstance(value, SPECIAL):
            result = operation(*map(bare, values))
            return secret(result) if any(map(is_secret, values)) else result
    return operation(*values)


def unknown(*values: MaybeMarked) -> MaybeMarked:
    """Something made of these values, of which nothing is known but what it depends on."""
    found = unknown_of(*map(bare, values))
    return secret(found) if any(isinstance(value, Marked) for value in values) else found


def of_branches(
    test: MaybeMarked, branches: Sequence[MaybeMarked], result: HclValue
) -> MaybeMarked:
    """The result of a conditional: the marks of its test and of both branches are on it (before HCL 2.23
    only those of the branch that is taken), and those of elements stay with them.
    """
    if not any(map(is_secret, (test, *branches))):
        return result
    tested = bare(test)
    made = isinstance(result, UnknownValue) and not result.passed_on
    if is_secret(test) or made or isinstance(tested, UnknownValue):
        # `var.secret == "x" ? "ami-1" : "ami-2"`: either tells what the secret is, or is not
        hides = is_secret(test) or any(isinstance(branch, Marked) for branch in branches)
        return secret(result) if hides else result
    taken, other = branches if flag_of(tested) else reversed(branches)
    # A parameter that is not taken hides what is known, as in Terraform. What is looked up instead of
    # it is followed by its keys, which a mark would take away.
    a_parameter = isinstance(other, UnknownValue) and is_secret(other)
    hides = marks_of(other).own or (a_parameter and not isinstance(result, UnknownValue))
    found = marked(result, marks_of(taken))
    return secret(found) if hides else found


def untold(*values: MaybeMarked) -> MaybeMarked:
    """Something made of these values, of which not even that is told."""
    hidden = any(isinstance(value, Marked) for value in values)
    return Marked(UnknownValue(), SECRET) if hidden else UnknownValue()


def plain(values: Sequence[MaybeMarked]) -> list[HclValue]:
    """Values without their marks."""
    return [value.value if isinstance(value, Marked) else value for value in values]


def as_list(items: Sequence[MaybeMarked]) -> MaybeMarked:
    """Elements as a list, each with its own marks."""
    values = plain(items)
    below: dict[Step, Marks] = {}
    for at, item in enumerate(items):
        if isinstance(item, Marked):
            below[at] = item.marks
    return Marked(values, Marks(below=below)) if below else values


def as_map(items: Mapping[str, MaybeMarked]) -> MaybeMarked:
    """Elements as a map, each with its own marks."""
    values: dict[str, HclValue] = {}
    below: dict[Step, Marks] = {}
    for key, item in items.items():
        if isinstance(item, Marked):
            values[key], below[key] = item.value, item.marks
        else:
            values[key] = item
    return Marked(values, Marks(below=below)) if below else values


def element(of: MaybeMarked, step: Step, value: HclValue) -> MaybeMarked:
    """What stands at a step of a value, with the marks that it has there."""
    return marked(value, of.marks.at(step)) if isinstance(of, Marked) else value


def elements(of: MaybeMarked) -> Sequence[MaybeMarked]:
    """The elements of a list, with their own marks and not that of the list."""
    items = bare(of)
    if not isinstance(items, list):
        return ()
    marks = marks_of(of)
    return [marked(item, marks.inside(at)) for at, item in enumerate(items)] if marks else items


def entries(of: MaybeMarked) -> Sequence[tuple[str, MaybeMarked]]:
    """The keys and elements of a map in order, likewise."""
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
    """The marks, if they can stand on this value: a set and an unknown value have no elements of
    which one alone is marked, and of an object that has lost an attribute its mark is gone, too.
    """
    # The last is what conversions do: of { ami = "x", password = var.secret } as object({ ami =
    # string }) nothing is secret. What turns elements about (`transpose`) does not come here.
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
    """The mask that a plan has beside a value: true where all is secret that stands there."""
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
    """The value, where what secret parts depend on has no keys: reports show those."""
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
