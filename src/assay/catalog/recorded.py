"""A recorded catalogue: answers from a file, for demos, forks without credentials, and tests.

It knows when it was recorded and what it was asked. A question that was never asked is
`Unavailable`, never `Absent`: a missing entry in a file proves nothing.
"""

from collections.abc import Collection, Mapping
from typing import TypeVar

import msgspec

from assay.catalog.interface import (
    NEVER_ASKED,
    Answer,
    CutShort,
    K,
    Listing,
    Obstacle,
    Pages,
    Question,
)
from assay.catalog.questions import IMAGES, QUESTIONS
from assay.catalog.recording_file import (
    CatalogFile,
    Kinds,
    PlaceRecord,
    Records,
    by_place,
    read,
)
from assay.digests import sha256
from assay.model import CatalogFacts, Place

T = TypeVar("T")


class RecordedCatalog(msgspec.Struct, frozen=True):
    """An `ImageCatalog` that reads a recording."""

    file: CatalogFile[PlaceRecord]
    _records: Records
    sha256: str | None = None

    @classmethod
    def load(cls, path: str, data: bytes, questions: Kinds = QUESTIONS) -> "RecordedCatalog":
        """The catalogue in `data`; `path` is for messages. Raises `RecordingError`."""
        file = read(path, data, questions)
        return cls(file, by_place(path, file.places, questions), sha256(data))

    def ask(self, question: Question[K, T], keys: Collection[K]) -> Mapping[K, Answer[T]]:
        return {key: question.recorded(self._records, key) for key in keys}

    def list_all(self, listing: Listing[K, T], key: K) -> Pages[T]:  # noqa: ARG002
        """Recordings contain no listings: a file with everything in a place would be too large."""
        yield CutShort(Obstacle.NOT_ASKED, NEVER_ASKED)

    def facts(self) -> CatalogFacts:
        told = (record.identity for record in self._records.values() if record.identity)
        callers = tuple(sorted({identity.arn for identity in told if identity.arn}))
        return CatalogFacts(
            "recorded",
            self.file.endpoint,
            self.file.recorded_at,
            {},
            sha256=self.sha256,
            callers=callers,
        )

    def accounts(self, place: Place, id: str) -> set[str | None]:
        """The accounts whose credentials were used to look up an image in the Region of `place`."""
        return {
            at.account
            for at, record in self._records.items()
            if (at.partition, at.region) == (place.partition, place.region)
            if id in record.answers(IMAGES.name).asked()
        }
