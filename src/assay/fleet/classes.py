"""golden, derived or unknown: what each image of a fleet is, by the policy's golden marks.

Edges are what EC2 tells of each image in every listing (`SourceImageId`, `SourceImageRegion`). An id
means an image only together with its Region; whose it is does not matter, ids are not used twice.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain

import msgspec

from assay.fleet.ancestries import Ask, Child, Node, ancestries
from assay.fleet.collecting import Collected
from assay.model import Ancestry, Golden, Image
from assay.model.inventory import Classified, ImageClass, ListedImage
from assay.policy.golden import JudgedMarks


class _Known(msgspec.Struct):
    """What the listings tell of an image."""

    account: str
    image: Image
    golden_here: bool
    inherits: str | None
    """The key of a golden mark that it has from somewhere else."""
    unread: bool
    """It has a mark that may be golden: EC2's answer lacks what would tell."""


class _Line(msgspec.Struct, frozen=True):
    """From an image up to the last ancestor that a listing has."""

    nodes: tuple[Node, ...]
    source: Node | None
    """What the last one names as its own source; None where it names none."""

    @property
    def last(self) -> Node:
        return self.nodes[-1]


class Classes:
    """Classifies every image of some places, which it has to know all of."""

    def __init__(self, places: Iterable[Collected], golden: Golden, as_of: datetime) -> None:
        self._golden = golden
        self._as_of = as_of
        self._judged = JudgedMarks()
        self._places = list(places)
        self._known: dict[Node, _Known] = {}
        self._bridges: dict[Node, Ancestry | str] = {}
        # An owner is told all of an image, who merely sees it may be told less: owners come last
        shared = ((place, each) for place in self._places for each in place.shared)
        own = ((place, each) for place in self._places for each in place.own)
        for place, each in chain(shared, own):
            node = (place.place.region, each.image.id)
            self._known[node] = self._seen(place.place.account, *node, each.image)

    def all(self, ask: Ask) -> Iterator[Classified]:
        """Every image of every place. `ask` is called for those whose line leaves the listings."""
        self._bridges.update(ancestries(list(self._open()), ask))
        for place in self._places:
            for listed in place.own:
                yield self._classified(place, listed, shared=False)
            for listed in place.shared:
                yield self._classified(place, listed, shared=True)

    def _seen(self, account: str, region: str, id: str, image: Image) -> _Known:
        judged = self._judged.of(image, self._golden, self._as_of)
        marks = judged.golden
        here = [
            mark
            for mark in marks
            if (mark.source_image_id, mark.source_image_region) == (id, region)
        ]
        inherited = next((mark.key for mark in marks if mark not in here), None)
        return _Known(account, image, bool(here), inherited, bool(judged.unread))

    def _open(self) -> Iterator[Child]:
        """The images whose parent no listing has. Of golden ones no class depends on it; but what descends
        from an image that is gone is told by where their lines come from.
        """
        for node, known in self._known.items():
            source = _source(known.image)
            if source is not None and source not in self._known:
                yield Child(known.account, node, known.image, source)

    def _line(self, node: Node) -> _Line:
        nodes: dict[Node, None] = {}
        source: Node | None = node
        while source is not None and source in self._known and source not in nodes:
            nodes[source] = None
            source = _source(self._known[source].image)
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
            return ImageClass.GOLDEN, "a golden mark was attached to it"
        if known.inherits:
            return ImageClass.DERIVED, f"inherited {known.inherits}"
        for each in ancestors:
            if self._is_golden(each):
                return ImageClass.DERIVED, f"descends from {each[1]} in {each[0]}"
        return self._by_record(line)

    def _by_record(self, line: _Line) -> tuple[ImageClass, str]:
        """By what GetImageAncestry tells beyond the listings."""
        node, source = line.nodes[0], line.source
        if self._known[node].unread:
            return ImageClass.UNKNOWN, "a mark that may be golden: EC2 did not tell all of it"
        if source is None:
            return ImageClass.UNKNOWN, "no golden mark, and no recorded source that has one"
        bridge = self._bridges.get(line.last)
        if isinstance(bridge, Ancestry):
            for entry in bridge.entries:
                at = (entry.region or "", entry.image_id)
                if at in self._known and at != node and self._is_golden(at):
                    return ImageClass.DERIVED, f"descends from {at[1]} in {at[0]}, by the record"
            return ImageClass.UNKNOWN, f"no golden mark; its line ends: {bridge.end.value}"
        said = bridge or "it was not asked"
        return (
            ImageClass.UNKNOWN,
            f"no golden mark; {source[1]} in {source[0]} is in no listing: {said}",
        )


def _source(image: Image) -> Node | None:
    if image.source_image_id is None or image.source_image_region is None:
        return None
    return image.source_image_region, image.source_image_id
