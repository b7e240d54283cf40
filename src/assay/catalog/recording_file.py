"""The file `assay record` writes: by place, what was asked and what was answered.

    {"assay_catalog": 2, "recorded_at": "2026-11-21T00:00:00Z", "places": [
      {"region": "us-east-1", "account": "222222222222", "identity": {…},
       "images": {"found": {"ami-0a…": {…}}, "absent": ["ami-0b…"], "unavailable": {"ami-0c…": "why"}},
       "parameters": {…}, …}]}

A place has one member for each kind of question, by its name: which members there are, and what
stands in them, is told by the questions and nowhere else.
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
    """What a recording has to know of a kind of question (`interface.Question`)."""

    @property
    def name(self) -> str:
        """The member that has its answers."""
        ...

    @property
    def answer(self) -> type[Any]:
        """The type of a value that answers it."""
        ...

    @property
    def called(self) -> str | None:
        """What a message calls a key that must not be quoted."""
        ...


Kinds = tuple[Kind, ...]


class Answers(msgspec.Struct, Generic[T], forbid_unknown_fields=True, omit_defaults=True):
    """The answers to one kind of question: values, names that were not there, failed lookups."""

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
        """What was asked; a key that stands there twice has two answers."""
        return [*self.found, *self.absent, *self.unavailable]

    def contradictions(self) -> set[str]:
        """Keys with more than one answer."""
        keys = self.asked()
        return (
            {key for key in keys if keys.count(key) > 1} if len(keys) != len(set(keys)) else set()
        )


class PlaceRecord(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """What stands in a recording for one place besides the answers, which `_record_of` adds."""

    region: str
    account: str | None = None
    partition: str = "aws"
    identity: Identity | None = None
    identity_unavailable: str | None = None
    reader: bool = False
    """Whether the identity is that of a reader of this account, not the caller's."""

    @property
    def is_callers(self) -> bool:
        """Whether it can tell who the caller was; what was asked of a known account cannot."""
        return self.account is None or (self.identity is not None and not self.reader)

    def answers(self, name: str) -> Answers[Any]:
        """The answers to the kind of question of this name."""
        found: Answers[Any] = getattr(self, name)
        return found

    def all_answers(self) -> Iterator[tuple[str, Answers[Any]]]:
        """Every kind of answer, by the name of its question."""
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
        """The record of a place, which is made where there is none."""
        found = self.get(place)
        if found is None:
            found = self[place] = self._new(place.region, place.account, place.partition)
        return found


@cache
def _record_of(questions: Kinds) -> type[PlaceRecord]:
    """A `PlaceRecord` with a member for each question that it does not have already.

    msgspec then reads and writes all of them in one pass, and refuses what it does not know: a
    recording of a newer assay, with a question that this one would overlook.
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
    """The recording in `data`; `path` is for messages. Raises `RecordingError`."""
    try:
        file: CatalogFile[PlaceRecord] = msgspec.json.decode(
            data,
            type=CatalogFile[_record_of(questions)],  # type: ignore[misc]
        )
    except (ValueError, RecursionError) as error:  # msgspec's own are, bad UTF-8 is no DecodeError
        raise RecordingError(
            f"not a recorded catalogue: {error}",
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
    """The records by place; two answers for one question are a damaged file."""
    called = {each.name: each.called for each in questions}
    places = Records(questions)
    for record in records:
        place = Place(record.partition, record.account, record.region)
        if place in places:
            raise RecordingError(f"{place} is recorded twice", where=path)
        for kind, answers in record.all_answers():
            # Which of two answers is right nobody can tell: `found` would win, and it is the one that
            # somebody who edits a recording to pass would add.
            for key in sorted(answers.contradictions()):
                raise RecordingError(
                    f"{called[kind] or key} in {place} has two answers", where=path
                )
        places[place] = record
    return places
