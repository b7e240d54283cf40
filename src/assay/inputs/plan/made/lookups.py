"""What a data source will find when Terraform plans, as a question that EC2 or SSM can answer.

Only code has such data sources; in a plan they have already been read. Facts: hashicorp/aws
documentation of the data sources aws_ami, aws_ssm_parameter, aws_launch_template (the image is that
of the latest version) and aws_instance.
"""

import re
from typing import Any

from msgspec.structs import replace

from assay.inputs.plan.document.planned import PlannedResource
from assay.inputs.plan.document.values import parse_instance, parse_template
from assay.inputs.surface import SENSITIVE, TemplateFields
from assay.model import (
    Alias,
    ImageSearch,
    Planned,
    TemplateRef,
    Unknown,
    Unusable,
    Value,
    addresses,
    parse_image,
)
from assay.model.addresses import Step, notation

_OF_AWS = (
    r"/aws/service/(?:(?:ecs|eks)/optimized-ami/[^:]+(?<!/image_id)"
    r"|ami-windows-latest/[^:/]+-ECS_Optimized)"
)
"""Public parameters whose value is JSON with an `image_id`."""
_FIELDS = TemplateFields("id", "name", "version")


def looked_up(resource: PlannedResource, path: tuple[Step, ...]) -> Value:
    """Return the image in an attribute of a data source."""
    address = resource.change.address
    value: Value | None
    match resource.change.type, path:
        case "aws_ami", ("id",) | ("image_id",):
            value = _search(resource)
        case "aws_ami_ids", ("ids", 0):
            value = _newest(resource)
        case "aws_ssm_parameter", ("value",) | ("insecure_value",):
            value = _parameter(resource)
        case "aws_ssm_parameter", ("value" | "insecure_value", addresses.DECODED, "image_id"):
            value = _public(resource)
        case "aws_launch_template", ("image_id",):
            value = template_looked_up(resource, "$Latest")
        case "aws_instance", ("ami",):
            value = _instance(resource)
        case _:
            value = None
    if value is None:
        return Unknown((notation(path, address),))
    arguments = ("name", "id", "instance_id", "owners", "filter", "name_regex")
    hidden = path[0] in SENSITIVE.get(resource.change.type, ()) or any(
        resource.is_sensitive((name,)) for name in arguments
    )
    return Planned(address, value, sensitive=hidden)


def template_looked_up(
    resource: PlannedResource, version: str | None
) -> TemplateRef | Unusable | None:
    """Return the launch template that a data source names; None if it is not known."""
    names = {name: resource.value((name,)) for name in ("id", "name")}
    if not any(names.values()) or any(resource.is_sensitive((name,)) for name in names):
        return None  # because reports show the name of what is looked up
    return parse_template({**names, "version": version or "$Latest"}, _FIELDS)


def _search(resource: PlannedResource) -> ImageSearch | None:
    """Return the search if all its arguments are known; an unknown one could change its result."""
    if resource.mask(()) not in (None, {}):
        return None
    filters = resource.value(("filter",)) or []
    filters = [filters] if isinstance(filters, dict) else filters  # JSON may omit the brackets
    if not isinstance(filters, list) or not all(isinstance(each, dict) for each in filters):
        return None
    return ImageSearch(
        owners=_texts(resource.value(("owners",))),
        filters=tuple((str(each.get("name")), _texts(each.get("values"))) for each in filters),
        name_regex=str(pattern) if (pattern := resource.value(("name_regex",))) else None,
        most_recent=_is_true(resource.value(("most_recent",))),
        include_deprecated=_is_true(resource.value(("include_deprecated",))),
        executable_users=_texts(resource.value(("executable_users",))),
    )


def _newest(resource: PlannedResource) -> ImageSearch | None:
    """Return the first matching image, which is the newest without `sort_ascending` (aws_ami_ids)."""
    found = _search(resource)
    if found is None or _is_true(resource.value(("sort_ascending",))):
        return None
    return replace(found, most_recent=True)


def _public(resource: PlannedResource) -> Alias | Unusable | None:
    """Return the image of a public parameter with a JSON value.

    A parameter below it has just the id (Amazon ECS, "Retrieving Amazon ECS-optimized Linux AMI
    metadata"; EKS has the same form).
    """
    name = resource.value(("name",))
    if not isinstance(name, str) or not re.fullmatch(_OF_AWS, name):
        return None
    found = parse_image(f"resolve:ssm:{name}/image_id")
    return found if isinstance(found, Alias | Unusable) else None


def _parameter(resource: PlannedResource) -> Alias | Unusable | None:
    name = resource.value(("name",))
    if not isinstance(name, str) or resource.is_sensitive(("name",)):
        return None
    found = parse_image(f"resolve:ssm:{name}")
    return found if isinstance(found, Alias | Unusable) else None


def _instance(resource: PlannedResource) -> Value | None:
    wanted = resource.value(("instance_id",))
    return parse_instance(wanted) if wanted else None


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(str(each) for each in value) if isinstance(value, list) else ()


def _is_true(value: Any) -> bool:
    return value is True or value == "true"
