"""What a value is to Terraform: its kind, its size, and what is not known of it.

Terraform tells list from tuple and map from object, and gives nulls and empty collections a type.
None of that shows in a `HclValue`. What depends on it is not certain, and raises `UncertainError`.
"""

from collections.abc import Iterator, Sequence

from assay.inputs.terraform.syntax.expressions import HclValue, Ref, SetOf, Sure, UnknownValue
from assay.model.addresses import DECODED, Key, Step

MANY = 50_000
"""Values within a value; one that holds more is not gone through."""
_DEPTH = 64
_VAGUE = (UnknownValue, list, dict)
_NO_KEYS = (DECODED, "image_id")
_COLLECTIONS = (list, dict)
_PRIMITIVES = frozenset({"text", "number", "bool"})


class OfInstance(Key):
    """The key of an instance, as a plan tells it: Terraform takes it from nothing that is secret."""

    __slots__ = ()


class UncertainError(Exception):
    """What Terraform would compute here does not follow from the values alone."""


# --------------------------------------------------------------------------------- kinds


def kind(value: HclValue) -> str:
    """One of null, bool, number, text, set, list, map, unknown."""
    if value is None:
        return "null"
    if isinstance(value, str):
        return "text"
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, SetOf):
        return "set"
    if isinstance(value, list):
        return "list"
    return "map" if isinstance(value, dict) else "unknown"


def kinds(values: Sequence[HclValue]) -> frozenset[str]:
    """The kinds of what is neither null nor unknown."""
    return frozenset(map(kind, values)) - {"null", "unknown"}


def primitive(names: frozenset[str]) -> bool:
    """Whether these kinds are text, number and bool at most."""
    return names <= _PRIMITIVES


def mixed(values: Sequence[HclValue]) -> bool:
    """Whether these are certainly of several types: then what holds them is a tuple or object."""
    return len(kinds(values)) > 1


def below(value: HclValue) -> list[HclValue]:
    """The elements of a list, set or map."""
    if isinstance(value, dict):
        return list(value.values())
    return list(value) if isinstance(value, list) else []


def _leaves(values: Sequence[HclValue]) -> Iterator[HclValue]:
    """Everything below that is no collection, in order, and the empty collections."""
    # Locals share what they are made of: { a = local.x, b = local.x } ten times over is a thousand of x
    # for whoever does not look whether he was there already.
    stack = list(reversed(values))
    seen: set[int] = set()
    while stack:
        value = stack.pop()
        if not isinstance(value, _COLLECTIONS) or not value:
            yield value
        elif id(value) not in seen:
            seen.add(id(value))
            stack.extend(reversed(below(value)))


def texts(value: HclValue) -> Iterator[str]:
    """Every text in it, keys included; what is shared comes once."""
    stack = [value]
    seen: set[int] = set()
    while stack:
        here = stack.pop()
        if isinstance(here, str):
            yield here
        elif isinstance(here, _COLLECTIONS) and id(here) not in seen:
            seen.add(id(here))
            stack.extend([*here, *here.values()] if isinstance(here, dict) else here)


def unknown_of(*values: HclValue) -> UnknownValue:
    """Something made of these values, of which nothing is known but what it depends on."""
    leaves = _leaves(values)
    unknown = (leaf.refs for leaf in leaves if isinstance(leaf, UnknownValue))
    return UnknownValue(tuple(dict.fromkeys(ref for refs in unknown for ref in refs)))


def step_below(value: UnknownValue, step: Step) -> UnknownValue:
    """What stands at `step` of something unknown."""
    # `data.aws_ami.x` leads to `data.aws_ami.x.id`; `merge(data.aws_ami.x, {…}).id` may be another one
    if not value.passed_on:
        return unknown_of(value)
    refs = (Ref(ref.module, (*ref.steps, step)) for ref in value.refs)
    return UnknownValue(tuple(refs), passed_on=True)


def without_keys(value: HclValue) -> HclValue:
    """The value, where what it depends on has no keys, which may be secret: reports show those."""
    match value:
        case UnknownValue(refs, passed_on, sure):
            short = tuple(Ref(ref.module, _block(ref.steps)) for ref in refs)
            same = short == refs
            return UnknownValue(short, passed_on and same, sure if same else Sure.NOTHING)
        case SetOf():
            return SetOf(map(without_keys, value))
        case list():
            return [without_keys(item) for item in value]
        case dict():
            return {key: without_keys(item) for key, item in value.items()}
    return value


def _block(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """The steps, or those to the block where further ones name more than an attribute or two."""
    # A key cannot be told from an attribute: terraform_data.x["key"].output, and aws_ami.x.id
    start = 3 if steps[:1] == ("data",) else 2
    start += any(isinstance(step, OfInstance) for step in steps[start : start + 1])
    keys = [step for step in steps[start:] if isinstance(step, str) and step not in _NO_KEYS]
    return steps[:start] if len(keys) > 1 else steps


def is_known(value: HclValue) -> bool:
    """Whether nothing in it, however deep, is unknown."""
    if isinstance(value, str):
        return True  # as most are
    return not any(isinstance(leaf, UnknownValue) for leaf in _leaves([value]))


def is_sure(value: HclValue) -> bool:
    """Whether of all that is unknown in it something is certain: that Terraform finds it."""
    return not any(
        isinstance(leaf, UnknownValue) and leaf.sure is Sure.NOTHING for leaf in _leaves([value])
    )


def certain(*values: HclValue) -> bool:
    """Whether these hold no null, no empty collection and nothing unknown, however deep, but for
    what is certain to be text.

    Of such values it is certain whether Terraform fails. Others may have a type that makes it fail
    where the functions here return a value; `try` and `can` have to reckon with that.
    """
    return all(
        isinstance(leaf, str)
        or not (leaf is None or (isinstance(leaf, _VAGUE) and not is_text(leaf)))
        for leaf in _leaves(values)
    )


def is_text(value: HclValue) -> bool:
    """Whether it is unknown, and certainly text that is not empty."""
    return isinstance(value, UnknownValue) and value.is_text


def has_null(value: HclValue) -> bool:
    """Whether there is a null in it, however deep."""
    return any(leaf is None for leaf in _leaves([value]))


def require_small(*values: HclValue) -> None:
    """Refuse what is too large or too deep to go through."""
    sizes: dict[int, int] = {}
    if sum(_nodes(value, 0, sizes) for value in values) > MANY:
        raise UncertainError


def nodes(value: HclValue) -> int:
    """How many values there are in it, what is shared counted each time; `MANY` or more: many."""
    # Whoever writes a value out, writes what is shared each time: a doubling line after line is 2**50
    return _nodes(value, 0, {})


def _nodes(value: HclValue, depth: int, sizes: dict[int, int]) -> int:
    if not isinstance(value, _COLLECTIONS):
        return 1
    if depth > _DEPTH:
        return MANY + 1
    if id(value) not in sizes:
        total = 1
        for item in below(value):
            total += _nodes(item, depth + 1, sizes)
            if total > MANY:
                break
        sizes[id(value)] = total
    return sizes[id(value)]
