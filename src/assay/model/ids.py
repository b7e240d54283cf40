r"""The forms of AWS ids and names: accounts, Regions, images, and what leads to images.

A form is a regular expression as text, without anchors and without capturing groups: `has_form`
matches a whole value with it, and longer forms are built from it. Digits are `[0-9]`, because
Python's `\d` also matches digits of other scripts. Patterns that not every plan needs are compiled
on demand.

Where an id is expected, the form is as wide as possible, so that names that AWS adds later are not
refused. An id that is searched for in free text (`…_FOUND`) has a narrow form, which hardly anything
else matches.
"""

import re
from collections.abc import Iterator
from typing import TypeGuard

ACCOUNT = r"[0-9]{12}"
ROLE = rf"arn:aws[a-z-]*:iam::{ACCOUNT}:role/[!-~]{{1,576}}"
"""IAM API Reference, CreateRole: a path of up to 512 and a name of up to 64 characters."""
_WORD = r"[A-Za-z0-9_+=,.@-]"
ROLE_NAME = rf"(?![!-~]{{511,}}/)(?:{_WORD}+/)*{_WORD}{{1,64}}"
"""What follows `role/` in an ARN. IAM allows more characters in paths (IAM API Reference,
CreateRole); this form excludes wildcards and variables of IAM policies and the colons of ARNs."""

UNIT = r"ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}"
"""An organizational unit: Organizations API Reference, OrganizationalUnit."""
ROOT = r"r-[0-9a-z]{4,32}"
"""The root of an organization: Organizations API Reference, Root."""

REGION = r"[a-z]{2,4}(?:-[a-z]+)+-[0-9]{1,2}"
REGION_FOUND = (
    r"(?:af|ap|ca|cn|eu|il|me|mx|sa|us|us-gov|us-isob?|us-isof|eu-isoe|eusc-[a-z]{2})"
    r"-(?:central|north|south|east|west|northeast|northwest|southeast|southwest)-[1-9]"
)
"""Only the words that AWS uses for Regions: every match is queried, and `team-a-1` is no Region."""
ZONE = rf"{REGION}[a-z]"
"""Availability Zones; the names of Local and Wavelength Zones contain more than the Region."""

AMI_ID = r"ami-(?:[0-9a-f]{8}|[0-9a-f]{17})"
_AMI_ID = re.compile(AMI_ID)  # every plan needs this one, large plans for each resource
INSTANCE_ID = r"i-(?:[0-9a-f]{8}|[0-9a-f]{17})"
SNAPSHOT_ID = r"snap-(?:[0-9a-f]{8}|[0-9a-f]{17})"
TEMPLATE_ID = r"lt-[0-9a-f]{8,17}"
TEMPLATE_VERSION = r"\$Latest|\$Default|[1-9][0-9]{0,18}"
PARAMETER = r"[A-Za-z0-9_.\-/]+"
"""A parameter's name or path, without version or label: SSM API Reference, PutParameter."""

BEHIND_ESCAPE = r"(?<=\\[bfnrt])|(?<=\\u[0-9A-Fa-f]{4})"
"""The position after an escape in JSON text: in `\\nami-…`, the `n` is not part of a word."""
AMI_ID_FOUND = rf"(?:(?<![A-Za-z0-9_-])|{BEHIND_ESCAPE}){AMI_ID}(?![0-9A-Za-z])"
TEMPLATE_ID_FOUND = r"(?<![A-Za-z0-9_-])lt-(?:[0-9a-f]{8}|[0-9a-f]{17})(?![0-9A-Za-z])"


def has_form(value: object, form: str) -> TypeGuard[str]:
    """Whether a value is a string that matches a form as a whole."""
    return isinstance(value, str) and re.fullmatch(form, value) is not None


def is_account(value: object) -> TypeGuard[str]:
    """Whether a value is an account id."""
    return has_form(value, ACCOUNT)


def is_region(value: object) -> TypeGuard[str]:
    """Whether a value can be the name of a Region."""
    return has_form(value, REGION)


def is_ami_id(value: object) -> TypeGuard[str]:
    """Whether a value is an AMI id."""
    return isinstance(value, str) and _AMI_ID.fullmatch(value) is not None


def account_of_role(arn: object) -> str | None:
    """The account in the ARN of a role; None if it is not such an ARN."""
    return arn.split(":")[4] if has_form(arn, ROLE) else None


def region_of_zone(zone: object) -> str | None:
    """The Region of an Availability Zone; None if it is not the name of one."""
    return zone[:-1] if has_form(zone, ZONE) else None


def ami_ids_in(text: str) -> Iterator[str]:
    """All AMI ids in a text."""
    if "ami-" in text:  # many times faster than any pattern
        yield from re.findall(AMI_ID_FOUND, text)
