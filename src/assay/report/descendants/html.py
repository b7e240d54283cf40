"""A family of images as one HTML page that loads nothing else and works from a disk.

Its Content-Security-Policy allows its own style and script, by hash, and nothing from elsewhere.
"""

from collections import Counter
from pathlib import Path

import msgspec

from assay.model.descent import Descent, Relative
from assay.report.descendants import words
from assay.report.templates import content_policy, environment

_HERE = Path(__file__).parent / "page"
_SHARED = Path(__file__).parents[1] / "html_page" / "page.css"
MOST = 10_000
"""The maximum number of images on a page, so that it opens quickly; JSON lists all of them."""
_DEEPEST = 40
"""The maximum depth of nested `details` elements that browsers draw."""


class _Node(msgspec.Struct):
    """An image, and the nodes below it."""

    image: Relative
    below: list["_Node"]


class _Group(msgspec.Struct, frozen=True):
    """Images of one family, account and Region."""

    family: str
    account: str
    region: str
    counts: Counter[str]
    images: tuple[Relative, ...]


def render(found: Descent) -> str:
    """The page."""
    from markupsafe import Markup

    style = _SHARED.read_text("utf-8") + (_HERE / "descendants.css").read_text("utf-8")
    script = (_HERE / "descendants.js").read_text("utf-8")
    many = len(found.descendants) > words.TOGETHER
    return (
        environment(_HERE)
        .get_template("descendants.html")
        .render(
            csp=content_policy(style, script),
            style=Markup(style),  # noqa: S704 - our own files
            script=Markup(script),  # noqa: S704 - our own file
            found=found,
            headline=words.headline(found),
            older=words.older(found),
            trees=[] if many else _trees(found),
            groups=_groups(found) if many else [],
            missing=max(0, len(found.descendants) - MOST) if many else 0,
            endings=list(words.endings(found)),
            words=words,
            deepest=_DEEPEST,
        )
    )


def _trees(found: Descent) -> list[_Node]:
    below = words.nested(found)
    trees = [_Node(each, []) for each in found.bases]
    waiting = list(trees)
    while waiting:
        node = waiting.pop()
        children = below.get((node.image.region, node.image.image_id), [])
        node.below = [_Node(each, []) for each in children]
        waiting += node.below
    return trees


def _groups(found: Descent) -> list[_Group]:
    images: dict[tuple[str, str, str], list[Relative]] = {}
    for each in found.descendants[:MOST]:
        images.setdefault(words.group_of(each), []).append(each)
    return [
        _Group(*at, counts=counts, images=tuple(images.get(at, ())))
        for at, counts in words.groups(found)[:MOST]
    ]
