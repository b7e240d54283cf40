"""What a server holds after apply, by Terraform's addresses: which image everything ended at.

Terraform's state is asked for ids only. What stands behind an id, the server says.
"""

import re
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.apply.aws import Aws
from tests.worlds import REGION, WORKLOAD

ALIAS = "resolve:ssm:"
IMAGES = "aws:ec2:image"
"""The data type of a parameter that is an alias."""
REGISTERED = "(registered)"
"""What `aws_ami` makes is made from no image."""
HIDDEN = "(sensitive)"
DECIDING = frozenset(
    {"aws_autoscaling_group", "aws_ec2_fleet", "aws_launch_template", "aws_ssm_parameter"}
)
SECTION = re.compile(r"\.(?:override|launch_template_config)\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Ended:
    """An image, followed back through what this apply made to one that was there before."""

    made_by: tuple[str, ...]
    """The addresses of copies and the like; what was used stands first."""
    image_id: str
    region: str

    def agrees(self, other: "Ended") -> bool:
        """Whether it is the same; an id that a report must not show may be any."""
        if self.image_id == HIDDEN:
            return self.made_by == other.made_by
        return self == other

    def __str__(self) -> str:
        return " <- ".join((*self.made_by, f"{self.image_id} in {self.region}"))


@dataclass(frozen=True, slots=True)
class Used:
    """An image as something on the server names it, and where."""

    named: str
    account: str
    region: str


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource of Terraform's state."""

    address: str
    type: str
    values: Mapping[str, Any]

    @property
    def id(self) -> str:
        return str(self.values["id"])

    @property
    def place(self) -> tuple[str, str]:
        """Account and Region; the ARN has no account where the provider does not ask for its own."""
        _, _, _, region, account, *_ = str(self.values.get("arn") or "arn:::::").split(":")
        return account or str(self.values.get("owner_id") or WORKLOAD), region or REGION


@dataclass(frozen=True, slots=True)
class Held:
    """The answers of a server about the resources of one state."""

    aws: Aws
    resources: Mapping[str, Resource]
    changed: frozenset[str]
    """What this apply made, or changed so that it will launch something else."""
    made: Mapping[str, Resource]
    """By the id of an image, what made it in this apply."""

    @classmethod
    def by(
        cls, aws: Aws, plan: Mapping[str, Any], state: Mapping[str, Any], before: Container[str]
    ) -> "Held":
        """`before` are the ids of images that were there before this apply."""
        root = state.get("values", {}).get("root_module", {})
        found = {each.address: each for each in _resources(root)}
        images = [each for each in found.values() if each.type in {*SOURCES, "aws_ami"}]
        made = {each.id: each for each in images if each.id not in before}
        changes = plan.get("resource_changes", [])
        changed = frozenset(each["address"] for each in changes if _launches(each))
        return cls(aws, found, changed, made)

    def users(self) -> Iterator[str]:
        """The addresses of all that newly uses an image and can be compared."""
        for address in self.resources:
            if address in self.changed and self.compares(address) and self.ended(address, ""):
                yield address

    def agrees(self, address: str, account: str | None, region: str | None) -> bool:
        """Whether a resource is where it was said to be, as far as that was said."""
        resource = self.resources[address]
        if resource.type in SOURCES:
            return True  # what is said there is the place of the source
        return account in (None, resource.place[0]) and region in (None, resource.place[1])

    def compares(self, address: str) -> bool:
        resource = self.resources.get(address)
        if resource is None or resource.type not in USES:
            return False
        return bool(resource.values.get("data_type", IMAGES) == IMAGES)

    def ended(self, address: str, attribute: str) -> tuple[Ended, ...]:
        """Each image that a reference came to; several only where the server does not agree."""
        resource = self.resources[address]
        section = SECTION.search(attribute)
        used = USES[resource.type](self.aws, resource, int(section[1]) if section else None)
        return tuple(dict.fromkeys(self._followed(each) for each in used))

    def _followed(self, used: Used) -> Ended:
        image = _image_behind(self.aws, used)
        region, made_by = used.region, []
        while (maker := self.made.get(image)) is not None:
            made_by.append(maker.address)
            if maker.type not in SOURCES:
                return Ended(tuple(made_by), REGISTERED, region)
            source = SOURCES[maker.type](self.aws, maker)
            image, region = _image_behind(self.aws, source), source.region
        return Ended(tuple(made_by), image, region)


def _launches(change: Mapping[str, Any]) -> bool:
    """What runs goes on running when it is updated in place; templates and groups launch anew."""
    actions = change["change"]["actions"]
    return "create" in actions or ("update" in actions and change["type"] in DECIDING)


def _resources(module: Mapping[str, Any]) -> Iterator[Resource]:
    for each in module.get("resources", []):
        if each["mode"] == "managed":
            yield Resource(each["address"], each["type"], each["values"])
    for child in module.get("child_modules", []):
        yield from _resources(child)


def _image_behind(aws: Aws, used: Used) -> str:
    """An id; what moto is given as an alias, it hands back as one."""
    if not used.named.startswith(ALIAS):
        return used.named
    ssm = aws.client("ssm", used.account, used.region)
    try:
        answer = ssm.get_parameter(Name=used.named.removeprefix(ALIAS))
    except ssm.exceptions.ParameterNotFound:
        return used.named  # moto launches what EC2 would refuse
    return str(answer["Parameter"]["Value"])


# ---------------------------------------------------------------------- what an image is made of


def _copied(aws: Aws, resource: Resource) -> Used:
    copy = aws.copies()[resource.id]
    return Used(copy["source_image_id"], resource.place[0], copy["source_region"])


def _taken(aws: Aws, resource: Resource) -> Used:
    account, region = resource.place
    (image,) = aws.client("ec2", account, region).describe_images(ImageIds=[resource.id])["Images"]
    return _launched(aws, account, region, image["SourceInstanceId"])


SOURCES: Mapping[str, Callable[[Aws, Resource], Used]] = {
    "aws_ami_copy": _copied,
    "aws_ami_from_instance": _taken,
}


# -------------------------------------------------------------------------------- what uses images

Section = int | None
"""Which override, or which configuration of a fleet, an attribute stands in."""


def _launched(aws: Aws, account: str, region: str, instance: str) -> Used:
    answer = aws.client("ec2", account, region).describe_instances(InstanceIds=[instance])
    return Used(answer["Reservations"][0]["Instances"][0]["ImageId"], account, region)


def _templated(aws: Aws, account: str, region: str, reference: Mapping[str, Any]) -> list[Used]:
    """The image, if any, of a template's version, as a group or a fleet names it on the server."""
    by = "LaunchTemplateId" if reference.get("LaunchTemplateId") else "LaunchTemplateName"
    answer = aws.client("ec2", account, region).describe_launch_template_versions(
        **{by: reference[by]}, Versions=[str(reference.get("Version") or "$Default")]
    )
    (version,) = answer["LaunchTemplateVersions"]
    named = version["LaunchTemplateData"].get("ImageId")
    return [Used(named, account, region)] if named else []


def _of_instance(aws: Aws, resource: Resource, _: Section) -> list[Used]:
    return [_launched(aws, *resource.place, resource.id)]


def _of_spot_request(aws: Aws, resource: Resource, _: Section) -> list[Used]:
    account, region = resource.place
    answer = aws.client("ec2", account, region).describe_spot_instance_requests(
        SpotInstanceRequestIds=[resource.id]
    )
    (request,) = answer["SpotInstanceRequests"]
    return [Used(request["LaunchSpecification"]["ImageId"], account, region)]


def _of_template(aws: Aws, resource: Resource, _: Section) -> list[Used]:
    latest = {"LaunchTemplateId": resource.id, "Version": "$Latest"}
    return _templated(aws, *resource.place, latest)


def _of_launch_configuration(aws: Aws, resource: Resource, _: Section) -> list[Used]:
    return [_configured(aws, *resource.place, resource.id)]


def _configured(aws: Aws, account: str, region: str, name: str) -> Used:
    answer = aws.client("autoscaling", account, region).describe_launch_configurations(
        LaunchConfigurationNames=[name]
    )
    return Used(answer["LaunchConfigurations"][0]["ImageId"], account, region)


def _of_group(aws: Aws, resource: Resource, section: Section) -> list[Used]:
    """What the group would launch now, and what it has launched."""
    place = resource.place
    answer = aws.client("autoscaling", *place).describe_auto_scaling_groups(
        AutoScalingGroupNames=[resource.id]
    )
    (group,) = answer["AutoScalingGroups"]
    if name := group.get("LaunchConfigurationName"):
        specified = [_configured(aws, *place, name)]
    elif mixed := group.get("MixedInstancesPolicy", {}).get("LaunchTemplate"):
        if section is not None:
            override = mixed["Overrides"][section]
            return _templated(aws, *place, override["LaunchTemplateSpecification"])
        specified = _templated(aws, *place, mixed["LaunchTemplateSpecification"])
    else:
        specified = _templated(aws, *place, group["LaunchTemplate"])
    launched = [_launched(aws, *place, each["InstanceId"]) for each in group["Instances"]]
    return [*specified, *launched]


def _of_fleet(aws: Aws, resource: Resource, section: Section) -> list[Used]:
    place = resource.place
    answer = aws.client("ec2", *place).describe_fleets(FleetIds=[resource.id])
    (fleet,) = answer["Fleets"]
    configured = fleet["LaunchTemplateConfigs"][section or 0]["LaunchTemplateSpecification"]
    launched = [id for each in fleet.get("Instances", []) for id in each["InstanceIds"]]
    return [*_templated(aws, *place, configured), *(_launched(aws, *place, id) for id in launched)]


def _of_parameter(aws: Aws, resource: Resource, _: Section) -> list[Used]:
    answer = aws.client("ssm", *resource.place).get_parameter(Name=resource.id)
    return [Used(answer["Parameter"]["Value"], *resource.place)]


def _of_source(aws: Aws, resource: Resource, _: Section) -> list[Used]:
    return [SOURCES[resource.type](aws, resource)]


USES: Mapping[str, Callable[[Aws, Resource, Section], list[Used]]] = {
    "aws_ami_copy": _of_source,
    "aws_ami_from_instance": _of_source,
    "aws_autoscaling_group": _of_group,
    "aws_ec2_fleet": _of_fleet,
    "aws_instance": _of_instance,
    "aws_launch_configuration": _of_launch_configuration,
    "aws_launch_template": _of_template,
    "aws_spot_instance_request": _of_spot_request,
    "aws_ssm_parameter": _of_parameter,
}
