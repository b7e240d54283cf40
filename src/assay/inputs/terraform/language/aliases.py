"""Image aliases that are composed from a parameter which Terraform has yet to create.

Fact: Amazon EC2 API Reference, RunInstances, `ImageId`: `resolve:ssm:` and a parameter's name or
ARN, optionally followed by `:` and a version.
"""

from collections.abc import Sequence
from itertools import takewhile

from assay.inputs.terraform.language.values import step_below
from assay.inputs.terraform.syntax.expressions import HclValue, Ref, UnknownValue
from assay.model import ALIAS

_NAMES = ("arn", "id", "name")
_VERSION = "version"


def alias(parts: Sequence[HclValue]) -> UnknownValue | None:
    """The parameter to which the alias made of these parts of a text leads. None if they do not
    make an alias, or if a part is the name or version of a different parameter.

    If the name is already known and only the version is not, the alias is a step below the version:
    code that knows the parameter's name must compare the two.
    """
    texts = list(takewhile(lambda part: isinstance(part, str), parts))
    start, rest = "".join(map(str, texts)), parts[len(texts) :]
    match rest:
        case [UnknownValue(refs=(ref,), passed_on=True) as named] if start == ALIAS:
            return named if _is_of(ref, _NAMES) else None
        case [
            UnknownValue(refs=(ref,), passed_on=True) as named,
            ":",
            UnknownValue(refs=(other,), passed_on=True),
        ] if start == ALIAS:
            same = other == Ref(ref.module, (*ref.steps[:-1], _VERSION))
            return named if same and _is_of(ref, _NAMES) else None
        case [UnknownValue(refs=(ref,), passed_on=True) as version]:
            name = start.removeprefix(ALIAS).removesuffix(":")
            if f"{ALIAS}{name}:" == start and _is_of(ref, (_VERSION,)):
                return step_below(version, f"{ALIAS}{name}")
    return None


def _is_of(ref: Ref, attributes: Sequence[str]) -> bool:
    """Whether a reference names one of these attributes of a parameter."""
    return ref.steps[0] == "aws_ssm_parameter" and ref.steps[-1] in attributes
