"""Whose eyes look: fills in the account where the plan does not tell it.

Where it cannot be told, the account stays unknown; images may be visible all the same.
"""

from collections.abc import Callable, Collection, Iterator, Mapping

from msgspec.structs import replace

from assay.catalog.interface import Answer, ImageCatalog
from assay.catalog.questions import IDENTITIES
from assay.model import (
    AmiId,
    AnyOf,
    Changeable,
    Identity,
    Made,
    ParameterChange,
    Place,
    PlacedValue,
    Planned,
    TemplateChange,
    Unplaced,
    Value,
)

_Answers = Mapping[Place, Answer[Identity]]
_Filled = Callable[[Place | Unplaced], Place | Unplaced]


def with_accounts(
    questions: Collection[PlacedValue], catalog: ImageCatalog
) -> dict[PlacedValue, PlacedValue]:
    """Each question with the accounts of its places, as far as the catalogue can tell them."""
    standing = {at for _, at in questions}
    for value, _ in questions:
        if not isinstance(value, AmiId):
            standing.update(_inside(value))
    places = {place for each in standing for place in _places(each) if place.account is None}
    answers = catalog.ask(IDENTITIES, places)
    known: dict[Place | Unplaced, Place | Unplaced] = {}

    def filled(place: Place | Unplaced) -> Place | Unplaced:
        found = known.get(place)
        if found is None:
            found = known[place] = _filled(place, answers)
        return found

    return {(value, place): (_value(value, filled), filled(place)) for value, place in questions}


def _inside(value: Value) -> Iterator[Place | Unplaced]:
    """The places inside a value: of the sources of planned images, and of names that change."""
    while isinstance(value, Made | Planned):
        if isinstance(value, Made):
            yield value.place
            value = value.source
        else:
            value = value.value
    if isinstance(value, AnyOf):
        for each in value.values:
            yield from _inside(each)
    if isinstance(value, Changeable):
        for change in value.changes:
            yield change.place
            yield from _inside(change.leaves)


def _places(place: Place | Unplaced) -> tuple[Place, ...]:
    if isinstance(place, Place):
        return (place,)
    return (*place.candidates, place.said) if place.said else place.candidates


def _filled(place: Place | Unplaced, answers: _Answers) -> Place | Unplaced:
    """With the accounts of those whose eyes look; the caller's may not be one that acts there."""
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


def _value(value: Value, filled: _Filled) -> Value:
    if isinstance(value, Made):
        source, place = _value(value.source, filled), filled(value.place)
        return replace(value, source=source, place=place)
    if isinstance(value, Planned):
        inner = _value(value.value, filled)
        return value if inner is value.value else replace(value, value=inner)
    if isinstance(value, AnyOf):
        return AnyOf(tuple(_value(each, filled) for each in value.values))
    if isinstance(value, Changeable):
        return replace(value, changes=tuple(_change(each, filled) for each in value.changes))
    return value


def _change(
    change: ParameterChange | TemplateChange, filled: _Filled
) -> ParameterChange | TemplateChange:
    return replace(change, place=filled(change.place), leaves=_value(change.leaves, filled))
