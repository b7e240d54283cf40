"""Values that are partly known: like a plan, a tree of values and a mask.

The properties of CloudFormation are those of hashicorp/awscc with other names: that provider turns
`ImageId` into `image_id` and `Ec2Configuration` into `ec_2_configuration`. A resource that a
document describes can therefore be read by the rows of that provider.
"""

import re
from typing import Any

import msgspec

from assay.model.addresses import Path


class Open(msgspec.Struct, frozen=True, gc=False):
    """A value that only AWS knows; `by` says in messages where it comes from."""

    by: str
    of: str | None = None
    """The resource of the same document that it belongs to."""


class Looked(msgspec.Struct, frozen=True, gc=False):
    """The value of an SSM parameter: `{{resolve:ssm:NAME}}`, or a template parameter of that type."""

    alias: str
    """In EC2's form: `resolve:ssm:NAME`."""


class Either(msgspec.Struct, frozen=True, gc=False):
    """One of several values; only AWS knows which."""

    options: tuple[Any, ...]
    by: str = "a condition that is not known"


class Gone(msgspec.Struct, frozen=True, gc=False):
    """`AWS::NoValue`: the property is not set."""


class Resource(msgspec.Struct, frozen=True, gc=False):
    """A resource that a document describes, in the form of a planned one."""

    type: str
    """The type in hashicorp/awscc."""
    at: Path
    """The path of its properties in the resource that contains the document."""
    after: dict[str, Any]
    mask: dict[str, Any]
    spelt: dict[str, Any]
    """The properties with their original names, and with `Open` where the mask is true."""
    is_new: bool
    region: str | None = None
    is_certain: bool = True
    """Whether it is created no matter how the document's conditions turn out."""

    def original(self, steps: tuple[str | int, ...]) -> tuple[Path, Any]:
        """Return a path of `after` with the document's own names, and the value there."""
        here: Any = self.spelt
        path: list[str | int] = []
        for step in steps:
            name: str | int = step
            if isinstance(here, dict) and isinstance(step, str):
                name = next((each for each in here if snake(each) == step), camel(step))
            path.append(name)
            here = _child(here, name)
        return (*self.at, *path), here


def resource(
    kind: str,
    at: Path,
    properties: Any,
    *,
    is_new: bool,
    region: str | None = None,
    is_certain: bool = True,
) -> Resource:
    """Make a resource from a CloudFormation type and its properties; `Open` values become a mask."""
    spelt = properties if isinstance(properties, dict) else {}
    known, mask = _parted(spelt)
    masks = mask if isinstance(mask, dict) else {}
    return Resource(awscc(kind), at, known, masks, spelt, is_new, region, is_certain)


def logical(name: str) -> str:
    """A logical name that may be shown: letters and digits only (CloudFormation User Guide)."""
    return name if name.isascii() and name.isalnum() and len(name) <= 255 else "something"


def awscc(kind: str) -> str:
    """`AWS::AutoScaling::AutoScalingGroup` as `awscc_autoscaling_auto_scaling_group`."""
    _, service, name, *_ = (*kind.split("::"), "", "")
    return f"awscc_{service.lower()}_{_WORD.sub('_', name).lower()}"


def snake(name: str) -> str:
    """The name of a property in hashicorp/awscc."""
    return _DIGITS.sub("_", _WORD.sub("_", name)).lower()


def camel(name: str) -> str:
    """The name of a property in CloudFormation, if the document does not contain it."""
    return "".join(word[:1].upper() + word[1:] for word in name.split("_"))


_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_DIGITS = re.compile(r"(?<=[A-Za-z])(?=[0-9])")


def _parted(tree: Any) -> tuple[Any, Any]:
    """Split a tree into its known values, in snake case, and the mask of unknown ones."""
    if isinstance(tree, Open | Either):
        return None, True
    if isinstance(tree, Looked):
        return tree.alias, None
    if isinstance(tree, dict):
        known: dict[str, Any] = {}
        masks: dict[str, Any] = {}
        for name, value in tree.items():
            if isinstance(value, Gone):
                continue
            below, mask = _parted(value)
            if mask is not True:
                known[snake(name)] = below
            if mask:
                masks[snake(name)] = mask
        return known, masks
    if isinstance(tree, list):
        parts = [_parted(each) for each in tree if not isinstance(each, Gone)]
        masked = any(mask for _, mask in parts)
        return [below for below, _ in parts], [mask or {} for _, mask in parts] if masked else []
    number = isinstance(tree, int) and not isinstance(tree, bool)
    return str(tree) if number else tree, None  # a template's version is text in a plan


def _child(tree: Any, step: str | int) -> Any:
    if isinstance(tree, dict):
        return tree.get(step)
    if isinstance(tree, list) and isinstance(step, int) and step < len(tree):
        return tree[step]
    return tree if isinstance(tree, Open) else None
