"""What the state before the plan tells about providers: ARNs and availability zones.

Facts: HashiCorp, "JSON Output Format", "State Representation" (`values.root_module`, recursive
`child_modules`); AWS General Reference, "Amazon Resource Names" (partition, service, Region,
account). Only Regions and account ids leave this module. The section can be megabytes, so it stays
raw until a provider that does not say its Region makes somebody ask.
"""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from assay.errors import InputError
from assay.sources.configuration import ConfigurationIndex, Configured

_ARN = re.compile(r"arn:aws[a-z-]*:ec2:([a-z]{2,4}(?:-[a-z]+)+-\d{1,2}):(\d{12})?:.+", re.DOTALL)
"""EC2's only: other services' ARNs are often those of something that another account shares."""
_ZONE = re.compile(r"([a-z]{2,4}(?:-[a-z]+)+-\d{1,2})[a-z]")
"""Zones proper; names of Local and Wavelength Zones hold more than their Region."""
_AWS = re.compile(r"aws|(.*/)?hashicorp/aws")


class Sign(msgspec.Struct, frozen=True, gc=False):
    """What one resource tells about the provider of its block."""

    configured: Configured
    region: str | None
    account: str | None


class _Values(msgspec.Struct, gc=False):
    arn: Any = None
    availability_zone: Any = None


class _Resource(msgspec.Struct, gc=False):
    type: str
    name: str
    mode: str = "managed"
    address: str | None = None
    provider_name: str | None = None
    values: _Values | None = None


class _Module(msgspec.Struct, gc=False):
    address: str | None = None
    resources: list[_Resource] | None = None
    child_modules: "list[_Module] | None" = None


class _StateValues(msgspec.Struct, gc=False):
    root_module: _Module | None = None


class _State(msgspec.Struct, gc=False):
    values: _StateValues | None = None


class Prior:
    """The `prior_state` section of one plan; `path` is for messages."""

    def __init__(self, path: str, raw: msgspec.Raw, configuration: ConfigurationIndex) -> None:
        self._path = path
        self._raw = raw
        self._configuration = configuration

    def signs(self) -> Iterator[Sign]:
        """What each resource that hashicorp/aws looks after tells. Raises `InputError`."""
        for module in self._modules():
            for resource in module.resources or ():
                if resource.values is None or not _AWS.fullmatch(resource.provider_name or ""):
                    continue
                configured = self._configuration.find(
                    module.address, resource.mode, resource.type, resource.name
                )
                if configured is not None:
                    yield _sign(configured, resource, resource.values)

    def _modules(self) -> Iterator[_Module]:
        if not self._raw:
            return
        try:
            state = msgspec.json.decode(self._raw, type=_State | None)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise InputError("its prior_state cannot be read", where=self._path) from None
        stack = [state.values.root_module if state and state.values else None]
        while stack:
            module = stack.pop()
            if module is not None:
                yield module
                stack.extend(module.child_modules or ())


def _sign(configured: Configured, resource: _Resource, values: _Values) -> Sign:
    """A block with a `region` of its own tells nothing of its provider's; data may be foreign."""
    arn = _ARN.fullmatch(values.arn) if isinstance(values.arn, str) else None
    zone = values.availability_zone
    in_zone = _ZONE.fullmatch(zone) if isinstance(zone, str) else None
    told = arn or in_zone
    region = told[1] if told and "region" not in (configured.block.expressions or {}) else None
    account = arn[2] if arn and resource.mode == "managed" else None
    return Sign(configured, region, account)
