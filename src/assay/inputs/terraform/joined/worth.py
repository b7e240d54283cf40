"""What the code says at a path of a planned resource.

A plan has the blocks of a set in an order of its own. So of several blocks those are meant that
agree with the planned one in all that both tell; where these are several, each may be it. Providers
keep some arguments in another form (`user_data` of a Spot Fleet as a digest): a block that agrees with
none may be any.
"""

from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

import msgspec

from assay.inputs.plan.document.planned import PlannedResource
from assay.inputs.terraform.language.marks import MaybeMarked, bare, element, is_secret, marked
from assay.inputs.terraform.language.values import step_below
from assay.inputs.terraform.program.body import Body
from assay.inputs.terraform.syntax.expressions import HclValue, UnknownValue
from assay.model.addresses import Path

_Planned: TypeAlias = tuple[Any, Any]
"""A planned value, and the mask of what is unknown in it."""
_NOTHING: tuple[HclValue, ...] = (None, "", [])
Matched: TypeAlias = dict[tuple[int, Path, Path], list[list[int]]]
"""Of some items of code, by where they are planned and what is asked of them: those that each planned
one can be. Kept as long as the items are."""


class Worth(msgspec.Struct, frozen=True, gc=False):
    """What an expression is worth; `hidden` if anything of it is secret."""

    value: HclValue
    hidden: bool = False
    block: int = 0
    """Which of several blocks it stands in, where nobody can tell which one is meant."""


def worth_at(
    found: Body, resource: PlannedResource, path: Path, matched: Matched | None = None
) -> list[Worth]:
    """What the evaluated arguments of a resource say at a path; none where nothing is written there."""
    matched = {} if matched is None else matched
    nodes: list[tuple[MaybeMarked, int]] = [(marked(found.values, found.marks), 0)]
    for depth, step in enumerate(path):
        below: list[tuple[MaybeMarked, int]] = []
        for node, block in nodes:
            match bare(node):
                case UnknownValue() as unknown:
                    below.append((element(node, step, step_below(unknown, step)), block))
                case dict() as inside if step in inside:
                    below.append((element(node, step, inside[str(step)]), block))
                case dict() if isinstance(step, int):
                    below.append((node, block))  # JSON may leave out the brackets of a block
                case list() as items if isinstance(step, int):
                    key = (id(items), path[:depth], path[depth + 1 :])
                    if key not in matched:
                        matched[key] = _matched(items, resource, *key[1:])
                    meant = _meant(items, step, matched[key])
                    several = len(meant) > 1
                    below.extend(
                        (element(node, at, items[at]), at if several else block) for at in meant
                    )
        nodes = below
    written = ((node, block) for node, block in nodes if bare(node) not in _NOTHING)
    return [Worth(bare(node), is_secret(node), block) for node, block in written]


def unknown_in(value: HclValue) -> Iterator[UnknownValue]:
    """Everything in a value that is unknown."""
    stack = [value]
    while stack:
        here = stack.pop()
        if isinstance(here, UnknownValue):
            yield here
        elif isinstance(here, list):
            stack.extend(here)
        elif isinstance(here, dict):
            stack.extend(here.values())


def _beside(resource: PlannedResource, path: Path) -> list[_Planned]:
    """The planned blocks at a path, each with its mask; none where nothing of them is known."""
    value, mask = resource.value(path), resource.mask(path)
    values = value if isinstance(value, list) else []
    masks = mask if isinstance(mask, list) else []
    longest = range(max(len(values), len(masks)))
    return [
        (values[at] if at < len(values) else None, masks[at] if at < len(masks) else None)
        for at in longest
    ]


def _matched(
    items: list[HclValue], resource: PlannedResource, path: Path, rest: Path
) -> list[list[int]]:
    """Which of several items each of those that are planned at a path can be."""
    planned = _beside(resource, path) if len(items) > 1 else []
    rows = [[_agrees(item, *each) for item in items] for each in planned]
    # A plan does not tell all that is evaluated. An item that would be none of the planned blocks
    # because it is known better than they are may be any of them
    alone = [at for at in range(len(items)) if not any(row[at] for row in rows)]
    for row, each in zip(rows, planned, strict=True):
        for at in alone:
            row[at] = _agrees(items[at], *each, better=True)
    # What is unknown has to be found where something unknown is planned, or nobody would judge it
    unknown = [row for at, row in enumerate(rows) if resource.is_unknown((*path, at, *rest))]
    lost = [
        not any(row[at] for row in unknown) and _is_unknown_below(item, rest)
        for at, item in enumerate(items)
    ]
    return [[at for at, meant in enumerate(row) if meant or lost[at]] for row in rows]


def _meant(items: list[HclValue], step: int, matched: Sequence[list[int]]) -> list[int]:
    """Those that a planned one can be; all of them where that is not told."""
    found = matched[step] if step < len(matched) else []
    return found or list(range(len(items)))


def _is_unknown_below(value: HclValue, path: Path) -> bool:
    """Whether anything at a path is unknown; a number in it stands for any."""
    match value, path:
        case UnknownValue(), _:
            return True
        case _, ():
            return next(unknown_in(value), None) is not None
        case list(), (_, *rest):
            return any(_is_unknown_below(each, tuple(rest)) for each in value)
        case dict(), (str(name), *rest):
            return _is_unknown_below(value.get(name), tuple(rest))
        case dict(), (_, *rest):
            return _is_unknown_below(value, tuple(rest))
    return False


def _agrees(item: HclValue, value: Any, mask: Any, *, better: bool = False) -> bool:
    """Whether what is written may have become what is planned; if it may be known `better` than the
    plan knows it, that is no difference.
    """
    if isinstance(item, UnknownValue):
        return True
    if mask is True:
        return better or not isinstance(item, str | int | float | bool)
    match item:
        case dict():
            if not isinstance(value, dict | None):
                return False
            return all(
                _agrees(inner, (value or {}).get(name), _inside(mask, name), better=better)
                for name, inner in item.items()
            )
        case list():
            items = value if isinstance(value, list) else []
            if len(items) != len(item):
                return False
            planned = [(each, _inside(mask, at)) for at, each in enumerate(items)]
            return all(
                any(_agrees(inner, *each, better=better) for each in planned) for inner in item
            )
    return _text(item) == _text(value) or (item in _NOTHING and value in _NOTHING)


def _inside(mask: Any, step: str | int) -> Any:
    if isinstance(mask, dict):
        return mask.get(step)
    if isinstance(mask, list) and isinstance(step, int) and step < len(mask):
        return mask[step]
    return mask is True


def _text(value: Any) -> str:
    """Terraform turns numbers and bools into the texts that attributes are."""
    return str(value).lower() if isinstance(value, bool) else str(value)
