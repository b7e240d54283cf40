"""Writes down what another catalogue answers, so that it can be asked again without AWS.

Recordings are passed on, and people write into parameters and tags what is nobody's business. Of a
parameter, a template or an instance only what names an image is kept, else that it names none; of
an image everything but its tags: an exception that asks for them does not hold with a recording.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from assay.catalog.interface import (
    Answer,
    EveryVersionKey,
    ImageCatalog,
    ImageKey,
    InstanceKey,
    ParameterKey,
    SearchKey,
    TemplateKey,
    Unavailable,
)
from assay.catalog.recorded import SETTINGS, VERSION, CatalogFile, PlaceRecord, written
from assay.model import (
    Alias,
    AllowedImages,
    AmiId,
    Ancestry,
    CatalogFacts,
    Identity,
    Image,
    Place,
    Removal,
    Searched,
    TemplateVersion,
    parse_image,
)

NO_IMAGE = "not an AMI id"
"""What stands in a recording for a value that names no image; it names none itself."""


class RecordingCatalog(msgspec.Struct, frozen=True):
    """An `ImageCatalog` that passes every question on and keeps the answers."""

    source: ImageCatalog
    _places: dict[Place, PlaceRecord] = msgspec.field(default_factory=dict)

    def identities(self, places: Collection[Place]) -> Mapping[Place, Answer[Identity]]:
        answers = self.source.identities(places)
        for place, answer in answers.items():
            match answer:
                case Identity(account=account):
                    at = self._at(Place(place.partition, account, place.region))
                    known = place.account is not None
                    at.reader = known and (at.reader or at.identity is None)
                    at.identity = answer
                case Unavailable(reason):
                    self._at(place).identity_unavailable = reason
        return answers

    def images(self, keys: Collection[ImageKey]) -> Mapping[ImageKey, Answer[Image]]:
        answers = self.source.images(keys)
        for (place, id), answer in answers.items():
            kept = replace(answer, tags={}) if isinstance(answer, Image) else answer
            self._at(place).images.put(id, kept)
        return answers

    def ancestry(self, keys: Collection[ImageKey]) -> Mapping[ImageKey, Answer[Ancestry]]:
        answers = self.source.ancestry(keys)
        for (place, id), answer in answers.items():
            self._at(place).ancestry.put(id, answer)
        return answers

    def removals(self, keys: Collection[ImageKey]) -> Mapping[ImageKey, Answer[Removal]]:
        answers = self.source.removals(keys)
        for (place, id), answer in answers.items():
            self._at(place).removals.put(id, answer)
        return answers

    def allowed_images(self, places: Collection[Place]) -> Mapping[Place, Answer[AllowedImages]]:
        answers = self.source.allowed_images(places)
        for place, answer in answers.items():
            self._at(place).allowed_images.put(SETTINGS, answer)
        return answers

    def parameters(self, keys: Collection[ParameterKey]) -> Mapping[ParameterKey, Answer[str]]:
        answers = self.source.parameters(keys)
        for (place, name), answer in answers.items():
            kept = parameter_value(answer) if isinstance(answer, str) else answer
            self._at(place).parameters.put(name, kept)
        return answers

    def templates(
        self, keys: Collection[TemplateKey]
    ) -> Mapping[TemplateKey, Answer[TemplateVersion]]:
        answers = self.source.templates(keys)
        for (place, ref), answer in answers.items():
            kept = _version(answer) if isinstance(answer, TemplateVersion) else answer
            self._at(place).templates.put(str(ref), kept)
        return answers

    def every_version(
        self, keys: Collection[EveryVersionKey]
    ) -> Mapping[EveryVersionKey, Answer[tuple[TemplateVersion, ...]]]:
        answers = self.source.every_version(keys)
        for (place, template), answer in answers.items():
            kept = tuple(map(_version, answer)) if isinstance(answer, tuple) else answer
            self._at(place).every_version.put(str(template), kept)
        return answers

    def instances(self, keys: Collection[InstanceKey]) -> Mapping[InstanceKey, Answer[str]]:
        answers = self.source.instances(keys)
        for (place, id), answer in answers.items():
            kept = _image_value(answer) if isinstance(answer, str) else answer
            self._at(place).instances.put(id, kept)
        return answers

    def searches(self, keys: Collection[SearchKey]) -> Mapping[SearchKey, Answer[Searched]]:
        answers = self.source.searches(keys)
        for (place, search), answer in answers.items():
            self._at(place).searches.put(written(search), answer)
        return answers

    def facts(self) -> CatalogFacts:
        return self.source.facts()

    def file(self, recorded_at: datetime) -> CatalogFile:
        """What was recorded so far."""
        facts = self.facts()
        places = sorted(
            self._places.values(), key=lambda at: (at.partition, at.account or "", at.region)
        )
        return CatalogFile(VERSION, facts.recorded_at or recorded_at, places, facts.endpoint)

    def to_json(self, recorded_at: datetime) -> bytes:
        """The recording, sorted and indented so that two of them can be compared by eye."""
        encoded = msgspec.json.encode(self.file(recorded_at), order="sorted")
        return msgspec.json.format(encoded, indent=1) + b"\n"

    def _at(self, place: Place) -> PlaceRecord:
        return self._places.setdefault(
            place, PlaceRecord(place.region, place.account, place.partition)
        )


def parameter_value(value: str) -> str:
    """What is kept of an SSM parameter: an AMI id; of a JSON object the members that lead to one."""
    if isinstance(parse_image(value), AmiId):
        return value
    try:
        document = msgspec.json.decode(value) if value.lstrip().startswith("{") else None
    except (ValueError, RecursionError):
        document = None
    images = _images_in(document)
    return msgspec.json.encode(images).decode() if images else NO_IMAGE


def _images_in(node: Any) -> Any:
    """An AMI id, or an object of nothing but those; None where there is none."""
    if isinstance(node, dict):
        kept = {name: found for name, each in node.items() if (found := _images_in(each))}
        return kept or None
    return node if isinstance(node, str) and isinstance(parse_image(node), AmiId) else None


def _version(version: TemplateVersion) -> TemplateVersion:
    return replace(version, image=_image_value(version.image)) if version.image else version


def _image_value(value: str) -> str:
    """What is kept of an `ImageId`: an AMI id, an alias, or nothing where there is nothing."""
    return value if isinstance(parse_image(value), AmiId | Alias | None) else NO_IMAGE
