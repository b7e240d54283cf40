"""What the state before the plan says about providers, in AWS's answers, not in the configuration.

Facts: AWS General Reference, "Amazon Resource Names" (partition, service, Region, account). Only
Regions and account ids leave this module, and the state is read only if a provider does not give
its place.

Only a short list of attributes counts: those that the provider computes (as its schema says; a test
compares the list with it), in blocks that do not set them. `data "aws_arn"` is excluded, because
its ARN comes from the configuration.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from assay.inputs.plan.document.configuration import ConfigurationIndex, Configured
from assay.inputs.plan.document.document import ResourceChange
from assay.inputs.plan.document.prior_state import PriorState, StateResource
from assay.model.ids import ACCOUNT, REGION, is_account, is_region, region_of_zone

_ARN = rf"(?s)arn:aws[a-z-]*:ec2:({REGION}):({ACCOUNT})?:.+"
"""EC2 only: ARNs of other services often belong to something that another account shares."""
_AWS = r"aws|(.*/)?hashicorp/aws"
_PLANNED_ZONES = rb'"availability_zones?"\s*:\s*(?:"[^"]*"|\[[^\]]*\])'
_QUOTED_ZONE = f'"({REGION})[a-z]"'.encode()

EC2 = frozenset(
    {
        *("aws_ami", "aws_ami_copy", "aws_ami_from_instance", "aws_default_security_group"),
        *("aws_default_subnet", "aws_default_vpc", "aws_ebs_snapshot", "aws_ebs_volume", "aws_eip"),
        *("aws_instance", "aws_internet_gateway", "aws_key_pair", "aws_launch_template"),
        *("aws_network_interface", "aws_placement_group", "aws_route_table", "aws_security_group"),
        *("aws_spot_instance_request", "aws_subnet", "aws_vpc"),
    }
)
"""Resources and data sources whose `arn` is computed and is an EC2 ARN."""
ASKED = {
    "aws_availability_zones": "names",
    "aws_caller_identity": "account_id",
    "aws_region": "name",
}
"""Data sources that ask AWS for the provider's account or Region, and the attribute that has it."""


class Sign(msgspec.Struct, frozen=True, gc=False):
    """What one resource says about the provider of its block."""

    configured: Configured
    region: str | None
    account: str | None


class _Values(msgspec.Struct, gc=False):
    arn: Any = None
    availability_zone: Any = None
    names: Any = None
    account_id: Any = None
    name: Any = None
    region: Any = None


class Prior:
    """What the `prior_state` of one plan, and the zones in the plan, say about its providers."""

    def __init__(
        self,
        state: PriorState,
        configuration: ConfigurationIndex,
        changes: Sequence[ResourceChange] = (),
    ) -> None:
        self._state = state
        self._configuration = configuration
        self._changes = changes

    def signs(self) -> Iterator[Sign]:
        """Yield a sign for each resource of hashicorp/aws that counts. Raises `InputError`."""
        for module, resource in self._state.resources:
            if resource.type not in EC2 and resource.type not in ASKED:
                continue
            if not re.fullmatch(_AWS, resource.provider_name or ""):
                continue
            configured = self._configuration.find(
                module, resource.mode, resource.type, resource.name
            )
            values = self._state.decoded(resource.values, _Values | None)
            if configured is not None and values is not None:
                yield _sign(configured, resource, values)

    def planned_zones(self) -> Iterator[tuple[Configured, str]]:
        """Yield the Region of each zone that the plan contains: an intention, which proves nothing."""
        for change in self._changes:
            for written in re.finditer(_PLANNED_ZONES, change.change.after):
                for zone in re.finditer(_QUOTED_ZONE, written[0]):
                    configured = self._configuration.find(
                        change.module_address, change.mode, change.type, change.name
                    )
                    if configured is not None and "region" not in (
                        configured.block.expressions or {}
                    ):
                        yield configured, zone[1].decode()

    def addresses(self) -> Iterator[str]:
        """Return the address of every resource in the state. Raises `InputError`."""
        return (each.address for _, each in self._state.resources if each.address)


def _sign(configured: Configured, resource: StateResource, values: _Values) -> Sign:
    """The sign of one resource.

    A block with its own `region` says nothing about its provider's Region, and the account of a
    data source may be a foreign one.
    """
    written = configured.block.expressions or {}
    region = account = None
    if resource.type in EC2 and "arn" not in written:
        arn = re.fullmatch(_ARN, values.arn) if isinstance(values.arn, str) else None
        region = arn[1] if arn else None
        account = arn[2] if arn and resource.mode == "managed" else None
        if region is None and "availability_zone" not in written:
            region = region_of_zone(values.availability_zone)
    elif resource.mode == "data" and resource.type in ASKED:
        region, account = _asked(resource.type, values, written)
    return Sign(configured, None if "region" in written else region, account)


def _asked(kind: str, values: _Values, written: dict[str, Any]) -> tuple[str | None, str | None]:
    """The Region or account that AWS gave for the provider."""
    match kind:
        case "aws_caller_identity":
            return None, values.account_id if is_account(values.account_id) else None
        case "aws_region" if not written:  # `name` and `endpoint` select another Region
            return next(filter(is_region, (values.region, values.name)), None), None
        case "aws_availability_zones":
            names = values.names if isinstance(values.names, list) else []
            regions = {region for region in map(region_of_zone, names) if region}
            return (regions.pop() if len(regions) == 1 else None), None
    return None, None
