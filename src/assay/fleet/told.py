"""What EC2 shows the owner of an instance about its image, as an answer about that image.

DescribeInstanceImageMetadata also covers images that are deregistered or no longer shared: name,
owner, state and watermarks, but not what the image was made from (EC2 API Reference,
ImageMetadata). It is evidence of the watermarks, but not of a lineage, which is asked for
separately and stays open if nothing is known about it.
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
    """What EC2 returns about the images of instances."""
    return {
        (Place.of(region, account), use.image.id): use.image
        for (account, region), here in uses.items()
        for use in here
        if use.image is not None
    }


class Telling:
    """An `ImageCatalog` that answers from instances for images that its source cannot show."""

    def __init__(self, source: ImageCatalog, told: Mapping[ImageKey, UsedImage]) -> None:
        self._source = source
        self._told = told
        self.shown: dict[ImageKey, Image] = {}
        """The images known only from instances."""

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
    """Whether an answer is an image as DescribeImages shows it. Of an image that is only in another
    image's recorded ancestry, not even the state is known.
    """
    return isinstance(answer, Image) and answer.state is not None


def as_told(subject: Subject, shown: Mapping[ImageKey, Image]) -> Subject:
    """The subject with the true evidence for its image, and without a lineage that nothing proves."""
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
    """Whether the evidence says that DescribeImages showed the image, which it did not."""
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
