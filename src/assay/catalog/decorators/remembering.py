"""Remembers ancestries across runs: what an image was made from never changes.

Nothing else is kept. Watermarks, states, owners' settings and visibility are asked for in each run,
and a remembered ancestry is used only while the image still names the same parent.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TypeVar, cast

import msgspec

from assay.catalog.interface import Answer, ImageCatalog, K, Listing, Pages, Question
from assay.catalog.questions import ANCESTRY, IMAGES, ImageKey
from assay.digests import sha256
from assay.kept import Kept
from assay.model import Ancestry, CatalogFacts, Image, Place

T = TypeVar("T")
VERSION = 1
KEPT = 60_000
"""Ancestries kept per place; the oldest are dropped first. An account can have 50,000 images in a
Region, unless AWS raised that quota (EC2 User Guide, "AMI quotas"): with a smaller number, each
night of a fleet would forget what the next one asks for."""


class _File(msgspec.Struct):
    """The file of one place. It names its place itself, because its file name proves nothing."""

    version: int
    endpoint: str | None
    place: Place
    ancestry: dict[str, Ancestry]


class RememberingCatalog(msgspec.Struct, frozen=True):
    """An `ImageCatalog` that asks another one only for ancestries that no earlier run has learnt."""

    source: ImageCatalog
    kept: Kept
    _images: dict[ImageKey, Image] = msgspec.field(default_factory=dict)
    _told: str | None = None
    """The endpoint that described those images, if this catalogue's source did not."""

    def ask(self, question: Question[K, T], keys: Collection[K]) -> Mapping[K, Answer[T]]:
        """Answer from memory (ancestries only) if possible, otherwise from the source."""
        if question.name == ANCESTRY.name:  # this fixes K and T, which no type checker can see
            ancestries = self._ancestry(cast("Collection[ImageKey]", keys))
            return cast("Mapping[K, Answer[T]]", ancestries)
        answers = self.source.ask(question, keys)
        if question.name == IMAGES.name:
            self._see(cast("Mapping[ImageKey, Answer[Image]]", answers))
        return answers

    def list_all(self, listing: Listing[K, T], key: K) -> Pages[T]:
        return self.source.list_all(listing, key)

    def facts(self) -> CatalogFacts:
        return self.source.facts()

    def _see(self, answers: Mapping[ImageKey, Answer[Image]]) -> None:
        """Store images as this run describes them, for checking ancestries against them."""
        for key, answer in answers.items():
            if isinstance(answer, Image):
                self._images[key] = answer

    def _ancestry(self, keys: Collection[ImageKey]) -> Mapping[ImageKey, Answer[Ancestry]]:
        """The remembered ancestries of these images, and the rest from the source."""
        kept = {place: self._load(place) for place in {place for place, _ in keys}}
        known: dict[ImageKey, Answer[Ancestry]] = {}
        for key in keys:
            found = kept[key[0]].get(key[1])
            if found is not None and self._still_holds(key, found):
                known[key] = found
        unknown = [key for key in keys if key not in known]
        answers = self.source.ask(ANCESTRY, unknown)
        self._learn(answers)
        return {**known, **answers}

    def _still_holds(self, key: ImageKey, found: Ancestry) -> bool:
        """Whether the image as described in this run is the one whose ancestry was remembered."""
        image, entry = self._images.get(key), found.entries[0] if found.entries else None
        return (
            image is not None
            and entry is not None
            and found.immutable  # what is not visible today may be tomorrow; a public root stays
            and (entry.image_id, entry.region) == (image.id, key[0].region)
            and (entry.source_image_id, entry.source_image_region)
            == (image.source_image_id, image.source_image_region)
            and _same_second(entry.creation_date, image.creation_date)
        )

    def _learn(self, answers: Mapping[ImageKey, Answer[Ancestry]]) -> None:
        learnt: dict[Place, dict[str, Ancestry]] = {}
        for key, answer in answers.items():
            if isinstance(answer, Ancestry) and self._still_holds(key, answer):
                learnt.setdefault(key[0], {})[key[1]] = answer
        for place, found in learnt.items():
            # Without an account it is not known who asked, and different accounts see different
            # images.
            if place.account is not None:
                self._save(place, found)

    def _load(self, place: Place) -> dict[str, Ancestry]:
        """What was kept for a place; empty if the file is missing, damaged or for another place."""
        content = self.kept.read(self._name(place))
        if content is None:
            return {}
        try:
            file = msgspec.json.decode(content, type=_File)
        except (ValueError, RecursionError):
            return {}
        mine = (VERSION, self._endpoint(), place)
        return file.ancestry if (file.version, file.endpoint, file.place) == mine else {}

    def _save(self, place: Place, found: Mapping[str, Ancestry]) -> None:
        """Add to what is kept. Whoever can write an ancestry can make a watermark agree with it.

        If two runs save at the same moment, one of them loses what it learnt and will ask again.
        """
        # Read again: another run may have written in the meantime.
        kept = {**self._load(place), **found}
        newest = dict(list(kept.items())[-KEPT:])
        content = msgspec.json.encode(_File(VERSION, self._endpoint(), place, newest))
        self.kept.write(self._name(place), content)

    def _name(self, place: Place) -> str:
        name = f"{place.partition}-{place.account}-{place.region}"
        safe = "".join(c if c.isalnum() or c == "-" else "_" for c in name)
        digest = sha256(f"{self._endpoint()} {name}".encode())[:16]
        return f"{safe[:80]}-{digest}.json"

    def _endpoint(self) -> str | None:
        return self._told or self.source.facts().endpoint


def knowing(
    catalog: ImageCatalog, images: Mapping[ImageKey, Image], endpoint: str | None
) -> ImageCatalog:
    """A catalogue that already knows these images, as described in the listings of a run."""
    if not isinstance(catalog, RememberingCatalog):
        return catalog
    return RememberingCatalog(catalog.source, catalog.kept, dict(images), endpoint)


def _same_second(one: datetime | None, other: datetime | None) -> bool:
    """Whether two times agree; the two calls may return them with different precision."""
    if one is None or other is None:
        return one is other
    return abs((one - other).total_seconds()) < 1
