"""Which account a provider block acts in.

Facts: hashicorp/aws documentation, "Provider Configuration": `assume_role` (the last of several is
used), `assume_role_with_web_identity`, `allowed_account_ids` (any other account is an error, even
with all `skip_...` arguments). A block that sets none of these, and no credentials of its own, acts
as the caller of Terraform.

A plan shows what an expression reads, not what it makes of it. A role read from a variable
therefore says whose credentials look images up, but proves nothing. A `dynamic` block leaves no
trace and cannot be seen. Provider expressions can contain credentials: only account ids leave this
module.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from assay.model.ids import account_of_role, has_form, is_account
from assay.model.partitions import aws_domain

_ROLES = ("assume_role", "assume_role_with_web_identity")
CREDENTIALS = (
    *("access_key", "secret_key", "token", "profile", "shared_config_files"),
    *("shared_credentials_file", "shared_credentials_files", "ec2_metadata_service_endpoint"),
)
"""Arguments with which a provider uses other credentials than those of its environment."""
_KEY = ("access_key", "secret_key", "token")
_ACCESS_KEY = r"(AKIA|ASIA).*|[A-Za-z0-9_]{16,128}"
"""STS API Reference, Credentials: 16 to 128 letters, digits or `_`. A text that starts like an IAM
key counts as a key, whatever its length.
"""
_ENDPOINTS = ("ec2", "ssm", "autoscaling", "sts")
"""The services that look names up, and the one that identifies the credentials."""
_NOTHING: tuple[dict[str, Any], ...] = (
    {"constant_value": None},
    {"constant_value": ""},
    {"constant_value": []},
)
"""Expressions that set nothing. A null variable proves nothing: ephemeral variables are always null
in a plan, and `coalesce(var.role, "arn:...")` leaves the same trace as `var.role`. An expression of
constants only, such as `format(...)`, is `{}`. (All as written by Terraform 1.x.)
"""
_CURE = 'write allowed_account_ids = ["…"] in the provider block, with only that account'


class Account(msgspec.Struct, frozen=True, gc=False):
    """The account of a provider block, as far as the block determines it."""

    id: str | None = None
    """The account that looks images up; None for the caller's."""
    reason: str | None = None
    """Why it is uncertain that the provider acts in this account; None if it is certain."""
    cure: str | None = None
    among: tuple[str, ...] = ()
    """The allowed accounts, of which the caller's has to be one."""


Values = Callable[[Any], tuple[Any, ...]]
"""Returns the possible values of an expression: the constant, the values of its variables, or none."""


def account_of(expressions: Mapping[str, Any], values: Values) -> Account:
    """Return the account that a provider block sets."""
    allowed = expressions.get("allowed_account_ids")
    ids = _ids(allowed, values)
    proven = isinstance(allowed, dict) and "constant_value" in allowed and len(ids) == 1
    for block in _ROLES:
        role = _last_role(expressions.get(block))
        if role is None:
            continue
        found = account_of_role(role.get("constant_value") if isinstance(role, dict) else None)
        if found is not None:
            return Account(found)
        if proven:
            return Account(ids[0])
        lookers = [each for each in map(account_of_role, values(role)) if each]
        return Account(
            lookers[0] if len(lookers) == 1 else None,
            "the provider assumes a role that the plan does not resolve",
            f"write {block}.role_arn as an ARN, or {_CURE.removeprefix('write ')}",
        )
    foreign = _foreign(expressions)
    if foreign is not None:
        return Account(None, f"the provider has its own {foreign}", f"remove {foreign}")
    if proven:
        return Account(ids[0])
    key = expressions.get("access_key")
    unused = _KEY if isinstance(key, dict) and is_no_key(key.get("constant_value")) else ()
    mattering = (name for name in CREDENTIALS if name not in unused)
    own = next((name for name in mattering if _says(expressions.get(name))), None)
    if own is not None:
        return Account(None, f"the provider sets its own credentials ({own})", _CURE)
    return Account(among=ids)


def is_no_key(access_key: Any) -> bool:
    """Whether the access key does not look like one: with `"mock"`, nothing can be launched."""
    return (
        isinstance(access_key, str)
        and access_key != ""
        and not re.fullmatch(_ACCESS_KEY, access_key)
    )


def _ids(allowed: Any, values: Values) -> tuple[str, ...]:
    """The account ids in `allowed_account_ids`, or in the variables that it reads."""
    listed = [
        each
        for value in values(allowed)
        for each in (value if isinstance(value, list) else [value])
    ]
    ids = [each for each in listed if is_account(each)]
    return tuple(dict.fromkeys(ids)) if len(ids) == len(listed) else ()


def _last_role(written: Any) -> Any:
    """The expression for the role of the last block that sets one; None if no block does."""
    chained = written if isinstance(written, list) else [written]
    roles = [role for role in map(_role_of, chained) if role is not None]
    return roles[-1] if roles else None


def _role_of(block: Any) -> Any:
    """The expression for a block's role, or None if the block sets no role."""
    if block is None or block == {}:
        return None
    if not isinstance(block, dict) or {"references", "constant_value"} & block.keys():
        return {}  # not written as a block: a role that is not known
    role = block.get("role_arn")
    return role if _says(role) else None


def _says(expression: Any) -> bool:
    return expression is not None and expression not in _NOTHING


def _foreign(expressions: Mapping[str, Any]) -> str | None:
    """The argument that sets endpoints other than AWS's: only they know what a name means there."""
    blocks = expressions.get("endpoints")
    for block in blocks if isinstance(blocks, list) else [blocks]:
        if block is None:
            continue
        if not isinstance(block, dict) or {"references", "constant_value"} & block.keys():
            return "endpoints"
        urls = (block.get(service) for service in _ENDPOINTS)
        if any(_says(url) and not _is_aws(url) for url in urls):
            return "endpoints"
    return None


def _is_aws(expression: Any) -> bool:
    url = expression.get("constant_value") if isinstance(expression, dict) else None
    return has_form(url, rf"https://([a-z0-9-]+\.)+{aws_domain()}/?")
