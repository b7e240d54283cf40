"""The forms in which a plan names an image, read from plain values. Nothing is ever repaired."""

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
from assay.model.ids import INSTANCE_ID, TEMPLATE_ID, TEMPLATE_VERSION, has_form

NO_NAME = (None, "")
# hashicorp/aws uses this word as the id of a template that is given by name
# (launchTemplateIDUnknown). It is, however, a valid name of a template.
NO_ID = (*NO_NAME, "unknown")

_TEMPLATE_NAME = r"[a-zA-Z0-9().\-/_]{3,128}"


def parse_template(block: dict[str, Any], fields: TemplateFields) -> TemplateRef | Unusable:
    """Read a launch template block in which an id or a name is set."""
    template_id, name = block.get(fields.id), block.get(fields.name)
    version = block.get(fields.version)
    version = "$Default" if version in (None, "") else version
    if template_id not in NO_ID and not is_template(template_id):
        return Unusable("is not a launch template id", "write the id of a launch template, lt-…")
    if template_id in NO_ID and not has_form(name, _TEMPLATE_NAME):
        return Unusable("is not a launch template name", "write the name of a launch template")
    if not has_form(version, TEMPLATE_VERSION):
        return Unusable(
            "has a version that is neither a number nor $Latest or $Default",
            "name a version by its number",
        )
    if template_id in NO_ID:
        return TemplateRef(None, name, version)
    return TemplateRef(template_id, None, version)


def is_template(value: Any) -> bool:
    """Whether a value is the id of a launch template."""
    return has_form(value, TEMPLATE_ID)


def parse_instance(value: Any) -> InstanceRef | Unusable:
    """Read an instance id."""
    if has_form(value, INSTANCE_ID):
        return InstanceRef(value)
    return Unusable("is not an instance id", "write the id of an instance, i-…")


def parse_build_parent(value: Any) -> AmiId | Alias | Unusable | None:
    """Read Image Builder's parent: an AMI id, `ssm:NAME_OR_ARN` (not resolve:ssm:), or an ARN."""
    if isinstance(value, str) and value.startswith("ssm:"):
        return parse_image(f"resolve:{value}")
    if isinstance(value, str) and value.startswith("arn:"):
        return Unusable(
            "is an Image Builder image, which assay does not look up",
            "name the parent by its AMI id",
        )
    return parse_image(value)


def parse_parameter(value: Any, data_type: Any) -> AmiId | Alias | Unusable | None:
    """Read an SSM parameter's value: an image if its data type says so or if it is an AMI id."""
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
