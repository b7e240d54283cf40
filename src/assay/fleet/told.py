"""What EC2 tells of an instance's image to whoever has the instance, as an answer about that image.

DescribeInstanceImageMetadata tells it also of images that are deregistered or shared no more: name, owner,
state and marks, but not what the image was made from (EC2 API Reference, ImageMetadata). It is evidence of
the marks, and none of a lineage: that is asked for on its own, and stays open where nobody knows.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import TypeVar, cast

from msgspec.structs import replace

from assay.catalog.interface import Answer, ImageCatalog, K, Listing, Pages, Question
from assay.catalog.questions import ANCESTRY, IMAGES, ImageKey
from assay.fleet.places import At
from assay.model import (
    Ancestry,
    AncestryEnd,
    CatalogFacts,
    Evidence,
    Image,
    Place,
    Resolved,
    Subject,
)
from assay.model.inventory import Use
from assay.model.uses import UsedImage

T = TypeVar("T")
SOURCE = "ec2:DescribeInstanceImageMetadata"
UNTOLD = "EC2 shows an instance's owner the watermarks of its image, but not what the image was made from"


def told_by(uses: Mapping[At, Iterable[Use]]) -> dict[ImageKey, UsedImage]:
    """What EC2 tells of the images of instances."""
    return {
        (Place.of(region, account), use.image.id): use.image
        for (account, region), here in uses.items()
        for use in here
        if use.image is not None
    }


class Telling:
    """An `ImageCatalog` that answers for images which another one cannot show, by what instances tell."""

    def __init__(self, source: ImageCatalog, told: Mapping[ImageKey, UsedImage]) -> None:
        self._source = source
        self._told = told
        self.shown: dict[ImageKey, Image] = {}
        """The images that only instances tell of."""

    def ask(self, question: Question[K, T], keys: Collection[K]) -> Mapping[K, Answer[T]]:
        answers = self._source.ask(question, keys)
        if question.name != IMAGES.name:
            return answers
        images = cast("Mapping[ImageKey, Answer[Image]]", answers)
        gone = [key for key, each in images.items() if key in self._told and not is_shown(each)]
        self._show([key for key in gone if key not in self.shown])
        whole = {**images, **{key: self.shown[key] for key in gone}}
        return cast("Mapping[K, Answer[T]]", whole)

    def _show(self, keys: Collection[ImageKey]) -> None:
        for key, record in self._source.ask(ANCESTRY, keys).items():
            image = _image(self._told[key])
            if isinstance(record, Ancestry) and record.entries:
                first = record.entries[0]
                image = replace(
                    image,
                    source_image_id=first.source_image_id,
                    source_image_region=first.source_image_region,
                )
            self.shown[key] = image

    def list_all(self, listing: Listing[K, T], key: K) -> Pages[T]:
        return self._source.list_all(listing, key)

    def facts(self) -> CatalogFacts:
        return self._source.facts()


def is_shown(answer: object) -> bool:
    """Whether an answer is an image as DescribeImages shows it; of one that only stands in a record of
    somebody's ancestry, not even the state is known.
    """
    return isinstance(answer, Image) and answer.state is not None


def as_told(subject: Subject, shown: Mapping[ImageKey, Image]) -> Subject:
    """The subject, with who really told of its image, and without a lineage that nobody told."""
    found, provenance = subject.resolution, subject.provenance
    if not isinstance(found, Resolved) or (found.place, found.image.id) not in shown:
        return subject
    by = Evidence(SOURCE, found.image.id, found.place)
    found = replace(found, evidence=(*found.evidence[:-1], by))
    if provenance is not None:
        others = (each for each in provenance.evidence if not _is_image(each, found))
        provenance = replace(provenance, evidence=(by, *others))
        untold = found.image.source_image_id is None
        if untold and provenance.end is AncestryEnd.NO_RECORDED_SOURCE:
            provenance = replace(provenance, end=AncestryEnd.NOT_VISIBLE, detail=UNTOLD)
    return replace(subject, resolution=found, provenance=provenance)


def _is_image(evidence: Evidence, found: Resolved) -> bool:
    """Whether it says that DescribeImages showed the image, which it did not."""
    return (evidence.source, evidence.subject) == ("ec2:DescribeImages", found.image.id)


def _image(told: UsedImage) -> Image:
    return Image(
        told.id,
        name=told.name,
        owner_id=told.owner_id,
        owner_alias=told.owner_alias,
        state=told.state,
        public=told.public,
        creation_date=told.creation_date,
        deprecation_time=told.deprecation_time,
        image_allowed=told.image_allowed,
        watermarks=told.watermarks,
    )
