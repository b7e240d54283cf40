"""What can be asked about images, and the three kinds of answer.

Every question is put for a batch of keys at once, each key with its place, and every key gets an
answer of its own: one bad key never costs the others.
"""

from collections.abc import Collection, Mapping
from typing import Protocol, TypeAlias, TypeVar

import msgspec

from assay.model import (
    AllowedImages,
    Ancestry,
    CatalogFacts,
    EveryVersion,
    Identity,
    Image,
    ImageSearch,
    Place,
    Removal,
    Searched,
    TemplateRef,
    TemplateVersion,
)

T = TypeVar("T")


class Absent(msgspec.Struct, frozen=True, gc=False):
    """Asked, and there is no such thing to be seen from that place. This is an answer."""


class Unavailable(msgspec.Struct, frozen=True, gc=False):
    """It could not be asked, or the answer could not be read. This is no answer.

    `reason` is one line for people; it holds no credential and nothing of a response body.
    """

    reason: str


Answer: TypeAlias = T | Absent | Unavailable

ImageKey: TypeAlias = tuple[Place, str]
"""An AMI id and where it is looked up."""
ParameterKey: TypeAlias = tuple[Place, str]
"""A parameter name or ARN with its selector, as SSM GetParameters takes it."""
TemplateKey: TypeAlias = tuple[Place, TemplateRef]
EveryVersionKey: TypeAlias = tuple[Place, EveryVersion]
InstanceKey: TypeAlias = tuple[Place, str]
"""An instance id."""
SearchKey: TypeAlias = tuple[Place, ImageSearch]


class ImageCatalog(Protocol):
    """Answers for a batch of keys; the mapping has every key that was asked.

    Raises `CatalogError` only where nothing at all can be asked.
    """

    def identities(self, places: Collection[Place]) -> Mapping[Place, Answer[Identity]]:
        """Whose credentials look at each place (STS GetCallerIdentity)."""
        ...

    def images(self, keys: Collection[ImageKey]) -> Mapping[ImageKey, Answer[Image]]:
        """EC2 DescribeImages, deprecated and disabled images included."""
        ...

    def ancestry(self, keys: Collection[ImageKey]) -> Mapping[ImageKey, Answer[Ancestry]]:
        """EC2 GetImageAncestry."""
        ...

    def removals(self, keys: Collection[ImageKey]) -> Mapping[ImageKey, Answer[Removal]]:
        """What EC2 says of images that are gone; `Absent` where it knows of no removal."""
        ...

    def allowed_images(self, places: Collection[Place]) -> Mapping[Place, Answer[AllowedImages]]:
        """EC2 GetAllowedImagesSettings."""
        ...

    def parameters(self, keys: Collection[ParameterKey]) -> Mapping[ParameterKey, Answer[str]]:
        """SSM GetParameters: the values."""
        ...

    def templates(
        self, keys: Collection[TemplateKey]
    ) -> Mapping[TemplateKey, Answer[TemplateVersion]]:
        """EC2 DescribeLaunchTemplateVersions."""
        ...

    def every_version(
        self, keys: Collection[EveryVersionKey]
    ) -> Mapping[EveryVersionKey, Answer[tuple[TemplateVersion, ...]]]:
        """EC2 DescribeLaunchTemplateVersions without a version: all that a template has."""
        ...

    def instances(self, keys: Collection[InstanceKey]) -> Mapping[InstanceKey, Answer[str]]:
        """EC2 DescribeInstances: the id of the image each instance was launched from."""
        ...

    def searches(self, keys: Collection[SearchKey]) -> Mapping[SearchKey, Answer[Searched]]:
        """What an image lookup of Terraform finds at this moment; `Absent` where nothing matches."""
        ...

    def facts(self) -> CatalogFacts:
        """What kind of catalogue this is and how often AWS was called so far."""
        ...
