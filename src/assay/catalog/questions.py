"""Every question that a check can ask. A new one needs a value here and an asker.

The functions that call AWS are in `aws/askers.py`, so that code which asks does not load an SDK.
The values here decide the format of recordings: changing a name or the written form of a key loses
what was recorded under it.
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
"""An AMI id and the place where it is looked up."""
ParameterKey: TypeAlias = tuple[Place, str]
"""A parameter name or ARN with its selector, in the form that SSM GetParameters accepts."""
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
    """A question about something in a place: the key is the pair (place, thing)."""
    return Question(name, answer, lambda key: key[0], lambda key: written(key[1]), kept, called)


def _of_a_place(name: str, answer: type[T], only: str) -> Question[Place, T]:
    """A question about the one thing of its kind in a place, which recordings call `only`."""
    return Question(name, answer, lambda place: place, lambda _: only)


def _as_json(search: ImageSearch) -> str:
    """The arguments of a lookup that are set, so a new argument does not change existing keys."""
    return msgspec.json.encode(search, order="sorted").decode()


class _Identities(Question[Place, Identity], frozen=True, eq=False):
    """Whose credentials read a place, which also decides which account the place belongs to.

    A recording therefore does not store this among the answers: it is a member of the record for
    the account that was returned. A question without an account finds it by Region alone.
    """

    def recorded(self, records: "Records", key: Place) -> Answer[Identity]:
        """Without an account, return the one identity whose credentials recorded that Region."""
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
        """Tell the caller's own identity from a reader's: only the caller's key has no account."""
        match answer:
            case Identity(account=account):
                at = records.at(Place(key.partition, account, key.region))
                # Once recorded as the caller's own, it stays so: the same account may also be asked
                # for by its number, with the caller's credentials.
                known = key.account is not None
                at.reader = known and (at.reader or at.identity is None)
                at.identity = answer
            case Unavailable(reason):
                records.at(key).identity_unavailable = reason


IDENTITIES = _Identities("identity", Identity, lambda place: place, str)
"""Whose credentials read each place (STS GetCallerIdentity)."""
IMAGES: Question[ImageKey, Image] = _about("images", Image, kept=without_tags)
"""EC2 DescribeImages, including deprecated and disabled images."""
ANCESTRY: Question[ImageKey, Ancestry] = _about("ancestry", Ancestry)
"""EC2 GetImageAncestry."""
REMOVALS: Question[ImageKey, Removal] = _about("removals", Removal)
"""What EC2 says about images that are gone; `Absent` if it knows of no removal."""
ALLOWED_IMAGES = _of_a_place("allowed_images", AllowedImages, only="settings")
"""EC2 GetAllowedImagesSettings."""
PARAMETERS: Question[ParameterKey, str] = _about("parameters", str, kept=parameter_value)
"""SSM GetParameters: the parameter values."""
TEMPLATES: Question[TemplateKey, TemplateVersion] = _about(
    "templates", TemplateVersion, kept=version_image
)
"""EC2 DescribeLaunchTemplateVersions."""
EVERY_VERSION: Question[EveryVersionKey, tuple[TemplateVersion, ...]] = _about(
    "every_version", tuple[TemplateVersion, ...], kept=versions_images
)
"""EC2 DescribeLaunchTemplateVersions without a version: all versions of a template."""
INSTANCES: Question[InstanceKey, str] = _about("instances", str, kept=image_value)
"""EC2 DescribeInstances: the id of the image that each instance was launched from."""
SEARCHES: Question[SearchKey, Searched] = _about(
    "searches", Searched, _as_json, called="an image lookup"
)
"""What a Terraform image lookup finds right now; `Absent` if nothing matches."""

QUESTIONS: tuple[Question[Any, Any], ...] = (
    IDENTITIES,
    *(IMAGES, ANCESTRY, REMOVALS, ALLOWED_IMAGES),
    *(PARAMETERS, TEMPLATES, EVERY_VERSION, INSTANCES, SEARCHES),
)
"""The questions whose answers a recording can contain."""


class Selection(msgspec.Struct, frozen=True, gc=False):
    """Which images of a place to list, in EC2's words; by default all that the account can see."""

    owners: tuple[str, ...] = ()
    executable_users: tuple[str, ...] = ()
    filters: tuple[tuple[str, tuple[str, ...]], ...] = ()
    include_deprecated: bool = True
    include_disabled: bool = True
    hidden_missed: bool = True
    """Whether images hidden by Allowed AMIs make the list incomplete. They do not if Terraform's
    own view is wanted, because Terraform cannot see them either."""


SelectionKey: TypeAlias = tuple[Place, Selection]
