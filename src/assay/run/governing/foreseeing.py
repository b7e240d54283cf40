"""Asks at once what an event would otherwise need one question after another, to wait less often.

An event about an instance leads to its image, and that to the images it was made from. Together
with the instance, the image that the event itself names is asked about, if there is one; together
with an image, its recorded ancestry. If ancestors themselves are looked at, their ids are known
after the first of many launches from the same images.

No answer is kept from one event to the next: questions asked in advance are asked again each time,
and their answers are trusted no more than others. An event that names the wrong image costs some
calls.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import msgspec

from assay.catalog.fleet_questions import INSTANCE_IMAGES
from assay.catalog.interface import Answer, ImageCatalog, K, Listing, Pages, Question
from assay.catalog.questions import ALLOWED_IMAGES, ANCESTRY, IMAGES, ImageKey
from assay.model import CatalogFacts

T = TypeVar("T")
MOST = 1_000
"""The number of images whose ancestors are remembered, before all are learned again."""
FAR = 20
"""The number of images asked about in advance; a longer way is followed step by step."""

Ways = dict[ImageKey, tuple[ImageKey, ...]]
"""The images that were asked about after an image, kept from event to event."""


class ForeseeingCatalog(msgspec.Struct):
    """An `ImageCatalog` for one event, which asks nothing twice."""

    source: ImageCatalog
    ways: Ways
    named: Sequence[ImageKey] = ()
    """The images that the event names."""
    settings: bool = False
    """Whether Allowed AMIs settings are needed as well."""
    _answers: dict[tuple[str, Any], Any] = msgspec.field(default_factory=dict)
    _walked: list[tuple[ImageKey, ...]] = msgspec.field(default_factory=list)
    _at_ancestors: bool = False

    def ask(self, question: Question[K, T], keys: Collection[K]) -> Mapping[K, Answer[T]]:
        unknown = self._unknown(question, keys)
        if unknown:
            besides = self._besides(question, unknown)
            self._ask_at_once([(question, unknown), *besides])
        if question.name == IMAGES.name:
            self._walked.append(tuple(keys))  # type: ignore[arg-type]
        self._at_ancestors |= question.name == ANCESTRY.name
        return {key: self._answers[question.name, key] for key in keys}

    def list_all(self, listing: Listing[K, T], key: K) -> Pages[T]:
        return self.source.list_all(listing, key)

    def facts(self) -> CatalogFacts:
        return self.source.facts()

    def learn(self) -> None:
        """When the event has ended, remember the way from its first image, if it had only one."""
        if not self._walked or len(self._walked[0]) != 1:
            return
        (first,) = self._walked[0]
        way = tuple(dict.fromkeys(key for keys in self._walked[1:] for key in keys if key != first))
        if len(self.ways) >= MOST:
            self.ways.clear()
        self.ways[first] = way[:FAR]

    def _besides(
        self, question: Question[Any, Any], keys: list[Any]
    ) -> Iterator[tuple[Question[Any, Any], list[Any]]]:
        """Yield the questions that will follow a question."""
        images: Sequence[ImageKey] = ()
        if question.name == INSTANCE_IMAGES.name:
            images = self.named[:FAR]
            yield IMAGES, list(images)
        elif question.name == IMAGES.name:
            images = keys[:FAR]
        else:
            return
        yield IMAGES, [each for key in images for each in self.ways.get(key, ())]
        if not self._at_ancestors:
            yield ANCESTRY, list(images)
        if self.settings:
            yield ALLOWED_IMAGES, [place for place, _ in images]

    def _unknown(self, question: Question[Any, Any], keys: Collection[Any]) -> list[Any]:
        return [key for key in dict.fromkeys(keys) if (question.name, key) not in self._answers]

    def _ask_at_once(self, asked: Sequence[tuple[Question[Any, Any], list[Any]]]) -> None:
        batches: dict[str, tuple[Question[Any, Any], list[Any]]] = {}
        for question, keys in asked:
            batches.setdefault(question.name, (question, []))[1].extend(keys)
        wanted = [(question, self._unknown(question, keys)) for question, keys in batches.values()]
        wanted = [(question, keys) for question, keys in wanted if keys]
        pool = ThreadPoolExecutor(len(wanted), "together")
        under_way = [(each, pool.submit(self.source.ask, each, keys)) for each, keys in wanted]
        pool.shutdown(wait=False)  # each call has the deadline of the source
        for question, future in under_way:
            self._answers.update(
                ((question.name, key), answer) for key, answer in future.result().items()
            )
