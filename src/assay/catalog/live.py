"""The live catalogue: EC2, SSM and STS, in batches. It only reads.

Every failure becomes `Unavailable` for exactly the keys whose answers it cost; nothing is inferred
from part of an answer. Only an SDK or credentials that cannot answer anything raise an error.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeVar

import msgspec

from assay.catalog.aws.askers import ASKERS
from assay.catalog.aws.sdk import Sdk
from assay.catalog.aws.troubles import Watch
from assay.catalog.interface import (
    Answer,
    Complete,
    CutShort,
    K,
    Listing,
    Obstacle,
    Page,
    Pages,
    Question,
)
from assay.model import CatalogFacts

T = TypeVar("T")


class LiveCatalog(msgspec.Struct, frozen=True):
    """An `ImageCatalog` that asks AWS, with boto3's credentials and the policy's readers."""

    _sdk: Sdk = msgspec.field(default_factory=Sdk)
    _askers: Mapping[str, Callable[..., Any]] = msgspec.field(default_factory=lambda: ASKERS)

    def ask(self, question: Question[K, T], keys: Collection[K]) -> Mapping[K, Answer[T]]:
        keys = list(keys)
        if not keys:
            return {}
        self._sdk.open()
        answers: Mapping[K, Answer[T]] = self._asker(question.name)(self._sdk, keys)
        return answers

    def _asker(self, name: str) -> Callable[..., Any]:
        if name in self._askers:
            return self._askers[name]
        from assay.catalog.aws.listers import FLEET_ASKERS

        return FLEET_ASKERS[name]

    def list_all(self, listing: Listing[K, T], key: K) -> Pages[T]:
        """Wait for each page no longer than for an answer."""
        from assay.catalog.aws.listers import LISTERS

        pages: Pages[T] = LISTERS[listing.name](self._sdk, key)
        self._sdk.open()

        def late(_: K, watch: Watch) -> CutShort:
            return CutShort(Obstacle.LATE, self._sdk.late(watch).reason)

        def next_part(_: K) -> Page[T] | Complete | CutShort:
            return next(pages)

        while True:
            # In a separate thread: this one can be interrupted and has a deadline to keep.
            part = self._sdk.flights.each((key,), next_part, late)[key]
            yield part
            if not isinstance(part, Page):
                return

    def facts(self) -> CatalogFacts:
        """The calls made so far, and any endpoint that is not AWS's own."""
        sdk = self._sdk
        return CatalogFacts(
            "live",
            sdk.endpoints(),
            None,
            sdk.calls(),
            sdk.turned_away(),
            callers=sdk.callers(),
        )
