"""golden, derived or unknown: the class of each image of a fleet, by golden watermarks.

Edges are what EC2 returns for each image in every listing (`SourceImageId`, `SourceImageRegion`).
An id identifies an image only together with its Region. The account does not matter, because ids
are not reused.
"""

from collections.abc import Iterator
from datetime import datetime

import msgspec

from assay.fleet.ancestries import Ask, Child, Node, ancestries
from assay.fleet.collecting import Collected
from assay.model import Ancestry, Golden, Image
from assay.model.inventory import Classified, ImageClass, ListedImage
from assay.policy.golden import JudgedMarks


class _Known(msgspec.Struct, gc=False):
    """What the listings say about an image. This is kept in memory for every image of a fleet."""

    account: str
    own: bool
    source: Node | None
    owner_alias: str | None
    created: datetime | None
    golden_here: bool
    inherits: str | None
    """The key of a golden watermark that the image inherited."""
    unread: bool
    """Whether a watermark may be golden, but EC2's answer lacks what is needed to tell."""


class _Line(msgspec.Struct, frozen=True):
    """The line from an image up to the last ancestor that is in a listing."""

    nodes: tuple[Node, ...]
    source: Node | None
    """The source of the last image; None if it has none."""

    @property
    def last(self) -> Node:
        return self.nodes[-1]


class Classes:
    """Classifies the images of some places, after learning the images of all places."""

    def __init__(self, golden: Golden, as_of: datetime) -> None:
        self._golden = golden
        self._as_of = as_of
        self._judged = JudgedMarks()
        self._words: dict[str, str] = {}
        self._known: dict[Node, _Known] = {}
        self._bridges: dict[Node, Ancestry | str] = {}

    def learn(self, place: Collected) -> None:
        """Learn the images of a place. No reference to `place` is kept."""
        account, region = place.place.account, self._once(place.place.region)
        for own, images in ((False, place.shared), (True, place.own)):
            for each in images:
                node = (region, each.image.id)
                known = self._known.get(node)
                # EC2 shows the owner everything about an image, but may show others less
                if known is None or own or not known.own:
                    self._known[node] = self._seen(account, node, each.image, own=own)

    def ask(self, ask: Ask) -> None:
        """Ask for the recorded ancestry of images whose line leaves the listings."""
        self._bridges.update(ancestries(list(self._open()), ask))

    def of(self, place: Collected) -> Iterator[Classified]:
        """Classify every image of a learnt place."""
        for listed in place.own:
            yield self._classified(place, listed, shared=False)
        for listed in place.shared:
            yield self._classified(place, listed, shared=True)

    def _once(self, word: str) -> str:
        """Share one string object for equal strings, of which there are few different ones."""
        return self._words.setdefault(word, word)

    def _seen(self, account: str, node: Node, image: Image, *, own: bool) -> _Known:
        judged = self._judged.of_marks(image.watermarks, self._golden, self._as_of)
        marks = judged.golden
        here = [mark for mark in marks if (mark.source_image_region, mark.source_image_id) == node]
        inherited = next((mark.key for mark in marks if mark not in here), None)
        source = _source(image)
        return _Known(
            account,
            own,
            source and (self._once(source[0]), source[1]),
            image.owner_alias and self._once(image.owner_alias),
            image.creation_date,
            bool(here),
            inherited and self._once(inherited),
            bool(judged.unread),
        )

    def _open(self) -> Iterator[Child]:
        """The images whose parent is in no listing.

        The class of golden ones does not depend on it, but the descendants of an image that is gone
        are found by where their lines come from.
        """
        for node, known in self._known.items():
            if known.source is not None and known.source not in self._known:
                yield _child(node, known, known.source)

    def _line(self, node: Node) -> _Line:
        nodes: dict[Node, None] = {}
        source: Node | None = node
        while source is not None and source in self._known and source not in nodes:
            nodes[source] = None
            source = self._known[source].source
        return _Line(tuple(nodes), source)

    def _is_golden(self, node: Node) -> bool:
        known = self._known[node]
        return known.golden_here or known.inherits is not None

    def _classified(self, place: Collected, listed: ListedImage, *, shared: bool) -> Classified:
        node = (place.place.region, listed.image.id)
        line = self._line(node)
        kind, why = self._class(line)
        root, depth = line.source or line.last, len(line.nodes) - (line.source is None)
        bridge = self._bridges.get(line.last)
        if isinstance(bridge, Ancestry) and bridge.entries:
            entry = bridge.entries[-1]
            root = (entry.region or line.last[0], entry.image_id)
            depth = len(line.nodes) - 1 + len(bridge.entries) - 1
        return Classified(
            place.place.account,
            place.place.region,
            listed,
            shared,
            kind,
            why,
            root=None if root == node else root[1],
            depth=depth or None,
            ancestry=bridge if isinstance(bridge, Ancestry) and line.last == node else None,
        )

    def _class(self, line: _Line) -> tuple[ImageClass, str]:
        node, *ancestors = line.nodes
        known = self._known[node]
        if known.golden_here:
            return ImageClass.GOLDEN, "a golden watermark was attached to it"
        if known.inherits:
            return ImageClass.DERIVED, f"inherited {known.inherits}"
        for each in ancestors:
            if self._is_golden(each):
                return ImageClass.DERIVED, f"descends from {each[1]} in {each[0]}"
        return self._by_record(line)

    def _by_record(self, line: _Line) -> tuple[ImageClass, str]:
        """Classify by what GetImageAncestry returns beyond the listings."""
        node, source = line.nodes[0], line.source
        if self._known[node].unread:
            return ImageClass.UNKNOWN, "a watermark that may be golden, but EC2 left out part of it"
        if source is None:
            return ImageClass.UNKNOWN, "no golden watermark, and no recorded source that has one"
        bridge = self._bridges.get(line.last)
        if isinstance(bridge, Ancestry):
            for entry in bridge.entries:
                at = (entry.region or "", entry.image_id)
                if at in self._known and at != node and self._is_golden(at):
                    return (
                        ImageClass.DERIVED,
                        f"descends from {at[1]} in {at[0]}, according to EC2's record",
                    )
            return ImageClass.UNKNOWN, f"no golden watermark; its lineage ends: {bridge.end.value}"
        said = bridge or "EC2 was not asked about it"
        return (
            ImageClass.UNKNOWN,
            f"no golden watermark; {source[1]} in {source[0]} is in no listing: {said}",
        )


def _child(node: Node, known: _Known, parent: Node) -> Child:
    """A child with the details that an ancestry is checked against."""
    image = Image(
        node[1],
        owner_alias=known.owner_alias,
        creation_date=known.created,
        source_image_region=parent[0],
        source_image_id=parent[1],
    )
    return Child(known.account, node, image, parent)


def _source(image: Image) -> Node | None:
    if image.source_image_id is None or image.source_image_region is None:
        return None
    return image.source_image_region, image.source_image_id
