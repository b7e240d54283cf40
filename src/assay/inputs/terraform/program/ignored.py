"""What `lifecycle { ignore_changes }` keeps unchanged, and the images that depend on it.

Fact: HashiCorp, "The lifecycle Meta-Argument": for an attribute named there (or any, with `all`),
an existing resource keeps its value whatever the code says, and so does everything that reads it.
"""

import re
from collections.abc import Mapping

from assay.inputs.terraform.syntax.blocks import Block
from assay.model import AnyOf, Made, Planned, Value

ALL = "all"
_COMMENT = r"(?s)/\*.*?\*/|(?:#|//)[^\n]*"
_NAME = r"[\w-]+"
_TEMPLATE = "launch template "
_OF_A_TEMPLATE = frozenset({"image_id", "launch_template_data", "default_version"})
_MADE_OF = {
    "CopyImage": frozenset({"source_ami_id", "source_ami_region"}),
    "CreateImage": frozenset({"source_instance_id"}),
    "Image Builder": frozenset({"image_recipe_arn", "recipe"}),
}
_SAME = {"output": ("input",), "value": ("insecure_value",), "insecure_value": ("value",)}
"""Attributes that contain what is written for another one: of `terraform_data`, of parameters."""

Ignoring = Mapping[str, frozenset[str]]
"""The names in the `ignore_changes` of each resource, by its address."""


def ignored_in(block: Block) -> frozenset[str]:
    """The names in a block's `ignore_changes`, including parts of paths."""
    return frozenset(
        name
        for lifecycle in block.of_type("lifecycle")
        if (written := lifecycle.attributes.get("ignore_changes")) is not None
        for name in re.findall(_NAME, re.sub(_COMMENT, " ", written.text))
    )


def is_ignored(names: frozenset[str], *attributes: str) -> bool:
    """Whether any of the attributes keeps its existing value."""
    return ALL in names or not names.isdisjoint(attributes)


def comes_through(value: Value, ignoring: Ignoring) -> bool:
    """Whether a reference reaches its image through something whose changes are ignored."""
    match value:
        case Planned(step=step, value=inner):
            return _keeps(step, ignoring) or comes_through(inner, ignoring)
        case Made(by=by, how=how, source=source):
            own = is_ignored(ignoring.get(by, frozenset()), *_MADE_OF.get(how, ()))
            return own or comes_through(source, ignoring)
        case AnyOf(values):
            return any(comes_through(each, ignoring) for each in values)
    return False


def _keeps(step: str, ignoring: Ignoring) -> bool:
    """Whether the step names an attribute or a launch template that keeps its existing value."""
    if step.startswith(_TEMPLATE):
        address = step.removeprefix(_TEMPLATE).partition(", at its ")[0]
        return is_ignored(ignoring.get(address, frozenset()), *_OF_A_TEMPLATE)
    for address, names in ignoring.items():
        if step.startswith(f"{address}."):
            attribute = step[len(address) + 1 :].partition(".")[0]
            return is_ignored(names, attribute, *_SAME.get(attribute, ()))
    return False
