"""Extends a line that has gaps: each source is asked in turn for what is not known yet."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Protocol

from msgspec.structs import replace

from assay.model import AncestryEnd, Watermark
from assay.model.ids import is_ami_id, is_region
from assay.model.lines import Claim, Gap, Grade, Link, Told, is_open

MOST = 200
"""The maximum number of images in a line: four times what EC2 returns at most."""


class Source(Protocol):
    """Something that may know more about an image."""

    def add(self, link: Link) -> Link:
        """The link with what this source adds to it."""
        ...


def grow(links: list[Link], sources: Sequence[Source]) -> tuple[list[Link], list[Gap]]:
    """The line as far as it is known, and the gaps where only a watermark leads on."""
    line, gaps = list(links), list[Gap]()
    number = 0
    while number < len(line) and number < MOST:
        link = line[number]
        for source in sources:
            if _is_known(link):
                break
            link = source.add(link)
        line[number] = link
        if number == len(line) - 1:
            gaps += _go_on(line)
        number += 1
    return line, gaps


def _is_known(link: Link) -> bool:
    """Whether everything that a source could add is known."""
    if link.image is None or is_open(link):
        return False
    by_whom = link.end is AncestryEnd.NO_RECORDED_SOURCE or link.parent is not None
    return link.how is not None or not by_whom


def _go_on(line: list[Link]) -> Iterator[Gap]:
    """Append what the last image was made from, if anything names it."""
    last = line[-1]
    if is_open(last):
        found = _by_mark(line)
        if found is None:
            return
        mark, told = found
        between = f"the steps between {last.image_id} and {mark.source_image_id} are not known"
        yield Gap(
            f"{between}: {last.detail}" if last.detail else between, told.account, told.region
        )
        parent = (mark.source_image_id or "", mark.source_image_region)
        said = replace(told, claim=Claim.SOURCE, grade=Grade.MARK)
        last = replace(
            last, parent=parent, edge=Grade.MARK, end=None, detail=None, told=(*last.told, said)
        )
    if last.parent is None:
        return
    id, region = last.parent
    if any((each.image_id, each.region) == (id, region) for each in line):
        said_so = f"{id} is recorded as its own ancestor"
        line[-1] = replace(
            last, parent=None, edge=None, end=AncestryEnd.UNEXPLAINED, detail=said_so
        )
        return
    line[-1] = last
    line.append(Link(id, region))
    if region is None:
        unplaced = f"the Region of {id} is not known"
        line[-1] = replace(line[-1], end=AncestryEnd.UNEXPLAINED, detail=unplaced)


def _by_mark(line: Sequence[Link]) -> tuple[Watermark, Told] | None:
    """The youngest image that a mark names as an ancestor, and the evidence for the mark.

    A line has no branches: every image named by a watermark as first marked is an ancestor, and the
    youngest is the nearest. If one of several has no time, the nearest cannot be determined.
    """
    last = line[-1]
    if last.end is AncestryEnd.UNEXPLAINED:  # a contradiction: any continuation may be wrong
        return None
    known = {(each.image_id, each.region) for each in line}
    found: dict[tuple[str | None, str | None], tuple[Watermark, Told]] = {}
    for link in line:
        told = next((each for each in link.told if each.claim is Claim.IMAGE), None)
        for mark in link.image.watermarks if link.image and told else ():
            source = (mark.source_image_id, mark.source_image_region)
            if told and source not in known and _leads(mark) and _is_older(mark, last):
                found.setdefault(source, (mark, told))
    if len(found) > 1 and any(m.source_image_creation_time is None for m, _ in found.values()):
        return None
    return max(found.values(), key=lambda each: _time(each[0]), default=None)


def _leads(mark: Watermark) -> bool:
    """Whether the watermark names an image and its Region."""
    return is_ami_id(mark.source_image_id) and is_region(mark.source_image_region)


def _is_older(mark: Watermark, last: Link) -> bool:
    made = mark.source_image_creation_time
    return made is None or last.creation_date is None or made <= last.creation_date


def _time(mark: Watermark) -> float:
    made: datetime | None = mark.source_image_creation_time
    return made.timestamp() if made else 0.0
