"""One attribute that names an image, and the forms that such a value can take."""

import re
from collections.abc import Mapping
from typing import TypeAlias

import msgspec

from assay.model.addresses import module_of
from assay.model.changes import Value
from assay.model.exceptions import CodeException
from assay.model.ids import ACCOUNT, PARAMETER, REGION, is_ami_id
from assay.model.kinds import Action, Kind
from assay.model.places import Place, Unplaced
from assay.model.values import Alias, AmiId, ServiceImage, Unusable

PlacedValue: TypeAlias = tuple[Value, "Place | Unplaced"]
"""A value and its place: references that agree in both mean the same image."""


class AmiReference(msgspec.Struct, frozen=True, gc=False):
    """One attribute of one resource that names, or will name, an AMI."""

    address: str
    """The absolute Terraform address, with the instance key."""
    resource_type: str
    attribute: str
    """The attribute's path in Terraform's notation, for example `launch_template[0].id`."""
    kind: Kind
    action: Action
    value: Value
    place: Place | Unplaced
    sensitive: bool = False
    """The plan marks the value as sensitive: it is checked, but shown as `(sensitive)`."""
    replaces: str | None = None
    """The AMI id that the attribute had before, if the plan changes it."""
    file: str | None = None
    line: int | None = None
    root: str | None = None
    """The root module's directory, if a run reads several: addresses are relative to it."""
    tags: Mapping[str, str] = {}
    """The resource's planned tags, if a policy uses them; never shown."""
    changes_ignored: bool = False
    """The code tells Terraform to ignore changes of the attribute (`ignore_changes`)."""
    exceptions: tuple[CodeException, ...] = ()
    """The exceptions that comments in the code make for it."""
    fallback: ServiceImage | None = None
    """What an AWS service uses if the launch template named here contains no image."""
    arn: str | None = None
    """The ARN of something that exists and is not a resource of Terraform's."""

    @property
    def module(self) -> str:
        """The module path of the address: `module.a["x"].module.b`, empty for the root."""
        return module_of(self.address)


ALIAS = "resolve:ssm:"
"""The prefix that names an SSM parameter instead of an AMI id (EC2 API Reference, `ImageId`)."""
_PARAMETER_ARN = (
    rf"(?P<parameter>arn:[a-z-]+:ssm:{REGION}:{ACCOUNT}:parameter/[^:]+)(:(?P<selector>[^:]+))?"
)
_PARAMETER_NAME = rf"(?P<parameter>{PARAMETER})(:(?P<selector>[A-Za-z0-9_.\-]+))?"


def parse_image(value: object) -> AmiId | Alias | Unusable | None:
    """Parse an `ImageId` as EC2 accepts it: an AMI id, a `resolve:ssm:` alias, or nothing (None).

    EC2 API Reference, RequestLaunchTemplateData: an alias has the name of a parameter, or the ARN of
    a shared one, and optionally a version or label.
    """
    if value is None or value == "":  # Terraform's providers write "" for an absent value
        return None
    if not isinstance(value, str):
        return Unusable("is not a string")
    if is_ami_id(value):
        return AmiId(value)
    if value.startswith(ALIAS):
        name = value.removeprefix(ALIAS)
        found = re.fullmatch(_PARAMETER_ARN, name) or re.fullmatch(_PARAMETER_NAME, name)
        if found:
            return Alias(found["parameter"], found["selector"])
        return Unusable("is an alias without a valid parameter name")
    return Unusable("is neither an AMI id nor a resolve:ssm: alias")
