"""What only the questions to a fleet ask: every listing, and what of one instance no check needs.

Apart from `catalog/questions.py` because a check of a plan loads none of these nouns. A new listing is
a value here and a lister; no recording holds any.
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
    """What no check of a plan asks: a recording does not have it, and never knows the answer."""

    def recorded(self, records: "Records", key: K) -> Answer[T]:  # noqa: ARG002
        return Unavailable(NEVER_ASKED)

    def record(self, records: "Records", key: K, answer: Answer[T]) -> None:
        """Nothing is written."""


INSTANCE_IMAGES: Question[InstanceKey, ImageUse] = _NotRecorded(
    "instance_images", ImageUse, lambda key: key[0], lambda key: key[1]
)
"""EC2 DescribeInstanceImageMetadata of one instance: its image, though it may be gone or not shared any more."""

IMAGES_OF: Listing[SelectionKey, Image] = Listing("images", Image, lambda key: key[0])
"""EC2 DescribeImages by owners, users and filters."""
LISTED_IMAGES: Listing[SelectionKey, ListedImage] = Listing(
    "listed_images", ListedImage, lambda key: key[0]
)
"""The same, with what people ask of a fleet: architecture, last launch, snapshots."""
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
