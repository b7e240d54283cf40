"""The catalogue of `--offline`: nobody is asked, so nobody answers."""

from collections.abc import Collection, Mapping

import msgspec

from assay.catalog.interface import (
    Answer,
    EveryVersionKey,
    ImageKey,
    InstanceKey,
    ParameterKey,
    SearchKey,
    TemplateKey,
    Unavailable,
)
from assay.model import (
    AllowedImages,
    Ancestry,
    CatalogFacts,
    Identity,
    Image,
    Place,
    Removal,
    Searched,
    TemplateVersion,
)

_OFFLINE = Unavailable("not checked (offline)")


class OfflineCatalog(msgspec.Struct, frozen=True):
    """An `ImageCatalog` without an answer to anything."""

    def identities(self, places: Collection[Place]) -> Mapping[Place, Answer[Identity]]:
        return dict.fromkeys(places, _OFFLINE)

    def images(self, keys: Collection[ImageKey]) -> Mapping[ImageKey, Answer[Image]]:
        return dict.fromkeys(keys, _OFFLINE)

    def ancestry(self, keys: Collection[ImageKey]) -> Mapping[ImageKey, Answer[Ancestry]]:
        return dict.fromkeys(keys, _OFFLINE)

    def removals(self, keys: Collection[ImageKey]) -> Mapping[ImageKey, Answer[Removal]]:
        return dict.fromkeys(keys, _OFFLINE)

    def allowed_images(self, places: Collection[Place]) -> Mapping[Place, Answer[AllowedImages]]:
        return dict.fromkeys(places, _OFFLINE)

    def parameters(self, keys: Collection[ParameterKey]) -> Mapping[ParameterKey, Answer[str]]:
        return dict.fromkeys(keys, _OFFLINE)

    def templates(
        self, keys: Collection[TemplateKey]
    ) -> Mapping[TemplateKey, Answer[TemplateVersion]]:
        return dict.fromkeys(keys, _OFFLINE)

    def every_version(
        self, keys: Collection[EveryVersionKey]
    ) -> Mapping[EveryVersionKey, Answer[tuple[TemplateVersion, ...]]]:
        return dict.fromkeys(keys, _OFFLINE)

    def instances(self, keys: Collection[InstanceKey]) -> Mapping[InstanceKey, Answer[str]]:
        return dict.fromkeys(keys, _OFFLINE)

    def searches(self, keys: Collection[SearchKey]) -> Mapping[SearchKey, Answer[Searched]]:
        return dict.fromkeys(keys, _OFFLINE)

    def facts(self) -> CatalogFacts:
        return CatalogFacts("offline", None, None, {})
