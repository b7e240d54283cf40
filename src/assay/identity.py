"""Whose eyes look: fills in the account where the plan does not tell it.

Where it cannot be told, the account stays unknown; images may be visible all the same.
"""

from collections.abc import Collection, Iterator, Mapping

from msgspec.structs import replace

from assay.catalog.interface import Answer, ImageCatalog
from assay.model import (
    AnyOf,
    Changeable,
    Identity,
    Made,
    ParameterChange,
    Place,
    Planned,
    Question,
    TemplateChange,
    Unplaced,
    Value,
)

_Filled = Mapping[Place | Unplaced, Place | Unplaced]


def with_accounts(
    questions: Collection[Question], catalog: ImageCatalog
) -> dict[Question, Question]:
    """Each question with the accounts of its places, as far as the catalogue can tell them."""
    places = {
        place
        for value, at in questions
        for place in (at, *_places(value))
        if isinstance(place, Place) and place.account is None
    }
    answers = catalog.identities(places) if places else {}
    filled: dict[Place | Unplaced, Place | Unplaced] = {
        place: _filled(place, answer) for place, answer in answers.items()
    }
    return {
        (value, place): (_value(value, filled), filled.get(place, place))
        for value, place in questions
    }


def _places(value: Value) -> Iterator[Place | Unplaced]:
    """The places inside a value: of the sources of planned images, and of names that change."""
    while isinstance(value, Made | Planned):
        if isinstance(value, Made):
            yield value.place
            value = value.source
        else:
            value = value.value
    if isinstance(value, AnyOf):
        for each in value.values:
            yield from _places(each)
    if isinstance(value, Changeable):
        for change in value.changes:
            yield change.place
            yield from _places(change.leaves)


def _filled(place: Place, answer: Answer[Identity]) -> Place:
    return replace(place, account=answer.account) if isinstance(answer, Identity) else place


def _value(value: Value, filled: _Filled) -> Value:
    if isinstance(value, Made):
        source, place = _value(value.source, filled), filled.get(value.place, value.place)
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
    place, leaves = filled.get(change.place, change.place), _value(change.leaves, filled)
    return replace(change, place=place, leaves=leaves)
