"""Compares parameter names, and places: same (True), different (False) or not known (None)."""

import re

from assay.model.changes import ParameterChange
from assay.model.ids import ACCOUNT, REGION
from assay.model.places import Place, Unplaced, same_place
from assay.model.values import Alias

_ARN = rf"arn:([a-z-]+):ssm:({REGION}):({ACCOUNT}):parameter/(.+)"
_RESERVED = r"(?i)/?(aws|ssm)\b"
"""SSM API Reference, PutParameter: only AWS can write parameters with these prefixes."""


def parameter_named(name: str, place: Place | Unplaced) -> tuple[str, Place | Unplaced]:
    """Return a parameter's name as ARNs write it, and its place: that of the ARN, if it is one.

    ARNs leave out the leading slash. A path must have it (Systems Manager User Guide, "Parameter
    hierarchies"), so the slash makes a difference only in a name of one level: `/a` is not `a`.
    """
    found = re.fullmatch(_ARN, name)
    if found:
        return found[4], Place(found[1], found[3], found[2])
    inner = name.removeprefix("/")
    return (inner if "/" in inner else name), place


def is_same(one: Place | Unplaced, other: Place | Unplaced) -> bool | None:
    """Whether two places are the same; None if the plan does not show it.

    Everything that uses the same provider block is in the same place, even if that place is open.
    """
    # Two references that use the same `provider "aws" {}` are in one place, whichever that will be;
    # those of two such blocks may be in one place or in two.
    if isinstance(one, Unplaced) or isinstance(other, Unplaced):
        return True if same_place(one, other) else None
    if one.region != other.region:
        return False
    if one.account == other.account:
        return True
    return False if one.account and other.account else None


def is_meant(change: ParameterChange, alias: Alias, *at: Place | Unplaced) -> bool | None:
    """Whether an alias means the parameter of a change; None if that is not known.

    `at` are the alternative descriptions of its place.
    """
    called, _ = parameter_named(alias.parameter, at[0])
    if change.name is not None and change.name.lstrip("/") != called.lstrip("/"):
        return False
    # The place of a change comes from its provider, or from the ARN of the existing parameter.
    same = {
        is_same(change.told if change.told and isinstance(each, Place) else change.place, each)
        for each in at
    }
    found = True if True in same else (False if False in same else None)
    # A parameter without a known name could be any parameter of that place, except AWS's own.
    if change.name is None:
        return False if found is False or re.match(_RESERVED, called) else None
    if change.name != called and found and not alias.parameter.startswith("arn:"):
        return None  # AWS does not document whether both names can exist
    return found


def parameter_is_meant(change: ParameterChange, alias: Alias, place: Place | Unplaced) -> bool:
    """Whether an alias means, or may mean, the parameter of a change."""
    return is_meant(change, alias, parameter_named(alias.parameter, place)[1]) is not False
