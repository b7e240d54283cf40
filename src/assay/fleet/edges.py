"""What the images of a stored night were made from, across all places, as far as it is known."""

from collections.abc import Iterable
from functools import cached_property
from typing import TypeAlias

from assay.fleet.night import Night
from assay.model import Ancestry, AncestryEnd, AncestryEntry, Image, recorded_end
from assay.model.images import PUBLIC_PROVIDERS
from assay.model.inventory import Classified

Node: TypeAlias = tuple[str, str]
"""Region and image id."""


class Edges:
    """The images of a night by their node, read when they are needed."""

    def __init__(self, night: Night) -> None:
        self._night = night
        self._known: dict[Node, list[Classified]] = {}
        self._asked: set[str] = set()
        self._provided: dict[Node, Image] = {}

    def load(self, ids: Iterable[str]) -> None:
        """Read images that have not been read yet, in one query."""
        new = {id for id in ids if id not in self._asked}
        if not new:
            return
        self._asked |= new
        for each in self._night.images(new):
            self._known.setdefault((each.region, each.listed.image.id), []).append(each)

    def of(self, node: Node) -> list[Classified]:
        """An image, as seen by each account that sees it."""
        return self._known.get(node, [])

    def provided(self, node: Node) -> Image | None:
        """A public image of AWS or its Marketplace at which a stored ancestry ends."""
        entry = self._providers.get(node)
        if entry is None:
            return None
        found = self._provided.get(node)
        if found is None:
            found = self._provided[node] = Image(
                entry.image_id,
                owner_alias=entry.owner_alias,
                public=True,
                creation_date=entry.creation_date,
                source_image_id=entry.source_image_id,
                source_image_region=entry.source_image_region,
            )
        return found

    @cached_property
    def _providers(self) -> dict[Node, AncestryEntry]:
        found = self._night.roots()
        return {
            (each.region, each.image_id): each
            for each in found
            if each.region and each.owner_alias in PUBLIC_PROVIDERS
        }

    def load_lines(self, nodes: Iterable[Node]) -> None:
        """Read everything that `line` needs, with one query per generation."""
        left, met = set(nodes), set[Node]()
        while left:
            self.load(id for _, id in left)
            met |= left
            sources = (_source(each.listed.image) for node in left for each in self.of(node))
            left = {each for each in sources if each is not None and each not in met}

    def line(self, node: Node) -> Ancestry | None:
        """The recorded ancestry of an image; None if the night does not have the image."""
        entries: list[AncestryEntry] = []
        while True:
            region, id = node
            if any((each.region, each.image_id) == node for each in entries):
                return Ancestry(
                    tuple(entries), AncestryEnd.UNEXPLAINED, f"{id} is recorded as its own ancestor"
                )
            told = self._told(node)
            if told is not None and told.ancestry is not None:
                whole = (*entries, *told.ancestry.entries)
                return Ancestry(whole, told.ancestry.end, told.ancestry.detail)
            image = told.listed.image if told else self.provided(node)
            if image is None and not entries:
                return None
            if image is None:
                entries.append(AncestryEntry(id, region))
                why = f"night {self._night.date} has no {id} in {region}"
                return Ancestry(tuple(entries), AncestryEnd.NOT_VISIBLE, why)
            entries.append(_entry(image, region))
            end, source = recorded_end(entries), _source(image)
            if end is not None:
                return Ancestry(tuple(entries), end)
            if source is None:
                why = f"EC2 did not return the Region of {image.source_image_id}"
                return Ancestry(tuple(entries), AncestryEnd.UNEXPLAINED, why)
            node = source

    def _told(self, node: Node) -> Classified | None:
        """The most informative view of an image: with EC2's record, the owner's, with a source."""

        def most(each: Classified) -> tuple[bool, bool, bool]:
            image = each.listed.image
            is_owner = image.owner_id == each.account
            return each.ancestry is not None, is_owner, image.source_image_id is not None

        return max(self.of(node), key=most, default=None)


def _source(image: Image) -> Node | None:
    if image.source_image_id is None or image.source_image_region is None:
        return None
    return image.source_image_region, image.source_image_id


def _entry(image: Image, region: str) -> AncestryEntry:
    return AncestryEntry(
        image_id=image.id,
        region=region,
        owner_alias=None if image.public is False else image.owner_alias,
        creation_date=image.creation_date,
        source_image_id=image.source_image_id,
        source_image_region=image.source_image_region,
    )
