"""The forms in which a plan names an image, read from plain values. Nothing is ever repaired."""

import re
from typing import Any

from assay.inputs.surface import TemplateFields
from assay.model import (
    Alias,
    AmiId,
    AnyOf,
    InstanceRef,
    Made,
    Planned,
    TemplateRef,
    Unusable,
    Value,
    parse_image,
)

NO_NAME = (None, "")
# hashicorp/aws writes this word for the id of a template that is given by name
# (launchTemplateIDUnknown); as a name it is one that somebody can give.
NO_ID = (*NO_NAME, "unknown")

_INSTANCE_ID = re.compile(r"i-([0-9a-f]{8}|[0-9a-f]{17})")
_TEMPLATE_ID = re.compile(r"lt-[0-9a-f]{8,17}")
_TEMPLATE_NAME = re.compile(r"[a-zA-Z0-9().\-/_]{3,128}")
_TEMPLATE_VERSION = re.compile(r"\$Latest|\$Default|[1-9][0-9]{0,18}")


def parse_template(block: dict[str, Any], fields: TemplateFields) -> TemplateRef | Unusable:
    """A launch template block in which an id or a name is set."""
    template_id, name = block.get(fields.id), block.get(fields.name)
    version = block.get(fields.version)
    version = "$Default" if version in (None, "") else version
    if template_id not in NO_ID and not _matches(_TEMPLATE_ID, template_id):
        return Unusable("is not a launch template id", "write the id of a launch template, lt-…")
    if template_id in NO_ID and not _matches(_TEMPLATE_NAME, name):
        return Unusable("is not a launch template name", "write the name of a launch template")
    if not _matches(_TEMPLATE_VERSION, version):
        return Unusable(
            "has a version that is neither a number nor $Latest or $Default",
            "name a version by its number",
        )
    if template_id in NO_ID:
        return TemplateRef(None, name, version)
    return TemplateRef(template_id, None, version)


def is_template(value: Any) -> bool:
    """Whether it is the id of a launch template."""
    return _matches(_TEMPLATE_ID, value)


def parse_instance(value: Any) -> InstanceRef | Unusable:
    """An instance id."""
    if _matches(_INSTANCE_ID, value):
        return InstanceRef(value)
    return Unusable("is not an instance id", "write the id of an instance, i-…")


def parse_build_parent(value: Any) -> AmiId | Alias | Unusable | None:
    """Image Builder's parent: an AMI id, `ssm:NAME_OR_ARN` (not resolve:ssm:), or an ARN."""
    if isinstance(value, str) and value.startswith("ssm:"):
        return parse_image(f"resolve:{value}")
    if isinstance(value, str) and value.startswith("arn:"):
        return Unusable(
            "is an Image Builder image that is not looked up", "name the parent by its AMI id"
        )
    return parse_image(value)


def parse_parameter(value: Any, data_type: Any) -> AmiId | Alias | Unusable | None:
    """An SSM parameter's value: an image if its type says so, or if it is an AMI id all the same."""
    image = parse_image(value)
    if data_type == "aws:ec2:image" or isinstance(image, AmiId):
        return image
    return None


def leads_to_sensitive(value: Value) -> bool:
    """Whether a value comes from one that the plan marks as sensitive."""
    match value:
        case Planned(value=inner, sensitive=sensitive) | Made(source=inner, sensitive=sensitive):
            return sensitive or leads_to_sensitive(inner)
        case AnyOf(values):
            return any(map(leads_to_sensitive, values))
    return False


def _matches(pattern: re.Pattern[str], value: Any) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None
