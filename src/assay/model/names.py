"""When do two names mean one parameter, and two places one place? True, False, or None: perhaps."""

import re

from assay.model.changes import ParameterChange
from assay.model.ids import ACCOUNT, REGION
from assay.model.places import Place, Unplaced, same_place
from assay.model.values import Alias

_ARN = rf"arn:([a-z-]+):ssm:({REGION}):({ACCOUNT}):parameter/(.+)"
_RESERVED = r"(?i)/?(aws|ssm)\b"
"""SSM API Reference, PutParameter: nobody but AWS writes parameters whose names start so."""


def parameter_named(name: str, place: Place | Unplaced) -> tuple[str, Place | Unplaced]:
    """A parameter's name as ARNs have it, and its place: that of its ARN, if it is one.

    ARNs leave a leading slash out. In a path that slash is required (Systems Manager User Guide,
    "Parameter hierarchies"), so only of a name of one level it tells anything: `/a` is not `a`.
    """
    found = re.fullmatch(_ARN, name)
    if found:
        return found[4], Place(found[1], found[3], found[2])
    inner = name.removeprefix("/")
    return (inner if "/" in inner else name), place


def is_same(one: Place | Unplaced, other: Place | Unplaced) -> bool | None:
    """Whether two places are the same; None where the plan does not tell.

    What one provider block leaves open is open alike for all that use it.
    """
    # Two references below `provider "aws" {}` are in one place, whichever that will be; what stands
    # below two such blocks may be in one place or in two.
    if isinstance(one, Unplaced) or isinstance(other, Unplaced):
        return True if same_place(one, other) else None
    if one.region != other.region:
        return False
    if one.account == other.account:
        return True
    return False if one.account and other.account else None


def is_meant(change: ParameterChange, alias: Alias, *at: Place | Unplaced) -> bool | None:
    """Whether an alias means the parameter of a change; None: it may.

    `at` is its place, in as many ways as it is told.
    """
    called, _ = parameter_named(alias.parameter, at[0])
    if change.name is not None and change.name.lstrip("/") != called.lstrip("/"):
        return False
    # A change is where its provider says, or where the ARN of what exists already says that it is.
    same = {
        is_same(change.told if change.told and isinstance(each, Place) else change.place, each)
        for each in at
    }
    found = True if True in same else (False if False in same else None)
    # Of a parameter without a name any could be meant that stands in the same place, but for AWS's.
    if change.name is None:
        return False if found is False or re.match(_RESERVED, called) else None
    if change.name != called and found and not alias.parameter.startswith("arn:"):
        return None  # whether there can be both is not told
    return found


def parameter_is_meant(change: ParameterChange, alias: Alias, place: Place | Unplaced) -> bool:
    """Whether an alias means, or may mean, the parameter of a change."""
    return is_meant(change, alias, parameter_named(alias.parameter, place)[1]) is not False
