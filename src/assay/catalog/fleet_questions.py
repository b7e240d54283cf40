"""Questions that only fleet commands ask: every listing, and one question about an instance.

They are separate from `catalog/questions.py` so that checking a plan does not load these nouns. A
new listing needs a value here and a lister. Recordings contain none of them.
"""

from collections.abc import Hashable
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from assay.catalog.interface import NEVER_ASKED, Answer, Listing, Question, Unavailable, as_it_is
from assay.catalog.questions import ImageKey, InstanceKey, SelectionKey
from assay.model import Image, Place
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
K = TypeVar("K", bound=Hashable)


class _NotRecorded(Question[K, T], frozen=True, eq=False):
    """A question that no check of a plan asks, so recordings never contain its answer."""

    def recorded(self, records: "Records", key: K) -> Answer[T]:  # noqa: ARG002
        return Unavailable(NEVER_ASKED)

    def record(self, records: "Records", key: K, answer: Answer[T]) -> None:
        """Write nothing."""


INSTANCE_IMAGES: Question[InstanceKey, ImageUse] = _NotRecorded(
    "instance_images", ImageUse, lambda key: key[0], lambda key: key[1]
)
"""EC2 DescribeInstanceImageMetadata of one instance: its image, even if that image is gone or no
longer shared."""

IMAGES_OF: Listing[SelectionKey, Image] = Listing("images", Image, lambda key: key[0])
"""EC2 DescribeImages by owners, users and filters."""
LISTED_IMAGES: Listing[SelectionKey, ListedImage] = Listing(
    "listed_images", ListedImage, lambda key: key[0]
)
"""The same, with the details that fleet commands need: architecture, last launch, snapshots."""
USED_IMAGES: Listing[Place, ImageUse] = Listing("used_images", ImageUse, as_it_is)
"""EC2 DescribeInstanceImageMetadata: every instance with what EC2 knows of its image."""
TEMPLATES_OF: Listing[Place, ListedTemplate] = Listing("templates", ListedTemplate, as_it_is)
"""EC2 DescribeLaunchTemplates and DescribeLaunchTemplateVersions: every template with every
version."""
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
"""Image Builder ListImageRecipes: every version of the recipes that the account owns."""
CONTAINER_RECIPES_OF: Listing[Place, Recipe] = Listing("container_recipes", Recipe, as_it_is)
"""Image Builder ListContainerRecipes, with the image of the build instance."""
USAGES_OF: Listing[Place, ImageUsage] = Listing("image_usages", ImageUsage, as_it_is)
"""EC2 DescribeImageUsageReports and DescribeImageUsageReportEntries, for reports that already
exist."""
FLEETS_OF: Listing[Place, LaunchingFleet] = Listing("fleets", LaunchingFleet, as_it_is)
"""EC2 DescribeFleets, without fleets that can no longer launch anything."""
SPOT_FLEETS_OF: Listing[Place, LaunchingFleet] = Listing("spot_fleets", LaunchingFleet, as_it_is)
"""EC2 DescribeSpotFleetRequests, without requests that can no longer launch anything."""
LAUNCH_PERMISSIONS_OF: Listing[ImageKey, LaunchPermission] = Listing(
    "launch_permissions", LaunchPermission, lambda key: key[0]
)
"""EC2 DescribeImageAttribute, which only the owner may call: who else may launch an image."""
FINDINGS_OF: Listing[ImageKey, ImageFinding] = Listing("findings", ImageFinding, lambda key: key[0])
"""EC2 GetImageFindings: what Amazon Inspector found in one image, if the image was scanned."""
ReferencesKey: TypeAlias = tuple[Place, tuple[str, ...]]
"""At most ten images, and the account whose own resources are searched for references to them."""
REFERENCES_OF: Listing[ReferencesKey, ImageReference] = Listing(
    "image_references", ImageReference, lambda key: key[0]
)
"""EC2 DescribeImageReferences, which covers neither Auto Scaling groups nor launch configurations: a
reference that it finds is evidence, but finding none is not."""
REGIONS_OF: Listing[Place, Region] = Listing("regions", Region, as_it_is)
"""account:ListRegions, or EC2 DescribeRegions if that fails: all Regions of a partition, on or off
for the account.

The Region of the key matters only if the partition's home Region does not answer."""

AccountsKey: TypeAlias = tuple[Place, str | None]
"""The account that makes the call (the organisation's management account or a delegated
administrator), and the id of a root or an organisational unit, or None for all accounts."""
ACCOUNTS_OF: Listing[AccountsKey, MemberAccount] = Listing(
    "accounts", MemberAccount, lambda key: key[0]
)
"""Organizations ListAccounts, or ListAccountsForParent: the accounts directly below the parent."""
UNITS_OF: Listing[tuple[Place, str], str] = Listing("units", str, lambda key: key[0])
"""Organizations ListOrganizationalUnitsForParent: the ids of the units directly below."""

EventsKey: TypeAlias = tuple[Place, EventSearch]
IMAGE_EVENTS_OF: Listing[EventsKey, ImageEvent] = Listing(
    "image_events", ImageEvent, lambda key: key[0]
)
"""CloudTrail LookupEvents: the calls in an account and Region that made images or launched from
them.

Without permission for this call, only part of an image's history is missing."""
