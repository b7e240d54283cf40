r"""The forms of what AWS names: accounts, Regions, images, and what leads to images.

A form is the text of a regular expression without ends and without groups that capture: `has_form`
holds a whole value against it, and longer forms are built from it. Its digits are `[0-9]`, since
Python's `\d` takes those of every script. What not every plan asks for is compiled when one does.

What is due at a place has the widest form, so that what AWS opens tomorrow is not refused today. What
is found in a text, where nobody said that it would stand, has one that little else can have.
"""

import re
from collections.abc import Iterator
from typing import TypeGuard

ACCOUNT = r"[0-9]{12}"
ROLE = rf"arn:aws[a-z-]*:iam::{ACCOUNT}:role/[!-~]{{1,576}}"
"""A path of up to 512 and a name of up to 64 characters: IAM API Reference, CreateRole."""
_WORD = r"[A-Za-z0-9_+=,.@-]"
ROLE_NAME = rf"(?![!-~]{{511,}}/)(?:{_WORD}+/)*{_WORD}{{1,64}}"
"""What follows `role/` in an ARN. Paths may hold more (IAM API Reference, CreateRole): here neither the
wildcards and variables of IAM policies nor the colons of an ARN."""

UNIT = r"ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}"
"""An organizational unit: Organizations API Reference, OrganizationalUnit."""
ROOT = r"r-[0-9a-z]{4,32}"
"""What all units of an organization stand under: Organizations API Reference, Root."""

REGION = r"[a-z]{2,4}(?:-[a-z]+)+-[0-9]{1,2}"
REGION_FOUND = (
    r"(?:af|ap|ca|cn|eu|il|me|mx|sa|us|us-gov|us-isob?|us-isof|eu-isoe|eusc-[a-z]{2})"
    r"-(?:central|north|south|east|west|northeast|northwest|southeast|southwest)-[1-9]"
)
"""AWS's own words for Regions: each one that is found is asked, and `team-a-1` is none."""
ZONE = rf"{REGION}[a-z]"
"""Zones proper; names of Local and Wavelength Zones hold more than their Region."""

AMI_ID = r"ami-(?:[0-9a-f]{8}|[0-9a-f]{17})"
_AMI_ID = re.compile(AMI_ID)  # every plan asks for this one, and large ones for each resource
INSTANCE_ID = r"i-(?:[0-9a-f]{8}|[0-9a-f]{17})"
SNAPSHOT_ID = r"snap-(?:[0-9a-f]{8}|[0-9a-f]{17})"
TEMPLATE_ID = r"lt-[0-9a-f]{8,17}"
TEMPLATE_VERSION = r"\$Latest|\$Default|[1-9][0-9]{0,18}"
PARAMETER = r"[A-Za-z0-9_.\-/]+"
"""A name, as path or alone, without a version or label: SSM API Reference, PutParameter."""

BEHIND_ESCAPE = r"(?<=\\[bfnrt])|(?<=\\u[0-9A-Fa-f]{4})"
"""The end of an escape in JSON, or in a text that is JSON itself, is no part of a word: `\\nami-…`."""
AMI_ID_FOUND = rf"(?:(?<![A-Za-z0-9_-])|{BEHIND_ESCAPE}){AMI_ID}(?![0-9A-Za-z])"
TEMPLATE_ID_FOUND = r"(?<![A-Za-z0-9_-])lt-(?:[0-9a-f]{8}|[0-9a-f]{17})(?![0-9A-Za-z])"


def has_form(value: object, form: str) -> TypeGuard[str]:
    """Whether a value is a string that has a form from its first character to its last."""
    return isinstance(value, str) and re.fullmatch(form, value) is not None


def is_account(value: object) -> TypeGuard[str]:
    """Whether it is an account's id."""
    return has_form(value, ACCOUNT)


def is_region(value: object) -> TypeGuard[str]:
    """Whether it can be a Region's name."""
    return has_form(value, REGION)


def is_ami_id(value: object) -> TypeGuard[str]:
    """Whether it is an image's id."""
    return isinstance(value, str) and _AMI_ID.fullmatch(value) is not None


def account_of_role(arn: object) -> str | None:
    """The account of a role, where it is the ARN of one."""
    return arn.split(":")[4] if has_form(arn, ROLE) else None


def region_of_zone(zone: object) -> str | None:
    """The Region of an Availability Zone, where it is the name of one."""
    return zone[:-1] if has_form(zone, ZONE) else None


def ami_ids_in(text: str) -> Iterator[str]:
    """Every image's id that is found in a text."""
    if "ami-" in text:  # many times faster than any pattern
        yield from re.findall(AMI_ID_FOUND, text)
