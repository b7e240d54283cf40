"""A recorded catalogue: answers from a file, for demos, forks without credentials and tests.

It knows when it was recorded and what it was asked. A question that was never asked is
`Unavailable`, never `Absent`: silence in a file proves nothing.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, Generic, TypeVar

import msgspec

from assay.catalog.interface import (
    Absent,
    Answer,
    EveryVersionKey,
    ImageKey,
    InstanceKey,
    ParameterKey,
    SearchKey,
    TemplateKey,
    Unavailable,
)
from assay.errors import RecordingError
from assay.model import (
    AllowedImages,
    Ancestry,
    CatalogFacts,
    Identity,
    Image,
    ImageSearch,
    Place,
    Removal,
    Searched,
    TemplateVersion,
)

T = TypeVar("T")
VERSION = 2
SETTINGS = "settings"
"""The one key of what a place has only one of."""
NEVER_ASKED = "not asked when the catalogue was recorded"


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

    def contradictions(self) -> set[str]:
        """Keys with more than one answer."""
        keys = [*self.found, *self.absent, *self.unavailable]
        return (
            {key for key in keys if keys.count(key) > 1} if len(keys) != len(set(keys)) else set()
        )


class PlaceRecord(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """Everything that was answered for one place."""

    region: str
    account: str | None = None
    partition: str = "aws"
    identity: Identity | None = None
    identity_unavailable: str | None = None
    reader: bool = False
    """Whether the identity is that of a reader of this account, not the caller's."""
    images: Answers[Image] = msgspec.field(default_factory=Answers)
    ancestry: Answers[Ancestry] = msgspec.field(default_factory=Answers)
    removals: Answers[Removal] = msgspec.field(default_factory=Answers)
    allowed_images: Answers[AllowedImages] = msgspec.field(default_factory=Answers)
    parameters: Answers[str] = msgspec.field(default_factory=Answers)
    templates: Answers[TemplateVersion] = msgspec.field(default_factory=Answers)
    every_version: Answers[tuple[TemplateVersion, ...]] = msgspec.field(default_factory=Answers)
    """By the template's id or name."""
    instances: Answers[str] = msgspec.field(default_factory=Answers)
    searches: Answers[Searched] = msgspec.field(default_factory=Answers)
    """By the lookup, as `written` writes it."""

    @property
    def is_callers(self) -> bool:
        """Whether it can tell who the caller was; what was asked of a known account cannot."""
        return self.account is None or (self.identity is not None and not self.reader)

    def answers(self) -> "tuple[tuple[str, Answers[Any]], ...]":
        """Every kind of answer, by its name."""
        return tuple(
            (name, found)
            for name in self.__struct_fields__
            if isinstance(found := getattr(self, name), Answers)
        )


class CatalogFile(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """The file `assay record` writes."""

    assay_catalog: int
    recorded_at: datetime
    places: list[PlaceRecord]
    endpoint: str | None = None


class RecordedCatalog(msgspec.Struct, frozen=True):
    """An `ImageCatalog` that reads a recording."""

    file: CatalogFile
    _places: dict[Place, PlaceRecord] = msgspec.field(default_factory=dict)

    @classmethod
    def load(cls, path: str, data: bytes) -> "RecordedCatalog":
        """The catalogue in `data`; `path` is for messages. Raises `RecordingError`."""
        try:
            file = msgspec.json.decode(data, type=CatalogFile)
        except (
            ValueError,
            RecursionError,
        ) as error:  # msgspec's own are, bad UTF-8 is no DecodeError
            raise RecordingError(
                f"not a recorded catalogue: {error}",
                where=path,
                hint="write one with: assay record plan.json -o catalog.json",
            ) from error
        if file.assay_catalog != VERSION:
            raise RecordingError(
                f"a recorded catalogue of version {file.assay_catalog}; this assay reads {VERSION}",
                where=path,
                hint="update assay, or record it again",
            )
        if file.recorded_at.tzinfo is None:
            raise RecordingError("recorded_at has no time zone", where=path)
        return cls(file, _index(path, file.places))

    def identities(self, places: Collection[Place]) -> Mapping[Place, Answer[Identity]]:
        return {place: self._identity(place) for place in places}

    def images(self, keys: Collection[ImageKey]) -> Mapping[ImageKey, Answer[Image]]:
        return {(place, id): self._at(place).images.get(id) for place, id in keys}

    def ancestry(self, keys: Collection[ImageKey]) -> Mapping[ImageKey, Answer[Ancestry]]:
        return {(place, id): self._at(place).ancestry.get(id) for place, id in keys}

    def removals(self, keys: Collection[ImageKey]) -> Mapping[ImageKey, Answer[Removal]]:
        return {(place, id): self._at(place).removals.get(id) for place, id in keys}

    def allowed_images(self, places: Collection[Place]) -> Mapping[Place, Answer[AllowedImages]]:
        return {place: self._at(place).allowed_images.get(SETTINGS) for place in places}

    def parameters(self, keys: Collection[ParameterKey]) -> Mapping[ParameterKey, Answer[str]]:
        return {(place, name): self._at(place).parameters.get(name) for place, name in keys}

    def templates(
        self, keys: Collection[TemplateKey]
    ) -> Mapping[TemplateKey, Answer[TemplateVersion]]:
        return {(place, ref): self._at(place).templates.get(str(ref)) for place, ref in keys}

    def every_version(
        self, keys: Collection[EveryVersionKey]
    ) -> Mapping[EveryVersionKey, Answer[tuple[TemplateVersion, ...]]]:
        return {
            (place, template): self._at(place).every_version.get(str(template))
            for place, template in keys
        }

    def instances(self, keys: Collection[InstanceKey]) -> Mapping[InstanceKey, Answer[str]]:
        return {(place, id): self._at(place).instances.get(id) for place, id in keys}

    def searches(self, keys: Collection[SearchKey]) -> Mapping[SearchKey, Answer[Searched]]:
        return {
            (place, search): self._at(place).searches.get(written(search)) for place, search in keys
        }

    def facts(self) -> CatalogFacts:
        return CatalogFacts("recorded", self.file.endpoint, self.file.recorded_at, {})

    def accounts(self, place: Place, id: str) -> set[str | None]:
        """With whose eyes an image was looked for in the Region of `place`, whoever was asked."""
        return {
            at.account
            for at, record in self._places.items()
            if (at.partition, at.region) == (place.partition, place.region)
            if id in (*record.images.found, *record.images.absent, *record.images.unavailable)
        }

    def _at(self, place: Place) -> PlaceRecord:
        return self._places.get(place) or PlaceRecord(place.region)

    def _identity(self, place: Place) -> Answer[Identity]:
        """An unknown account means the one account whose credentials recorded that Region."""
        matching = [
            record
            for record in self.file.places
            if (record.partition, record.region) == (place.partition, place.region)
            and (place.account == record.account if place.account else record.is_callers)
            and (record.identity or record.identity_unavailable)
        ]
        if len(matching) != 1:
            return Unavailable(NEVER_ASKED if not matching else "several accounts were recorded")
        record = matching[0]
        return record.identity or Unavailable(record.identity_unavailable or NEVER_ASKED)


def written(search: ImageSearch) -> str:
    """The key of a lookup: the arguments that it gives, as JSON. A new argument changes no old key."""
    return msgspec.json.encode(search, order="sorted").decode()


def _index(path: str, records: Iterable[PlaceRecord]) -> dict[Place, PlaceRecord]:
    """The records by place; two answers for one question are a damaged file."""
    places: dict[Place, PlaceRecord] = {}
    for record in records:
        place = Place(record.partition, record.account, record.region)
        if place in places:
            raise RecordingError(f"{place} is recorded twice", where=path)
        for kind, answers in record.answers():
            for key in sorted(answers.contradictions()):
                what = "an image lookup" if kind == "searches" else key
                raise RecordingError(f"{what} in {place} has two answers", where=path)
        places[place] = record
    return places
