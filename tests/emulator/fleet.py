"""An organisation's accounts, the Regions that are on for them, and what scales in them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from .errors import ApiError
from .records import partition

MADE = datetime(2026, 11, 1, tzinfo=UTC)
ROOT = "r-root"


@dataclass(slots=True)
class ScalingGroup:
    name: str
    region: str
    owner_id: str
    launch: dict[str, Any]
    """What it launches from, in the API's words: LaunchTemplate, LaunchConfigurationName or
    MixedInstancesPolicy."""

    @property
    def arn(self) -> str:
        middle = (
            f"{self.region}:{self.owner_id}:autoScalingGroup:11111111-2222-3333-4444-555555555555"
        )
        return f"arn:{partition(self.region)}:autoscaling:{middle}:autoScalingGroupName/{self.name}"


@dataclass(slots=True)
class LaunchConfiguration:
    name: str
    region: str
    owner_id: str
    image_id: str

    @property
    def arn(self) -> str:
        middle = f"{self.region}:{self.owner_id}:launchConfiguration:11111111-2222-3333-4444-555555555555"
        return (
            f"arn:{partition(self.region)}:autoscaling:{middle}:launchConfigurationName/{self.name}"
        )


@dataclass(slots=True)
class Recipe:
    """One of Image Builder's."""

    name: str
    region: str
    owner_id: str
    image: str
    kind: str = "image"
    """Or `container`."""

    @property
    def arn(self) -> str:
        where = f"{self.region}:{self.owner_id}:{self.kind}-recipe"
        return f"arn:{partition(self.region)}:imagebuilder:{where}/{self.name}/1.0.0"

    @property
    def member(self) -> str:
        """Under which a summary tells the image."""
        return "parentImage" if self.kind == "image" else "instanceImage"


@dataclass(slots=True)
class UsageReport:
    """What its owner has had counted of an image."""

    report_id: str
    region: str
    owner_id: str
    image_id: str
    state: str = "available"
    entries: list[tuple[str, str, int]] = field(default_factory=list)
    """Account, resource type and count."""


@dataclass(slots=True)
class Organization:
    """Accounts and organisational units, each below the root or a unit."""

    management: str
    delegated: set[str] = field(default_factory=set)
    accounts: dict[str, tuple[str, str]] = field(default_factory=dict)
    """By id: the parent and the state."""
    units: dict[str, str] = field(default_factory=dict)
    """By id: the parent."""


class Fleet:
    """What a world of many accounts has besides images and what is launched from them."""

    def __init__(self) -> None:
        super().__init__()
        self.organization: Organization | None = None
        self.empty_pages = False
        """Whether the lists of Organizations begin with a page that has nothing on it."""
        self.steady_pages = False
        """Whether a list goes on with what it has not told yet, whatever comes and goes between its pages; else
        at a number, so that what comes moves the rest, and it is told twice. UNVERIFIED, either: AWS tells nothing
        of it."""
        self.told: dict[str, frozenset[str]] = {}
        """By token: what the pages before it had, where pages are steady."""
        self.region_states: dict[tuple[str, str], str] = {}
        """By account and Region, in the words of account:ListRegions, where it is not on."""
        self.zones_out: set[tuple[str, str]] = set()
        """Region and letter of the Availability Zones that are in an outage."""
        self.groups: dict[tuple[str, str, str], ScalingGroup] = {}
        self.configurations: dict[tuple[str, str, str], LaunchConfiguration] = {}

        self.recipes: list[Recipe] = []
        self.fleets: list[tuple[str, str, dict[str, Any]]] = []
        """Account, Region and a FleetData in the API's words; likewise below."""
        self.spot_fleets: list[tuple[str, str, dict[str, Any]]] = []
        self.usage_reports: list[UsageReport] = []
        self.more_references: list[tuple[str, str, str, str, str]] = []
        """Account, Region, image, resource type and ARN of what DescribeImageReferences finds besides."""

    def organize(self, management: str, *delegated: str) -> Organization:
        """Make an account the management account of a new organisation."""
        self.organization = Organization(management, set(delegated))
        self.organization.accounts[management] = (ROOT, "ACTIVE")
        return self.organization

    def join(self, account: str, *, parent: str = ROOT, state: str = "ACTIVE") -> None:
        if self.organization is None:
            raise ValueError("there is no organisation")
        self.organization.accounts[account] = (parent, state)

    def add_group(self, account: str, region: str, name: str, **launch: Any) -> None:
        if (account, region, name) in self.groups:
            raise ApiError("AlreadyExists", "AutoScalingGroup by this name already exists")
        self.groups[account, region, name] = ScalingGroup(name, region, account, launch)

    def add_launch_configuration(self, account: str, region: str, name: str, image_id: str) -> None:
        made = LaunchConfiguration(name, region, account, image_id)
        self.configurations[account, region, name] = made

    def add_recipe(
        self, account: str, region: str, name: str, image: str, kind: str = "image"
    ) -> Recipe:
        self.recipes.append(Recipe(name, region, account, image, kind))
        return self.recipes[-1]

    def add_fleet(
        self, account: str, region: str, *configs: dict[str, Any], state: str = "active"
    ) -> str:
        fleet = {
            "FleetId": f"fleet-{len(self.fleets):08x}-0000-0000-0000-000000000000",
            "FleetState": state,
            "Type": "maintain",
            "LaunchTemplateConfigs": list(configs),
        }
        self.fleets.append((account, region, fleet))
        return str(fleet["FleetId"])

    def add_spot_fleet(
        self, account: str, region: str, *, state: str = "active", **asked: Any
    ) -> str:
        """`asked`: LaunchSpecifications or LaunchTemplateConfigs."""
        request = {
            "SpotFleetRequestId": f"sfr-{len(self.spot_fleets):08x}-0000-0000-0000-000000000000",
            "SpotFleetRequestState": state,
            "SpotFleetRequestConfig": {
                "IamFleetRole": f"arn:aws:iam::{account}:role/fleet",
                "TargetCapacity": 0,
                **asked,
            },
        }
        self.spot_fleets.append((account, region, request))
        return str(request["SpotFleetRequestId"])

    def add_usage_report(
        self, account: str, region: str, image_id: str, *entries: tuple[str, str, int]
    ) -> str:
        """CreateImageUsageReport, at the moment at which it is ready."""
        report_id = f"amiur-{len(self.usage_reports):017x}"
        report = UsageReport(report_id, region, account, image_id, entries=list(entries))
        self.usage_reports.append(report)
        return report_id
