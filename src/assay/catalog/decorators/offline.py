"""The catalogue of `--offline`, which asks AWS nothing."""

from collections.abc import Collection, Mapping
from typing import TypeVar

import msgspec

from assay.catalog.interface import (
    Answer,
    CutShort,
    K,
    Listing,
    Obstacle,
    Pages,
    Question,
    Unavailable,
)
from assay.model import CatalogFacts

T = TypeVar("T")
_OFFLINE = "not checked (offline)"


class OfflineCatalog(msgspec.Struct, frozen=True):
    """An `ImageCatalog` that answers every question with `Unavailable`."""

    def ask(self, question: Question[K, T], keys: Collection[K]) -> Mapping[K, Answer[T]]:  # noqa: ARG002
        return dict.fromkeys(keys, Unavailable(_OFFLINE))

    def list_all(self, listing: Listing[K, T], key: K) -> Pages[T]:  # noqa: ARG002
        yield CutShort(Obstacle.NOT_ASKED, _OFFLINE)

    def facts(self) -> CatalogFacts:
        return CatalogFacts("offline", None, None, {})
