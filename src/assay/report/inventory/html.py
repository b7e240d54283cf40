"""An inventory as one HTML page that loads nothing else and works from a disk.

Counts are in tables; the bars next to them show the same numbers. The Content-Security-Policy allows
the page's own style and script, by hash, and nothing from elsewhere.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from assay.model.inventory import ImageClass, Inventory, NightTotals
from assay.report.inventory.text import ordered
from assay.report.templates import content_policy, environment

_HERE = Path(__file__).parent / "page"
_SHARED = Path(__file__).parents[1] / "html_page" / "page.css"
MOST = 500
"""The maximum number of rows shown in a list, worst first."""
_WIDTH = 1000
_FEWEST = 12
"""The trend has room for at least this many columns; with fewer nights, the rest stays empty."""


class _Part(msgspec.Struct, frozen=True):
    kind: str
    start: int
    width: int


class _Account(msgspec.Struct, frozen=True):
    account: str
    numbers: tuple[int, ...]
    parts: tuple[_Part, ...]


class _Night(msgspec.Struct, frozen=True):
    night: str
    numbers: tuple[int, ...]
    parts: tuple[_Part, ...]
    """From the bottom up; `start` is measured from the top."""
    left: int
    width: int


class _Work(msgspec.Struct, frozen=True):
    image: str
    name: str
    account: str
    region: str
    instances: int
    why: str


def render(found: Inventory, policy: str) -> str:
    """The page; `policy` is the path of the policy."""
    from markupsafe import Markup

    style = _SHARED.read_text("utf-8") + (_HERE / "inventory.css").read_text("utf-8")
    script = (_HERE / "inventory.js").read_text("utf-8")
    counts = found.counts()
    return (
        environment(_HERE)
        .get_template("inventory.html")
        .render(
            csp=content_policy(style, script),
            style=Markup(style),  # noqa: S704 - our own files
            script=Markup(script),  # noqa: S704 - our own file
            found=found,
            policy=policy,
            headline=", ".join(f"{counts[kind]:,} {kind}" for kind in ImageClass),
            seen=len(found.places) - len(found.not_seen),
            accounts=list(_accounts(found)),
            worklist=sorted(_worklist(found), key=lambda each: (-each.instances, each.image)),
            most=MOST,
            trend=_nights(list(found.trend)),
        )
    )


def _accounts(found: Inventory) -> Iterator[_Account]:
    places = Counter(each.account for each in found.places)
    for account, counts, missing in ordered(found):
        numbers = tuple(counts[kind] for kind in ImageClass)
        parts = tuple(_parts(numbers, missing / places[account]))
        yield _Account(account, (*numbers, missing), parts)


def _parts(numbers: Sequence[int], missing: float) -> Iterator[_Part]:
    """The parts of a bar: images by class and, at the end, the share of places that were not seen."""
    room, total, start = _WIDTH * (1 - missing), sum(numbers), 0
    for kind, number in zip(ImageClass, numbers, strict=True):
        width = round(room * number / total) if total else 0
        if number:
            yield _Part(kind.value, start, max(width, 1))
        start += width
    if missing:
        yield _Part("missing", round(room), _WIDTH - round(room))


def _nights(nights: Sequence[NightTotals]) -> list[_Night]:
    """One column per night, whose height is the number of images; the share of places not seen is on top."""
    heights = [_height(each) for each in nights]
    top, width = max(heights, default=0), _WIDTH // max(len(nights), _FEWEST)
    found = []
    for at, (each, height) in enumerate(zip(nights, heights, strict=True)):
        counts = [each.classes[kind] for kind in ImageClass]
        parts, level = [], float(_WIDTH)
        kinds = (*(kind.value for kind in ImageClass), "missing")
        for kind, number in zip(kinds, (*counts, height - sum(counts)), strict=True):
            share = _WIDTH * number / top if top else 0.0
            if share:
                parts.append(_Part(kind, round(level - share), max(round(share), 1)))
            level -= share
        numbers = (*counts, each.not_seen, each.places)
        found.append(_Night(str(each.night), numbers, tuple(parts), at * width, width * 4 // 5))
    return found


def _height(night: NightTotals) -> float:
    """How many images there would be if the places that were not seen had as many as the others."""
    seen = night.places - night.not_seen
    images = sum(night.classes.values())
    return images * night.places / seen if seen else images


def _worklist(found: Inventory) -> Iterator[_Work]:
    """Unknown images from which instances were launched, each once, if possible in its owner's account."""
    seen: defaultdict[str, list[Any]] = defaultdict(list)
    for each in found.images:
        if each.kind is ImageClass.UNKNOWN and found.running.get(each.listed.image.id):
            seen[each.listed.image.id].append(each)
    for id, several in seen.items():
        each = min(several, key=lambda one: one.shared)
        name = each.listed.image.name or ""
        yield _Work(id, name, each.account, each.region, found.running[id], each.why)
