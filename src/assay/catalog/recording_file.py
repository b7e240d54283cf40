"""The file `assay record` writes: by place, what was asked and what was answered.

    {"assay_catalog": 2, "recorded_at": "2026-11-21T00:00:00Z", "places": [
      {"region": "us-east-1", "account": "222222222222", "identity": {…},
       "images": {"found": {"ami-0a…": {…}}, "absent": ["ami-0b…"], "unavailable": {"ami-0c…": "why"}},
       "parameters": {…}, …}]}

A place has one member for each kind of question, named after it. The questions alone define which
members exist and what they contain.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cache
from typing import Any, Generic, Protocol, TypeVar

import msgspec

from assay.catalog.answers import NEVER_ASKED, Absent, Answer, Unavailable
from assay.errors import RecordingError
from assay.model import Identity, Place

T = TypeVar("T")
R = TypeVar("R", bound="PlaceRecord")
VERSION = 2


class Kind(Protocol):
    """What a recording needs to know about a kind of question (`interface.Question`)."""

    @property
    def name(self) -> str:
        """The name of the member that contains its answers."""
        ...

    @property
    def answer(self) -> type[Any]:
        """The type of the values that answer it."""
        ...

    @property
    def called(self) -> str | None:
        """What a message calls a key that must not be quoted."""
        ...


Kinds = tuple[Kind, ...]


class Answers(msgspec.Struct, Generic[T], forbid_unknown_fields=True, omit_defaults=True):
    """The answers to one kind of question: values, absent keys, failed lookups."""

    found: dict[str, T] = {}
    absent: set[str] = set()
    unavailable: dict[str, str] = {}

    def get(self, key: str) -> Answer[T]:
        """The recorded answer for `key`."""
        if key in self.found:
            return self.found[key]
        if key in self.absent:
            return Absent()
        return Unavailable(self.unavailable.get(key, NEVER_ASKED))

    def put(self, key: str, answer: Answer[T]) -> None:
        """Record an answer."""
        match answer:
            case Absent():
                self.absent.add(key)
            case Unavailable(reason):
                self.unavailable[key] = reason
            case _:
                self.found[key] = answer

    def asked(self) -> list[str]:
        """The keys that were asked; a key that occurs twice has two answers."""
        return [*self.found, *self.absent, *self.unavailable]

    def contradictions(self) -> set[str]:
        """Keys with more than one answer."""
        keys = self.asked()
        return (
            {key for key in keys if keys.count(key) > 1} if len(keys) != len(set(keys)) else set()
        )


class PlaceRecord(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """What a recording stores for a place besides the answers, whose members `_record_of` adds."""

    region: str
    account: str | None = None
    partition: str = "aws"
    identity: Identity | None = None
    identity_unavailable: str | None = None
    reader: bool = False
    """Whether the identity is that of a reader of this account, rather than the caller's."""

    @property
    def is_callers(self) -> bool:
        """Whether the record can say who the caller was; one made for a known account cannot."""
        return self.account is None or (self.identity is not None and not self.reader)

    def answers(self, name: str) -> Answers[Any]:
        """The answers to the kind of question with this name."""
        found: Answers[Any] = getattr(self, name)
        return found

    def all_answers(self) -> Iterator[tuple[str, Answers[Any]]]:
        """The answers to every kind of question, with the name of the question."""
        for name in self.__struct_fields__:
            found = getattr(self, name)
            if isinstance(found, Answers):
                yield name, found


class CatalogFile(msgspec.Struct, Generic[R], forbid_unknown_fields=True, omit_defaults=True):
    """The file `assay record` writes."""

    assay_catalog: int
    recorded_at: datetime
    places: list[R]
    endpoint: str | None = None


class Records(dict[Place, PlaceRecord]):
    """The places of a recording."""

    def __init__(self, questions: Kinds) -> None:
        super().__init__()
        self._new = _record_of(questions)

    def at(self, place: Place) -> PlaceRecord:
        """Return the record of a place, creating it if necessary."""
        found = self.get(place)
        if found is None:
            found = self[place] = self._new(place.region, place.account, place.partition)
        return found


@cache
def _record_of(questions: Kinds) -> type[PlaceRecord]:
    """A `PlaceRecord` with a member for each question that it does not have already.

    With it, msgspec reads and writes all members in one pass and refuses unknown ones, so that a
    recording of a newer assay with a question unknown to this version is not silently misread.
    """
    members: list[tuple[str, Any, Any]] = [
        (each.name, Answers[each.answer], msgspec.field(default_factory=Answers))  # type: ignore[name-defined]
        for each in questions
        if each.name not in PlaceRecord.__struct_fields__
    ]
    record: type[Any] = msgspec.defstruct(
        PlaceRecord.__name__,
        members,
        bases=(PlaceRecord,),
        forbid_unknown_fields=True,
        omit_defaults=True,
    )
    return record


def read(path: str, data: bytes, questions: Kinds) -> CatalogFile[PlaceRecord]:
    """Return the recording in `data`; `path` is for messages. Raises `RecordingError`."""
    try:
        file: CatalogFile[PlaceRecord] = msgspec.json.decode(
            data,
            type=CatalogFile[_record_of(questions)],  # type: ignore[misc]
        )
    except (ValueError, RecursionError) as error:  # msgspec's own are, bad UTF-8 is no DecodeError
        raise RecordingError(
            f"not a recorded catalogue: {error if data.strip() else 'empty'}",
            where=path,
            hint="write one with: assay record plan.json -o catalog.json",
        ) from error
    if file.assay_catalog != VERSION:
        raise RecordingError(
            f"a recorded catalogue of version {file.assay_catalog}; this assay reads {VERSION}",
            where=path,
            hint="update assay or record the catalogue again",
        )
    if file.recorded_at.tzinfo is None:
        raise RecordingError("recorded_at has no time zone", where=path)
    return file


def by_place(path: str, records: Iterable[PlaceRecord], questions: Kinds) -> Records:
    """The records by place. Raises `RecordingError` if a place or a question occurs twice."""
    called = {each.name: each.called for each in questions}
    places = Records(questions)
    for record in records:
        place = Place(record.partition, record.account, record.region)
        if place in places:
            raise RecordingError(f"{place} is recorded twice", where=path)
        for kind, answers in record.all_answers():
            # It is impossible to tell which of two answers is right. `found` would win, and that is
            # what somebody who edits a recording to make it pass would add.
            for key in sorted(answers.contradictions()):
                raise RecordingError(
                    f"{called[kind] or key} in {place} has two answers", where=path
                )
        places[place] = record
    return places
