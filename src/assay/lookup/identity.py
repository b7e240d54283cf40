"""Fills in the account of places for which the plan does not show it.

If it cannot be found out, the account stays unknown; images may be visible nevertheless.
"""

from collections.abc import Collection, Iterator, Mapping

from msgspec.structs import replace

from assay.catalog.interface import Answer, ImageCatalog
from assay.catalog.questions import IDENTITIES
from assay.model import (
    AmiId,
    AnyOf,
    Changeable,
    Changes,
    Identity,
    Made,
    Place,
    PlacedValue,
    Planned,
    Unplaced,
    Value,
)

_Answers = Mapping[Place, Answer[Identity]]


def with_accounts(
    questions: Collection[PlacedValue], catalog: ImageCatalog
) -> dict[PlacedValue, PlacedValue]:
    """Return each question with the accounts of its places, as far as the catalogue knows them."""
    standing = {at for _, at in questions}
    met: set[int] = set()
    for value, _ in questions:
        if not isinstance(value, AmiId):
            standing.update(_inside(value, met))
    places = {place for each in standing for place in _places(each) if place.account is None}
    answers = catalog.ask(IDENTITIES, places)
    told = _Told(answers)
    return {(value, place): (told.value(value), told.place(place)) for value, place in questions}


def _inside(value: Value, met: set[int]) -> Iterator[Place | Unplaced]:
    """The places inside a value: those of planned images' sources, and of names that change.

    `met` contains the `id()`s of changes that were already visited: many names share them.
    """
    while isinstance(value, Made | Planned):
        if isinstance(value, Made):
            yield value.place
            value = value.source
        else:
            value = value.value
    if isinstance(value, AnyOf):
        for each in value.values:
            yield from _inside(each, met)
    if isinstance(value, Changeable):
        for changes in value.among:
            if id(changes) not in met:
                met.add(id(changes))
                for change in changes:
                    yield change.place
                    yield from _inside(change.leaves, met)


def _places(place: Place | Unplaced) -> tuple[Place, ...]:
    if isinstance(place, Place):
        return (place,)
    return (*place.candidates, place.said) if place.said else place.candidates


def _filled(place: Place | Unplaced, answers: _Answers) -> Place | Unplaced:
    """Fill in the accounts of the reading credentials.

    If the provider does not allow such an account, the account that acts stays open.
    """
    if isinstance(place, Place):
        return _account(place, answers)
    candidates = tuple(_account(each, answers) for each in place.candidates)
    told = place.account_told and all(
        each.account in (place.among or (each.account,)) for each in candidates
    )
    if told and place.region_told:
        return candidates[0]
    said = _account(place.said, answers) if place.said and told else None
    return replace(place, candidates=candidates, account_told=told, said=said)


def _account(place: Place, answers: _Answers) -> Place:
    answer = answers.get(place)
    return replace(place, account=answer.account) if isinstance(answer, Identity) else place


class _Told:
    """Fills the catalogue's accounts into places and values; each is filled in only once."""

    def __init__(self, answers: _Answers) -> None:
        self._answers = answers
        self._places: dict[Place | Unplaced, Place | Unplaced] = {}
        self._changes: dict[int, Changes] = {}

    def place(self, place: Place | Unplaced) -> Place | Unplaced:
        found = self._places.get(place)
        if found is None:
            found = self._places[place] = _filled(place, self._answers)
        return found

    def value(self, value: Value) -> Value:
        if isinstance(value, AmiId):
            return value  # the usual case
        match value:
            case Made():
                return replace(
                    value, source=self.value(value.source), place=self.place(value.place)
                )
            case Planned(value=held):
                inner = self.value(held)
                return value if inner is held else replace(value, value=inner)
            case AnyOf(values):
                return AnyOf(tuple(map(self.value, values)))
            case Changeable(among=among):
                return replace(value, among=tuple(map(self._of_changes, among)))
        return value

    def _of_changes(self, changes: Changes) -> Changes:
        found = self._changes.get(id(changes))
        if found is None:
            found = self._changes[id(changes)] = Changes(
                tuple(
                    replace(each, place=self.place(each.place), leaves=self.value(each.leaves))
                    for each in changes
                )
            )
        return found
