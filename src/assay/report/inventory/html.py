"""An inventory as one HTML page that asks for nothing else and works from a disk.

Counts stand in tables first; the bars beside them say the same. Its Content-Security-Policy allows its
own style and script by their hashes, and nothing from anywhere else.
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
"""So many rows of a list are shown, the worst first."""
_WIDTH = 1000
_FEWEST = 12
"""So many columns have room in the trend: fewer nights leave the rest of it empty."""


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
    """From below; `start` is from above."""
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
            style=Markup(style),  # noqa: S704 - files of ours
            script=Markup(script),  # noqa: S704 - likewise
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
    """The parts of a bar: of what was seen by class, and at its end the share of places that were not."""
    room, total, start = _WIDTH * (1 - missing), sum(numbers), 0
    for kind, number in zip(ImageClass, numbers, strict=True):
        width = round(room * number / total) if total else 0
        if number:
            yield _Part(kind.value, start, max(width, 1))
        start += width
    if missing:
        yield _Part("missing", round(room), _WIDTH - round(room))


def _nights(nights: Sequence[NightTotals]) -> list[_Night]:
    """A column for each night, as high as it has images; the share of places not seen stands on its top."""
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
    """How many images there would be, if the places that were not seen had as many as the others."""
    seen = night.places - night.not_seen
    images = sum(night.classes.values())
    return images * night.places / seen if seen else images


def _worklist(found: Inventory) -> Iterator[_Work]:
    """The unknown images from which instances were launched, each where its owner has it, or else once."""
    seen: defaultdict[str, list[Any]] = defaultdict(list)
    for each in found.images:
        if each.kind is ImageClass.UNKNOWN and found.running.get(each.listed.image.id):
            seen[each.listed.image.id].append(each)
    for id, several in seen.items():
        each = min(several, key=lambda one: one.shared)
        name = each.listed.image.name or ""
        yield _Work(id, name, each.account, each.region, found.running[id], each.why)
