"""The value that the code gives to a path of a planned resource.

A plan orders the blocks of a set in its own way. So the blocks meant are those that agree with the
planned one in everything that both contain; if there are several, each is possible. Providers
change the form of some arguments (`user_data` of a Spot Fleet becomes a digest): a block that
agrees with no planned one may be any of them.
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
"""A planned value, and the mask of its unknown parts."""
_NOTHING: tuple[HclValue, ...] = (None, "", [])
Matched: TypeAlias = dict[tuple[int, Path, Path], list[list[int]]]
"""For some items of code, by where they are planned and which path is wanted: the items that each
planned one can be. Valid as long as the items exist."""


class Worth(msgspec.Struct, frozen=True, gc=False):
    """The value of an expression; `hidden` if any part of it is secret."""

    value: HclValue
    hidden: bool = False
    block: int = 0
    """The block that contains it, if several are possible."""


def worth_at(
    found: Body, resource: PlannedResource, path: Path, matched: Matched | None = None
) -> list[Worth]:
    """The values of a resource's evaluated arguments at a path; none if nothing is written."""
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
                    below.append((node, block))  # JSON may omit the brackets of a block
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
    """Yield every unknown part of a value."""
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
    """The planned blocks at a path, each with its mask; none if nothing about them is known."""
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
    """For each block planned at a path, the items that it can be."""
    planned = _beside(resource, path) if len(items) > 1 else []
    rows = [[_agrees(item, *each) for item in items] for each in planned]
    # A plan does not show everything that is evaluated. An item that matches no planned block only
    # because more is known about it than about the block may be any of them
    alone = [at for at in range(len(items)) if not any(row[at] for row in rows)]
    for row, each in zip(rows, planned, strict=True):
        for at in alone:
            row[at] = _agrees(items[at], *each, better=True)
    # An unknown part must be found where something unknown is planned, or it would never be judged
    unknown = [row for at, row in enumerate(rows) if resource.is_unknown((*path, at, *rest))]
    lost = [
        not any(row[at] for row in unknown) and _is_unknown_below(item, rest)
        for at, item in enumerate(items)
    ]
    return [[at for at, meant in enumerate(row) if meant or lost[at]] for row in rows]


def _meant(items: list[HclValue], step: int, matched: Sequence[list[int]]) -> list[int]:
    """The items that a planned one can be; all of them if that is not known."""
    found = matched[step] if step < len(matched) else []
    return found or list(range(len(items)))


def _is_unknown_below(value: HclValue, path: Path) -> bool:
    """Whether anything at a path is unknown; a number in the path stands for any index."""
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
    """Whether the written item may have become the planned value. With `better`, it is no
    difference that more is known about the item than about the plan's value.
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
    """The value as text: Terraform converts numbers and bools for attributes that are text."""
    return str(value).lower() if isinstance(value, bool) else str(value)
