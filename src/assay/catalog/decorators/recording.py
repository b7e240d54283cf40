"""Records what another catalogue answers, so that it can be asked again without AWS.

The question decides which part of an answer a recording may contain. Listings are passed on but not
recorded: a recording contains what a check needs, not everything in an account.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TypeVar

import msgspec

from assay.catalog.interface import Answer, ImageCatalog, K, Listing, Pages, Question
from assay.catalog.questions import QUESTIONS
from assay.catalog.recording_file import VERSION, CatalogFile, Kinds, PlaceRecord, Records
from assay.model import CatalogFacts

T = TypeVar("T")


class RecordingCatalog:
    """An `ImageCatalog` that passes every question on and keeps the answers."""

    def __init__(self, source: ImageCatalog, questions: Kinds = QUESTIONS) -> None:
        self.source = source
        self._records = Records(questions)

    def ask(self, question: Question[K, T], keys: Collection[K]) -> Mapping[K, Answer[T]]:
        answers = self.source.ask(question, keys)
        for key, answer in answers.items():
            question.record(self._records, key, answer)
        return answers

    def list_all(self, listing: Listing[K, T], key: K) -> Pages[T]:
        return self.source.list_all(listing, key)

    def facts(self) -> CatalogFacts:
        return self.source.facts()

    def file(self, recorded_at: datetime) -> CatalogFile[PlaceRecord]:
        """Everything recorded so far."""
        facts = self.facts()
        places = sorted(
            self._records.values(), key=lambda at: (at.partition, at.account or "", at.region)
        )
        return CatalogFile(VERSION, facts.recorded_at or recorded_at, places, facts.endpoint)

    def to_json(self, recorded_at: datetime) -> bytes:
        """The recording as JSON, sorted and indented so that two can be compared by eye."""
        encoded = msgspec.json.encode(self.file(recorded_at), order="sorted")
        return msgspec.json.format(encoded, indent=1) + b"\n"
