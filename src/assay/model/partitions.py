"""The partitions of AWS: which Regions are theirs, and under which names their services answer.

Facts: botocore's partitions.json, against which the tests hold this table.
"""

import re
from functools import cache

import msgspec


class Partition(msgspec.Struct, frozen=True, gc=False):
    """AWS once more, with accounts, Regions and DNS names of its own."""

    name: str
    prefix: str
    """How the names of its Regions begin. No other partition's begin so, but for those of `aws`."""
    home: str
    """A Region that cannot be off (`implicitGlobalRegion`)."""
    domains: tuple[str, ...]
    """What the host names of its services end in: as ever, and dual-stack."""


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
"""All that there are, by name."""


@cache
def partition_of(region: str) -> str:
    """The partition of a Region, by its name alone: one that opens tomorrow has one, too."""
    return next((each.name for each in _OTHERS if region.startswith(each.prefix)), _AWS.name)


def home_of(partition: str) -> str | None:
    """A Region of a partition that is always on; None where there is no such partition."""
    found = _BY_NAME.get(partition)
    return found.home if found else None


def aws_domain() -> str:
    """A pattern for what the host name of any AWS service ends in."""
    domains = dict.fromkeys(domain for each in _BY_NAME.values() for domain in each.domains)
    return f"(?:{'|'.join(map(re.escape, domains))})"
