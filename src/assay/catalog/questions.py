"""Every question that can be asked, and every listing. A new one is a value here and an asker.

Who asks AWS for them stands in `aws/askers.py`, so that nobody who asks meets an SDK. What stands
here decides what recordings look like: a name or a written key that changes, loses what was recorded.
"""

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import msgspec

from assay.catalog.interface import NEVER_ASKED, Answer, Listing, Question, Unavailable, as_it_is
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
from assay.model.events import EventSearch, ImageEvent
from assay.model.findings import ImageFinding
from assay.model.inventory import ListedImage
from assay.model.uses import (
    ImageParameter,
    ImageReference,
    ImageUsage,
    ImageUse,
    LaunchConfiguration,
    LaunchingFleet,
    LaunchPermission,
    ListedTemplate,
    MemberAccount,
    Recipe,
    Region,
    ScalingGroup,
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


class _NotRecorded(Question[K, T], frozen=True, eq=False):
    """What no check of a plan asks: a recording does not have it, and never knows the answer."""

    def recorded(self, records: "Records", key: K) -> Answer[T]:  # noqa: ARG002
        return Unavailable(NEVER_ASKED)

    def record(self, records: "Records", key: K, answer: Answer[T]) -> None:
        """Nothing is written."""


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
INSTANCE_IMAGES: Question[InstanceKey, ImageUse] = _NotRecorded(
    "instance_images", ImageUse, lambda key: key[0], lambda key: key[1]
)
"""EC2 DescribeInstanceImageMetadata of one instance: its image, though it may be gone or not shared any more."""
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

LISTED_IMAGES: Listing[SelectionKey, ListedImage] = Listing(
    "listed_images", ListedImage, lambda key: key[0]
)
"""The same, with what people ask of a fleet: architecture, last launch, snapshots."""
IMAGES_OF: Listing[SelectionKey, Image] = Listing("images", Image, lambda key: key[0])
"""EC2 DescribeImages by owners, users and filters."""
USED_IMAGES: Listing[Place, ImageUse] = Listing("used_images", ImageUse, as_it_is)
"""EC2 DescribeInstanceImageMetadata: every instance with what EC2 knows of its image."""
TEMPLATES_OF: Listing[Place, ListedTemplate] = Listing("templates", ListedTemplate, as_it_is)
"""EC2 DescribeLaunchTemplates and DescribeLaunchTemplateVersions: all with all their versions."""
GROUPS_OF: Listing[Place, ScalingGroup] = Listing("groups", ScalingGroup, as_it_is)
"""Auto Scaling DescribeAutoScalingGroups."""
LAUNCH_CONFIGURATIONS_OF: Listing[Place, LaunchConfiguration] = Listing(
    "launch_configurations", LaunchConfiguration, as_it_is
)
"""Auto Scaling DescribeLaunchConfigurations."""
IMAGE_PARAMETERS_OF: Listing[Place, ImageParameter] = Listing(
    "image_parameters", ImageParameter, as_it_is
)
"""SSM DescribeParameters of the data type `aws:ec2:image`, with their values."""
IMAGE_RECIPES_OF: Listing[Place, Recipe] = Listing("image_recipes", Recipe, as_it_is)
"""Image Builder ListImageRecipes: the account's own, every version."""
CONTAINER_RECIPES_OF: Listing[Place, Recipe] = Listing("container_recipes", Recipe, as_it_is)
"""Image Builder ListContainerRecipes, with the image of the instance that builds."""
USAGES_OF: Listing[Place, ImageUsage] = Listing("image_usages", ImageUsage, as_it_is)
"""EC2 DescribeImageUsageReports and DescribeImageUsageReportEntries: of reports that somebody had made."""
FLEETS_OF: Listing[Place, LaunchingFleet] = Listing("fleets", LaunchingFleet, as_it_is)
"""EC2 DescribeFleets, without what cannot launch any more."""
SPOT_FLEETS_OF: Listing[Place, LaunchingFleet] = Listing("spot_fleets", LaunchingFleet, as_it_is)
"""EC2 DescribeSpotFleetRequests, without what cannot launch any more."""
LAUNCH_PERMISSIONS_OF: Listing[ImageKey, LaunchPermission] = Listing(
    "launch_permissions", LaunchPermission, lambda key: key[0]
)
"""EC2 DescribeImageAttribute, which the owner alone may ask: who else may launch an image."""
FINDINGS_OF: Listing[ImageKey, ImageFinding] = Listing("findings", ImageFinding, lambda key: key[0])
"""EC2 GetImageFindings: what Amazon Inspector found in one image, where it was scanned."""
ReferencesKey: TypeAlias = tuple[Place, tuple[str, ...]]
"""At most ten images, and the account that is asked what of its own names them."""
REFERENCES_OF: Listing[ReferencesKey, ImageReference] = Listing(
    "image_references", ImageReference, lambda key: key[0]
)
"""EC2 DescribeImageReferences, which looks at no group and no launch configuration: that it finds nothing is
no evidence, what it finds is."""
REGIONS_OF: Listing[Place, Region] = Listing("regions", Region, as_it_is)
"""account:ListRegions, or else EC2 DescribeRegions: all of a partition, on or off for the account.

Of the key the Region matters only where the home Region of the partition does not answer."""

AccountsKey: TypeAlias = tuple[Place, str | None]
"""The account that asks, which manages the organisation or acts for it, and the id of a root or an
organisational unit; None for all accounts."""
ACCOUNTS_OF: Listing[AccountsKey, MemberAccount] = Listing(
    "accounts", MemberAccount, lambda key: key[0]
)
"""Organizations ListAccounts, or ListAccountsForParent: those right below."""
UNITS_OF: Listing[tuple[Place, str], str] = Listing("units", str, lambda key: key[0])
"""Organizations ListOrganizationalUnitsForParent: the ids of the units right below."""

EventsKey: TypeAlias = tuple[Place, EventSearch]
IMAGE_EVENTS_OF: Listing[EventsKey, ImageEvent] = Listing(
    "image_events", ImageEvent, lambda key: key[0]
)
"""CloudTrail LookupEvents: the calls of an account in a Region that made images, or launched from them.

Whoever may not ask for it misses a part of the story and no more."""
