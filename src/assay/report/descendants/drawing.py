"""What the pictures of a family share: nodes and edges for images or, if there are many, for groups."""

from collections import Counter
from collections.abc import Iterator

import msgspec

from assay.model.descent import Descent, Edge, Relative
from assay.report.descendants import words

MOST = 200
"""The maximum number of groups that are drawn; JSON lists all images."""


class Drawn(msgspec.Struct, frozen=True):
    """A node, with the lines of its label."""

    id: str
    label: tuple[str, ...]
    look: str = ""
    """`base`, `golden`, `hidden` or empty."""


class Line(msgspec.Struct, frozen=True):
    """An edge from an image to what was made from it."""

    above: str
    below: str
    label: str
    recorded: bool


class Drawing(msgspec.Struct, frozen=True):
    """The picture, and the lines below it about what could not be seen."""

    nodes: tuple[Drawn, ...]
    lines: tuple[Line, ...]
    endings: tuple[str, ...]


def drawing(found: Descent) -> Drawing:
    """A node for each image or, if there are more than `TOGETHER`, for each group."""
    many = len(found.descendants) > words.TOGETHER
    nodes, lines = _groups(found) if many else _images(found)
    shown, missing = tuple(words.endings(found)), []
    if many and len(words.groups(found)) > MOST:
        missing.append(f"{len(words.groups(found)) - MOST} smaller groups are not drawn")
    return Drawing(tuple(nodes), tuple(lines), (*missing, *shown[:20]))


def _images(found: Descent) -> tuple[list[Drawn], list[Line]]:
    everything = (*found.bases, *found.descendants)
    names = {(each.region, each.image_id): f"n{at}" for at, each in enumerate(everything)}
    nodes = [
        Drawn(names[each.region, each.image_id], tuple(_label(each)), _look(each))
        for each in everything
    ]
    lines = []
    for above, children in words.nested(found).items():
        for each in children:
            if above is not None:
                below = names[each.region, each.image_id]
                known = each.edge is Edge.RECORDED
                lines.append(Line(names[above], below, words.how(each), known))
    return nodes, lines


def _label(one: Relative) -> Iterator[str]:
    yield one.image_id
    yield words.where(one)
    yield from (each for each in (one.name, one.kind) if each)
    yield words.oldest(one)
    if tags := words.badges(one):
        yield ", ".join(tags)


def _look(one: Relative) -> str:
    if not one.depth:
        return "base"
    return "hidden" if not one.listed else "golden" if one.kind == "golden" else ""


def _groups(found: Descent) -> tuple[list[Drawn], list[Line]]:
    names: dict[tuple[str, str, str], str] = {}
    nodes = [Drawn(f"b{at}", tuple(_label(each)), "base") for at, each in enumerate(found.bases)]
    for at, (group, count) in enumerate(words.groups(found)[:MOST]):
        names[group] = f"g{at}"
        family, account, region = group
        uses = [f"{n} {each}" for each, n in count.items() if each != "images"]
        told = (family, f"{account}/{region}", words.counted(count["images"], "image"), *uses)
        nodes.append(Drawn(names[group], told))
    homes = {(each.region, each.image_id): f"b{at}" for at, each in enumerate(found.bases)}
    for each in found.descendants:
        homes[each.region, each.image_id] = names.get(words.group_of(each), "")
    counts: Counter[tuple[str, str]] = Counter()
    weak: set[tuple[str, str]] = set()
    for above, children in words.nested(found).items():
        for each in children:
            ends = (homes.get(above, "") if above else "", homes[each.region, each.image_id])
            if all(ends) and ends[0] != ends[1]:
                counts[ends] += 1
                if each.edge is not Edge.RECORDED:
                    weak.add(ends)
    lines = [
        Line(*ends, words.counted(number, "image"), ends not in weak)
        for ends, number in counts.items()
    ]
    return nodes, lines
