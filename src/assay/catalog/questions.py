"""Every question that a check can ask. A new one is a value here and an asker.

Who asks AWS for them stands in `aws/askers.py`, so that nobody who asks meets an SDK. What stands
here decides what recordings look like: a name or a written key that changes, loses what was recorded.
"""

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import msgspec

from assay.catalog.interface import NEVER_ASKED, Answer, Question, Unavailable, as_it_is
from assay.catalog.redaction import (
    image_value,
    parameter_value,
    version_image,
    versions_images,
    without_tags,
)
from assay.model import (
    AllowedImages,
    Ancestry,
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

if TYPE_CHECKING:
    from assay.catalog.recording_file import Records

T = TypeVar("T")
X = TypeVar("X")
K = TypeVar("K", bound=Hashable)

ImageKey: TypeAlias = tuple[Place, str]
"""An AMI id and where it is looked up."""
ParameterKey: TypeAlias = tuple[Place, str]
"""A parameter name or ARN with its selector, as SSM GetParameters takes it."""
TemplateKey: TypeAlias = tuple[Place, TemplateRef]
EveryVersionKey: TypeAlias = tuple[Place, EveryVersion]
InstanceKey: TypeAlias = tuple[Place, str]
"""An instance id."""
SearchKey: TypeAlias = tuple[Place, ImageSearch]


def _about(
    name: str,
    answer: type[T],
    written: Callable[[X], str] = str,
    kept: Callable[[T], T] = as_it_is,
    called: str | None = None,
) -> Question[tuple[Place, X], T]:
    """About something in a place: the key is a pair of both."""
    return Question(name, answer, lambda key: key[0], lambda key: written(key[1]), kept, called)


def _of_a_place(name: str, answer: type[T], only: str) -> Question[Place, T]:
    """About what a place has one of: the key is the place, and a recording calls the one `only`."""
    return Question(name, answer, lambda place: place, lambda _: only)


def _as_json(search: ImageSearch) -> str:
    """The arguments that a lookup gives; a new argument of lookups changes no old key."""
    return msgspec.json.encode(search, order="sorted").decode()


class _Identities(Question[Place, Identity], frozen=True, eq=False):
    """Who looks at a place, which decides what account the place is of.

    So a recording does not have it among the answers: it stands at the place of the account that was
    told, and whoever asks without an account finds it by the Region alone.
    """

    def recorded(self, records: "Records", key: Place) -> Answer[Identity]:
        """An unknown account means the one account whose credentials recorded that Region."""
        matching = [
            record
            for record in records.values()
            if (record.partition, record.region) == (key.partition, key.region)
            and (key.account == record.account if key.account else record.is_callers)
            and (record.identity or record.identity_unavailable)
        ]
        if len(matching) != 1:
            return Unavailable(NEVER_ASKED if not matching else "several accounts were recorded")
        record = matching[0]
        return record.identity or Unavailable(record.identity_unavailable or NEVER_ASKED)

    def record(self, records: "Records", key: Place, answer: Answer[Identity]) -> None:
        """Tell the caller's own identity from a reader's: only the first has no account in its key."""
        match answer:
            case Identity(account=account):
                at = records.at(Place(key.partition, account, key.region))
                # Once the caller's own, always: with the caller's credentials the same account may
                # be asked for by its number as well.
                known = key.account is not None
                at.reader = known and (at.reader or at.identity is None)
                at.identity = answer
            case Unavailable(reason):
                records.at(key).identity_unavailable = reason


IDENTITIES = _Identities("identity", Identity, lambda place: place, str)
"""Whose credentials look at each place (STS GetCallerIdentity)."""
IMAGES: Question[ImageKey, Image] = _about("images", Image, kept=without_tags)
"""EC2 DescribeImages, deprecated and disabled images included."""
ANCESTRY: Question[ImageKey, Ancestry] = _about("ancestry", Ancestry)
"""EC2 GetImageAncestry."""
REMOVALS: Question[ImageKey, Removal] = _about("removals", Removal)
"""What EC2 says of images that are gone; `Absent` where it knows of no removal."""
ALLOWED_IMAGES = _of_a_place("allowed_images", AllowedImages, only="settings")
"""EC2 GetAllowedImagesSettings."""
PARAMETERS: Question[ParameterKey, str] = _about("parameters", str, kept=parameter_value)
"""SSM GetParameters: the values."""
TEMPLATES: Question[TemplateKey, TemplateVersion] = _about(
    "templates", TemplateVersion, kept=version_image
)
"""EC2 DescribeLaunchTemplateVersions."""
EVERY_VERSION: Question[EveryVersionKey, tuple[TemplateVersion, ...]] = _about(
    "every_version", tuple[TemplateVersion, ...], kept=versions_images
)
"""EC2 DescribeLaunchTemplateVersions without a version: all that a template has."""
INSTANCES: Question[InstanceKey, str] = _about("instances", str, kept=image_value)
"""EC2 DescribeInstances: the id of the image each instance was launched from."""
SEARCHES: Question[SearchKey, Searched] = _about(
    "searches", Searched, _as_json, called="an image lookup"
)
"""What an image lookup of Terraform finds at this moment; `Absent` where nothing matches."""

QUESTIONS: tuple[Question[Any, Any], ...] = (
    IDENTITIES,
    *(IMAGES, ANCESTRY, REMOVALS, ALLOWED_IMAGES),
    *(PARAMETERS, TEMPLATES, EVERY_VERSION, INSTANCES, SEARCHES),
)
"""What a recording can hold."""


class Selection(msgspec.Struct, frozen=True, gc=False):
    """Which images of a place are listed, in EC2's words; by default all that the account may see."""

    owners: tuple[str, ...] = ()
    executable_users: tuple[str, ...] = ()
    filters: tuple[tuple[str, tuple[str, ...]], ...] = ()
    include_deprecated: bool = True
    include_disabled: bool = True
    hidden_missed: bool = True
    """Whether images that Allowed AMIs hides are missed. They are not where Terraform's own view is
    wanted, from which they are hidden as well."""


SelectionKey: TypeAlias = tuple[Place, Selection]
