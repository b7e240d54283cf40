"""The line of one image, from itself towards its root, with who said what of each image in it."""

from datetime import datetime
from enum import StrEnum

import msgspec
from msgspec.structs import replace

from assay.model.events import ImageEvent
from assay.model.images import AncestryEnd, AncestryEntry, Image, how_made, recorded_end
from assay.model.subjects import Provenance

OPEN = (
    AncestryEnd.NOT_VISIBLE,
    AncestryEnd.NOT_FOLLOWED,
    AncestryEnd.REFUSED,
    AncestryEnd.UNEXPLAINED,
)
"""Ends that are none of EC2's: the line may go on, and somebody else may know how."""


class Grade(StrEnum):
    """What a claim rests on. None of the three is ever taken for another."""

    RECORDED = "recorded"
    """EC2's own fields or its ancestry, of today or of a stored night."""
    MARK = "mark"
    """A watermark names the image that it was first attached to; what lies between is not told."""
    CLOUDTRAIL = "cloudtrail"
    """An event of the call that made it."""


class Claim(StrEnum):
    """What is said of an image."""

    IMAGE = "image"
    """Whose it is, its state and its marks."""
    SOURCE = "source"
    """What it was made from, and how."""


class Told(msgspec.Struct, frozen=True, gc=False):
    """Who said something of an image, where, and when."""

    claim: Claim
    grade: Grade
    source: str
    """An API, or a night: `ec2:DescribeImages`, `night 2026-11-29`."""
    account: str | None
    region: str | None
    at: datetime | None
    """When it was asked, or read, or when what an event tells of happened."""
    event: ImageEvent | None = None


class Link(msgspec.Struct, frozen=True, gc=False):
    """One image of a line."""

    image_id: str
    region: str | None
    image: Image | None = None
    """What is known of it, whoever tells; of one that only runs, without its source."""
    visible: bool | None = None
    """Whether EC2 shows it now; None where that was not asked, or not answered."""
    creation_date: datetime | None = None
    owner_alias: str | None = None
    """Of an image of which only EC2's ancestry tells."""
    how: str | None = None
    """The call that made it, where an event or its own fields tell."""
    parent: tuple[str, str | None] | None = None
    """The id and the Region of what it was made from; by a mark, of what it descends from."""
    edge: Grade | None = None
    """By what the parent is known."""
    end: AncestryEnd | None = None
    """Why there is no parent; None as long as nobody knows either."""
    detail: str | None = None
    source: tuple[str, str | None] | None = None
    """Of the last one: a source that its description names and that is not followed."""
    told: tuple[Told, ...] = ()
    refused: bool = False
    """Whether it was asked if EC2 shows it, and not answered."""


class Gap(msgspec.Struct, frozen=True, gc=False):
    """Something that could not be asked or seen, and why."""

    reason: str
    account: str | None = None
    region: str | None = None


def links_of(provenance: Provenance, at: datetime | None) -> list[Link]:
    """The line that EC2 told, which was asked at a time."""
    links = [_link(provenance, number, at) for number in range(len(provenance.ancestors))]
    last = provenance.ancestors[-1].entry
    source = (last.source_image_id, last.source_image_region) if last.source_image_id else None
    links[-1] = replace(
        links[-1],
        end=provenance.end,
        detail=provenance.detail,
        source=source,
        refused=links[-1].refused or provenance.end is AncestryEnd.REFUSED,
    )
    return links


def _link(provenance: Provenance, number: int, at: datetime | None) -> Link:
    ancestor, place = provenance.ancestors[number], provenance.place
    entry, seen = ancestor.entry, ancestor.seen
    after = provenance.ancestors[number + 1 : number + 2]
    parent = (after[0].entry.image_id, after[0].entry.region) if after else None

    def told(claim: Claim, api: str, region: str | None) -> Told:
        return Told(claim, Grade.RECORDED, api, place.account, region, at)

    said: list[Told] = []
    if seen:
        said.append(told(Claim.IMAGE, "ec2:DescribeImages", entry.region))
    elif entry.creation_date or entry.owner_alias:
        said.append(told(Claim.IMAGE, "ec2:GetImageAncestry", place.region))
    if parent and seen and seen.source_image_id:
        said.append(told(Claim.SOURCE, "ec2:DescribeImages", entry.region))
    elif parent:
        said.append(told(Claim.SOURCE, "ec2:GetImageAncestry", place.region))
    return Link(
        entry.image_id,
        entry.region,
        seen,
        ancestor.visible,
        (seen and seen.creation_date) or entry.creation_date,
        entry.owner_alias,
        how_made(seen) if seen else None,
        parent,
        Grade.RECORDED if parent else None,
        told=tuple(said),
        refused=ancestor.refused,
    )


def sourced(link: Link, image: Image, told: Told) -> Link:
    """A link with what an image's own description says of its source, or that it has none on record."""
    link = replace(link, how=link.how or how_made(image), told=(*link.told, told))
    entry = AncestryEntry(
        link.image_id,
        link.region,
        None if image.public is False else image.owner_alias,
        image.creation_date,
        image.source_image_id,
        image.source_image_region,
    )
    end = recorded_end([entry])
    if end is not None:
        source = (image.source_image_id, image.source_image_region)
        named = (source[0], source[1]) if source[0] else None
        return replace(link, end=end, detail=None, source=named)
    parent = (image.source_image_id or "", image.source_image_region)
    return replace(link, parent=parent, edge=Grade.RECORDED, end=None, detail=None)


def is_open(link: Link) -> bool:
    """Whether what it was made from is not known, and not known to be on no record either."""
    return link.parent is None and (link.end is None or link.end in OPEN)
