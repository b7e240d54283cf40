"""Asks at once for images that an earlier event asked for one after the other.

A line of images is walked from one to what it was made from. Who judges many launches of few images knows the way
by then. Nothing that was answered is kept from event to event: what is foreseen is asked anew, with the first.
"""

from collections.abc import Collection, Mapping
from typing import TypeVar, cast

import msgspec

from assay.catalog.interface import Answer, ImageCatalog, K, Listing, Pages, Question
from assay.catalog.questions import IMAGES, ImageKey
from assay.model import CatalogFacts, Image

T = TypeVar("T")
MOST = 1_000
"""Images whose way is known; then all is learnt anew."""
FAR = 20
"""Images that are asked for besides; a longer way is walked."""

Ways = dict[ImageKey, tuple[ImageKey, ...]]
"""What was asked after an image, kept from event to event."""


class ForeseeingCatalog(msgspec.Struct, frozen=True):
    """An `ImageCatalog` for one event."""

    source: ImageCatalog
    ways: Ways
    _answers: dict[ImageKey, Answer[Image]] = msgspec.field(default_factory=dict)
    _asked: list[tuple[ImageKey, ...]] = msgspec.field(default_factory=list)

    def ask(self, question: Question[K, T], keys: Collection[K]) -> Mapping[K, Answer[T]]:
        if question.name != IMAGES.name:
            return self.source.ask(question, keys)
        images = self._images(cast("Collection[ImageKey]", keys))
        return cast("Mapping[K, Answer[T]]", images)

    def list_all(self, listing: Listing[K, T], key: K) -> Pages[T]:
        return self.source.list_all(listing, key)

    def facts(self) -> CatalogFacts:
        return self.source.facts()

    def learn(self) -> None:
        """The event has ended: the way of the one image that it began with is known."""
        if not self._asked or len(self._asked[0]) != 1:
            return
        (first,) = self._asked[0]
        way = tuple(dict.fromkeys(key for keys in self._asked[1:] for key in keys if key != first))
        if len(self.ways) >= MOST:
            self.ways.clear()
        self.ways[first] = way[:FAR]

    def _images(self, keys: Collection[ImageKey]) -> Mapping[ImageKey, Answer[Image]]:
        self._asked.append(tuple(keys))
        unknown = [key for key in keys if key not in self._answers]
        if unknown:
            foreseen = (each for key in unknown for each in self.ways.get(key, ()))
            wanted = dict.fromkeys((*unknown, *foreseen))
            self._answers.update(self.source.ask(IMAGES, wanted))
        return {key: self._answers[key] for key in keys}
