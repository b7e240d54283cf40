"""Whose eyes look: fills in the account where the plan does not tell it.

Where it cannot be told, the account stays unknown; images may be visible all the same.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from assay.catalog.interface import Answer, ImageCatalog
from assay.model import Identity, Made, Place, Planned, Question, Unplaced, Value

_Answers = Mapping[Place, Answer[Identity]]


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
    return {
        (value, place): (_value(value, answers), _filled(place, answers))
        for value, place in questions
    }


def _places(value: Value) -> Iterator[Place | Unplaced]:
    """The places inside a value: where the sources of planned images are looked up."""
    while isinstance(value, Made | Planned):
        if isinstance(value, Made):
            yield value.place
            value = value.source
        else:
            value = value.value


def _filled(place: Place | Unplaced, answers: _Answers) -> Place | Unplaced:
    match place, answers.get(place) if isinstance(place, Place) else None:
        case Place(), Identity(account=account):
            return replace(place, account=account)
    return place


def _value(value: Value, answers: _Answers) -> Value:
    match value:
        case Made(source=source, place=place):
            return replace(value, source=_value(source, answers), place=_filled(place, answers))
        case Planned(value=inner):
            return replace(value, value=_value(inner, answers))
    return value
