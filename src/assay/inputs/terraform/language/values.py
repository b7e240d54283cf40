"""Properties of values in Terraform's terms: kind, size, and which parts are unknown.

Terraform distinguishes list from tuple and map from object, and gives nulls and empty collections a
type. An `HclValue` shows none of this. Whatever depends on it is uncertain: `UncertainError`.
"""

from collections.abc import Iterator, Sequence

from assay.inputs.terraform.syntax.expressions import HclValue, Ref, SetOf, Sure, UnknownValue
from assay.model.addresses import DECODED, Key, Step

MANY = 50_000
"""The most values within one value; a larger value is not walked."""
_DEPTH = 64
_VAGUE = (UnknownValue, list, dict)
_NO_KEYS = (DECODED, "image_id")
_COLLECTIONS = (list, dict)
_PRIMITIVES = frozenset({"text", "number", "bool"})


class OfInstance(Key):
    """An instance key as the plan states it. Terraform never derives one from a secret."""

    __slots__ = ()


class UncertainError(Exception):
    """The values alone do not determine what Terraform would compute here."""


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
    """The kinds of the values that are neither null nor unknown."""
    return frozenset(map(kind, values)) - {"null", "unknown"}


def primitive(names: frozenset[str]) -> bool:
    """Whether these kinds are only text, number and bool."""
    return names <= _PRIMITIVES


def mixed(values: Sequence[HclValue]) -> bool:
    """Whether these certainly have several types, so that only a tuple or object can hold them."""
    return len(kinds(values)) > 1


def below(value: HclValue) -> list[HclValue]:
    """The elements of a list, set or map."""
    if isinstance(value, dict):
        return list(value.values())
    return list(value) if isinstance(value, list) else []


def _leaves(values: Sequence[HclValue]) -> Iterator[HclValue]:
    """All values below that are not collections, in order, plus the empty collections."""
    # Locals share the values they are made of. Ten levels of { a = local.x, b = local.x } would
    # visit x a thousand times, so collections already visited are skipped.
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
    """Every text in it, including keys; a shared part is visited once."""
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
    """An unknown value made of these values: only what it depends on is known."""
    leaves = _leaves(values)
    unknown = (leaf.refs for leaf in leaves if isinstance(leaf, UnknownValue))
    return UnknownValue(tuple(dict.fromkeys(ref for refs in unknown for ref in refs)))


def step_below(value: UnknownValue, step: Step) -> UnknownValue:
    """The part at `step` of an unknown value."""
    # `data.aws_ami.x` leads to `data.aws_ami.x.id`; `merge(data.aws_ami.x, {…}).id` may differ
    if not value.passed_on:
        return unknown_of(value)
    refs = (Ref(ref.module, (*ref.steps, step)) for ref in value.refs)
    return UnknownValue(tuple(refs), passed_on=True)


def without_keys(value: HclValue) -> HclValue:
    """The value without keys in its references: keys may be secret, and reports show them."""
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
    """The steps; only those up to the block if the rest names more than an attribute or two."""
    # A key looks like an attribute: terraform_data.x["key"].output, and aws_ami.x.id
    start = 3 if steps[:1] == ("data",) else 2
    start += any(isinstance(step, OfInstance) for step in steps[start : start + 1])
    keys = [step for step in steps[start:] if isinstance(step, str) and step not in _NO_KEYS]
    return steps[:start] if len(keys) > 1 else steps


def is_known(value: HclValue) -> bool:
    """Whether it contains nothing unknown at any depth."""
    if isinstance(value, str):
        return True  # the most common case
    return not any(isinstance(leaf, UnknownValue) for leaf in _leaves([value]))


def is_sure(value: HclValue) -> bool:
    """Whether Terraform will certainly find a value for everything unknown in it."""
    return not any(
        isinstance(leaf, UnknownValue) and leaf.sure is Sure.NOTHING for leaf in _leaves([value])
    )


def certain(*values: HclValue) -> bool:
    """Whether these contain, at any depth, no null, no empty collection and nothing unknown, except
    what is certain to be text.

    For such values it is certain whether Terraform fails. Others may have a type that makes
    Terraform fail where the functions here return a value; `try` and `can` must allow for that.
    """
    return all(
        isinstance(leaf, str)
        or not (leaf is None or (isinstance(leaf, _VAGUE) and not is_text(leaf)))
        for leaf in _leaves(values)
    )


def is_text(value: HclValue) -> bool:
    """Whether it is unknown, but certainly non-empty text."""
    return isinstance(value, UnknownValue) and value.is_text


def has_null(value: HclValue) -> bool:
    """Whether it contains a null at any depth."""
    return any(leaf is None for leaf in _leaves([value]))


def require_small(*values: HclValue) -> None:
    """Raise `UncertainError` if the values are too large or too deep to walk."""
    sizes: dict[int, int] = {}
    if sum(_nodes(value, 0, sizes) for value in values) > MANY:
        raise UncertainError


def nodes(value: HclValue) -> int:
    """The number of values in it, counting shared ones each time; `MANY` or more means many."""
    # Writing a value out repeats the shared parts each time: doubling on every line gives 2**50
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
