"""Asks at once for what an event will need one after the other: a wait less for each.

An event about an instance leads to its image, which leads to what that was made from. With the instance is asked
about the image that the event itself names, if it names one; with an image, about its recorded ancestry. Where
ancestors themselves are looked at, whoever judges many launches of few images knows the way by then.

Nothing that was answered is kept from event to event: what is foreseen is asked anew, and believed no more than
what is asked for. An event that names the wrong image costs some calls.
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
"""Images whose way is known; then all is learnt anew."""
FAR = 20
"""Images that are asked for besides; a longer way is walked."""

Ways = dict[ImageKey, tuple[ImageKey, ...]]
"""What was asked after an image, kept from event to event."""


class ForeseeingCatalog(msgspec.Struct):
    """An `ImageCatalog` for one event, which asks nothing twice."""

    source: ImageCatalog
    ways: Ways
    named: Sequence[ImageKey] = ()
    """The images that the event names."""
    settings: bool = False
    """Whether Allowed AMIs settings are needed, too."""
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
        """The event has ended: the way of the one image that it began with is known."""
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
        """What will be asked after a question."""
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
        pool.shutdown(wait=False)  # each has the deadline of the source
        for question, future in under_way:
            self._answers.update(
                ((question.name, key), answer) for key, answer in future.result().items()
            )
