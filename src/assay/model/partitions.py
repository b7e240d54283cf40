"""The partitions of AWS: their Regions, and the domains of their services.

Facts: botocore's partitions.json, with which a test compares this table.
"""

import re
from functools import cache

import msgspec


class Partition(msgspec.Struct, frozen=True, gc=False):
    """A separate AWS, with its own accounts, Regions and DNS names."""

    name: str
    prefix: str
    """The prefix of its Regions' names, which no other partition's have; empty for `aws`."""
    home: str
    """A Region that cannot be off (`implicitGlobalRegion`)."""
    domains: tuple[str, ...]
    """The suffixes of its services' host names: the standard one and the dual-stack one."""


_AWS = Partition("aws", "", "us-east-1", ("amazonaws.com", "api.aws"))
_OTHERS = (
    Partition(
        "aws-cn", "cn-", "cn-northwest-1", ("amazonaws.com.cn", "api.amazonwebservices.com.cn")
    ),
    Partition("aws-us-gov", "us-gov-", "us-gov-west-1", _AWS.domains),
    Partition("aws-iso-b", "us-isob-", "us-isob-east-1", ("sc2s.sgov.gov", "api.aws.scloud")),
    Partition("aws-iso-f", "us-isof-", "us-isof-south-1", ("csp.hci.ic.gov", "api.aws.hci.ic.gov")),
    Partition("aws-iso", "us-iso-", "us-iso-east-1", ("c2s.ic.gov", "api.aws.ic.gov")),
    Partition(
        "aws-iso-e", "eu-isoe-", "eu-isoe-west-1", ("cloud.adc-e.uk", "api.cloud-aws.adc-e.uk")
    ),
    Partition("aws-eusc", "eusc-", "eusc-de-east-1", ("amazonaws.eu", "api.amazonwebservices.eu")),
)
_BY_NAME = {each.name: each for each in (_AWS, *_OTHERS)}
PARTITIONS = tuple(_BY_NAME)
"""The names of all partitions."""


@cache
def partition_of(region: str) -> str:
    """The partition of a Region, judged by its name, so that it also works for new Regions."""
    return next((each.name for each in _OTHERS if region.startswith(each.prefix)), _AWS.name)


def home_of(partition: str) -> str | None:
    """A Region of the partition that is always on; None if there is no such partition."""
    found = _BY_NAME.get(partition)
    return found.home if found else None


def aws_domain() -> str:
    """A pattern for the suffix of any AWS service's host name."""
    domains = dict.fromkeys(domain for each in _BY_NAME.values() for domain in each.domains)
    return f"(?:{'|'.join(map(re.escape, domains))})"
