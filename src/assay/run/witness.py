"""A catalogue that records, for each place, the result of asking it, and asks nothing twice.

Places are asked one after another, so that each call is counted for the right place.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from assay.catalog.fleet_questions import INSTANCE_IMAGES
from assay.catalog.interface import Answer, ImageCatalog, K, Listing, Pages, Question, Unavailable
from assay.catalog.questions import ANCESTRY, IMAGES
from assay.model import CatalogFacts, Image, Place
from assay.model.places_seen import PlaceSeen, PlaceState

T = TypeVar("T")
_SIGHTS = (IMAGES.name, INSTANCE_IMAGES.name, ANCESTRY.name)
"""The questions that show whether a place can be seen; all others only add explanations."""


@dataclass
class _Note:
    calls: int = 0
    images: set[str] = field(default_factory=set)
    answered: bool = False
    refused: list[str] = field(default_factory=list)


class Witness:
    """An `ImageCatalog` that wraps another."""

    def __init__(self, source: ImageCatalog, asked_at: datetime) -> None:
        self._source = source
        self.asked_at = asked_at
        self._notes: dict[Place, _Note] = {}
        self._known: dict[tuple[str, Any], Any] = {}

    def ask(self, question: Question[K, T], keys: Collection[K]) -> Mapping[K, Answer[T]]:
        by_place: dict[Place, list[K]] = {}
        for key in keys:
            if (question.name, key) not in self._known:
                by_place.setdefault(question.place(key), []).append(key)
        for place, asked in by_place.items():
            before = self.calls
            answers = self._source.ask(question, asked)
            self._known.update({(question.name, key): answers[key] for key in asked})
            self._note(question, place, list(answers.values()), self.calls - before)
        return {key: self._known[question.name, key] for key in keys}

    def _note(
        self, question: Question[Any, Any], place: Place, answers: list[Answer[Any]], calls: int
    ) -> None:
        note = self._notes.setdefault(place, _Note())
        note.calls += calls
        if question.name not in _SIGHTS:
            return
        for answer in answers:
            if isinstance(answer, Unavailable):
                note.refused.append(answer.reason)
                continue
            note.answered = True
            if isinstance(answer, Image):
                note.images.add(answer.id)

    def list_all(self, listing: Listing[K, T], key: K) -> Pages[T]:
        before, place = self.calls, listing.place(key)
        try:
            yield from self._source.list_all(listing, key)
        finally:
            self._notes.setdefault(place, _Note()).calls += self.calls - before

    def facts(self) -> CatalogFacts:
        return self._source.facts()

    @property
    def calls(self) -> int:
        """The number of calls so far."""
        return sum(self.facts().api_calls.values())

    def places(self) -> tuple[PlaceSeen, ...]:
        """Return each place that was asked, with the call for the caller's identity."""
        seen: list[PlaceSeen] = []
        known = {(each.account, each.region) for each in self._notes if each.account}
        for place, note in self._notes.items():
            if place.account is None and any(region == place.region for _, region in known):
                continue
            reason = "; ".join(dict.fromkeys(note.refused)) or None
            also = self._notes.get(Place.of(place.region)) if place.account else None
            calls = note.calls + (also.calls if also and also is not note else 0)
            state = _state(note)
            seen.append(
                PlaceSeen(
                    place.account or "", place.region, state, reason,
                    images=len(note.images), calls=calls, seen_at=self.asked_at,
                )
            )  # fmt: skip
        return tuple(sorted(seen, key=lambda each: (each.account, each.region)))


def _state(note: _Note) -> PlaceState:
    """The state of a place; refusals say themselves if they were denials (`aws/refusals.py`)."""
    if not note.refused:
        return PlaceState.SEEN
    if note.answered:
        return PlaceState.CUT_SHORT
    denied = all(": denied (" in reason for reason in note.refused)
    return PlaceState.DENIED if denied else PlaceState.FAILED
