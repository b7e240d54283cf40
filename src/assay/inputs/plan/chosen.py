"""Images that AWS services choose if nothing else provides one, and what the choice depends on."""

import re
from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from functools import cache
from typing import Any

from msgspec import Struct

from assay.inputs.plan.document.configuration import Configured
from assay.inputs.plan.document.narrow import Narrowed
from assay.inputs.plan.document.walk import Leaf, leaves
from assay.inputs.surface import Choice, Elsewhere, Form, Row
from assay.model import ServiceImage, Unknown, Unusable, Value
from assay.model.addresses import Step


class Said(Struct, frozen=True):
    """What a row says about an image, and at which leaf."""

    row: Row
    leaf: Leaf
    value: Value
    elsewhere: Elsewhere | None = None
    """What the leaf leads to, if that decides about the image."""


class _Is(Enum):
    YES = "met"
    NO = "not met"
    OPEN = "not known"


class Resource(Struct, frozen=True):
    """A resource through which a service launches something, as far as it is known."""

    view: Narrowed
    configured: Configured | None

    def leaves(self, path: str, around: tuple[Step, ...]) -> Iterator[Leaf]:
        """Yield the leaves at a path in the block at `around`, or in a block around that one."""
        view = self.view
        for leaf in leaves(path, view.after, view.unknown, view.sensitive):
            if agree(block_of(leaf.steps), around):
                yield leaf

    def references(self, leaf: Leaf) -> tuple[str, ...]:
        """Return the references that the configuration has for a value."""
        return self.configured.references(leaf.steps) if self.configured else ()

    def is_open(self, leaf: Leaf) -> bool:
        """Whether a value is unknown and not just left for AWS to fill in."""
        return leaf.unknown and (
            self.configured is None or self.configured.writes(leaf.steps, self.view.count)
        )


def left_to_services(
    rows: Iterable[Row], resource: Resource, said: Sequence[Said]
) -> tuple[Said, ...]:
    """Return each place where a service will or may choose an image.

    `said` contains what the other rows of the resource say: images that they provide are judged
    themselves.
    """
    return tuple(
        found for row in rows if row.form is Form.SERVICE for found in _choices(row, resource, said)
    )


def _choices(row: Row, resource: Resource, said: Sequence[Said]) -> Iterator[Said]:
    choice = row.choice
    assert choice is not None
    block, _, _ = row.path.rpartition(".")
    view = resource.view
    around = leaves(block, view.after, view.unknown, view.sensitive) if block else (_WHOLE,)
    for each in around:
        if block and (not resource.is_open(each) if each.unknown else each.value is None):
            continue
        if any(one.row.path in choice.unless and _concerns(one, each.steps) for one in said):
            continue
        is_so, open_at = _chooses(choice, resource, each)
        elsewhere = _elsewhere(choice, resource, each.steps)
        if is_so is not _Is.NO and elsewhere:
            to, at = elsewhere
            named: Value = Unusable(f"is {to.what} that is not in this plan", to.cure)
            yield Said(row, at, Unknown(resource.references(at)) if at.unknown else named, to)
        elif is_so is _Is.YES:
            first, value = _chosen(choice, resource, each.steps)
            leaf = next(resource.leaves(row.path, each.steps), each) if first is None else first
            yield Said(row, leaf, value)
        elif is_so is _Is.OPEN:
            yield Said(row, open_at, Unknown(resource.references(open_at)))


_WHOLE = Leaf((), None, None, sensitive=False)


def fallback(row: Row, leaf: Leaf, resource: Resource) -> ServiceImage | None:
    """Return what the row's service uses if the template at `leaf` contains no image."""
    if row.choice is None or row.form is not Form.TEMPLATE:
        return None
    block = Leaf(block_of(leaf.steps), None, None, sensitive=False)
    if _chooses(row.choice, resource, block)[0] is _Is.NO:
        return None
    return _chosen(row.choice, resource, block.steps)[1]


def _chooses(choice: Choice, resource: Resource, block: Leaf) -> tuple[_Is, Leaf]:
    """Whether a choice's conditions are met in a block; if unknown, also the leaf it depends on."""
    for condition in choice.never:
        if _holds(condition, resource, block.steps)[0] is _Is.YES:
            return _Is.NO, block
    found: tuple[_Is, Leaf] = (_Is.OPEN if block.unknown else _Is.YES), block
    for condition in choice.only:
        met, at = _holds(condition, resource, block.steps)
        if met is _Is.NO:
            return _Is.NO, block
        if met is _Is.OPEN:
            found = _Is.OPEN, at or block
    return found


def _elsewhere(
    choice: Choice, resource: Resource, around: tuple[Step, ...]
) -> tuple[Elsewhere, Leaf] | None:
    """What leads to settings that may provide an image, if it is or will be set."""
    for each in choice.elsewhere:
        for leaf in resource.leaves(each.path, around):
            if resource.is_open(leaf) or (not leaf.unknown and _is_one_of(leaf.value, ())):
                return each, leaf
    return None


def _chosen(
    choice: Choice, resource: Resource, around: tuple[Step, ...]
) -> tuple[Leaf | None, ServiceImage]:
    """Return the service's image with the settings that decide it, and the first one's leaf.

    Only settings in the block count, and only those with values that are AWS's own words.
    """
    told: list[str] = []
    first: tuple[Leaf | None, str | None] = None, None
    for each in choice.told:
        found = [
            (leaf, words)
            for leaf in resource.leaves(each.path, around)
            if not (leaf.unknown or leaf.sensitive)
            and (words := _words(leaf.value)) is not None
            and _pattern(each.words).fullmatch(words)
        ]
        if found:
            told.append(f"{_name(each.path)} = {', '.join(words for _, words in found)}")
            first = found[0] if first[0] is None else first
    at, shown = first
    return at, ServiceImage(choice.service, choice.whose, choice.fix, shown, tuple(told))


def _words(value: Any) -> str | None:
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else None


def _holds(
    condition: tuple[str, tuple[object, ...]], resource: Resource, around: tuple[Step, ...]
) -> tuple[_Is, Leaf | None]:
    """Whether a condition is met; if unknown, also the leaf it depends on."""
    path, values = condition
    open_at: Leaf | None = None
    for leaf in resource.leaves(path, around):
        if leaf.unknown:
            open_at = leaf if resource.is_open(leaf) else open_at
        elif _is_one_of(leaf.value, values):
            return _Is.YES, None
    return (_Is.OPEN, open_at) if open_at else (_Is.NO, None)


def _is_one_of(value: Any, values: tuple[object, ...]) -> bool:
    if not values:
        return value not in (None, "", [])
    return str(value).lower() in {str(each).lower() for each in values}


def _concerns(said: Said, around: tuple[Step, ...]) -> bool:
    """Whether a row provides an image for what the block at `around` launches."""
    return agree(block_of(said.leaf.steps), around)


def block_of(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """Return the block that contains an attribute or a nested block."""
    end = len(steps)
    while end and isinstance(steps[end - 1], int):
        end -= 1
    return steps[: max(end - 1, 0)]


def agree(one: tuple[Step, ...], other: tuple[Step, ...]) -> bool:
    """Whether one path is inside or around the other."""
    return all(a == b for a, b in zip(one, other, strict=False))


def _name(path: str) -> str:
    return path.removesuffix("[*]").rpartition(".")[2]


@cache
def _pattern(words: str) -> re.Pattern[str]:
    return re.compile(words)
