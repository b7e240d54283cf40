"""The images that an Image Builder build will produce, wherever in its outputs they are taken from.

`output_resources` is a set of objects with sets of images, one for each Region and account, and
none of it is known before apply. Whichever element is taken, its `image` is one that the build
makes.

Fact: hashicorp/aws documentation, `aws_imagebuilder_image` (`output_resources`, `amis`, `image`).
"""

from collections.abc import Sequence

from assay.inputs.terraform.language.values import is_known, step_below
from assay.inputs.terraform.syntax.expressions import HclValue, UnknownValue

_TYPE, _ATTRIBUTE = "aws_imagebuilder_image", "output_resources"
_TAKING = frozenset({"distinct", "element", "flatten", "one", "reverse", "tolist", "toset"})
"""Functions that return their first argument, or an element of it."""


def is_output(value: HclValue) -> bool:
    """Whether it is the outputs of a build, or something in them."""
    return (
        isinstance(value, UnknownValue)
        and value.passed_on
        and bool(value.refs)
        and all(ref.steps[0] == _TYPE and _ATTRIBUTE in ref.steps for ref in value.refs)
    )


def any_element(value: UnknownValue) -> UnknownValue:
    """Any element of a build's outputs."""
    return step_below(value, 0)


def taken(name: str, arguments: Sequence[HclValue]) -> HclValue:
    """What a function takes from a build's outputs; None if it may be anything else."""
    if name in _TAKING and arguments and is_output(arguments[0]):
        return arguments[0] if all(map(is_known, arguments[1:])) else None
    return None
