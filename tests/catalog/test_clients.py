"""Which endpoints are AWS's own: what another one answers is not AWS's evidence."""

import json
from pathlib import Path
from typing import Any

import botocore
import pytest

from assay.catalog.aws.clients import AWS_HOST
from assay.model import partitions

PARTITIONS = json.loads((Path(botocore.__file__).parent / "data" / "partitions.json").read_text())
SUFFIXES = sorted(
    {
        partition["outputs"][name]
        for partition in PARTITIONS["partitions"]
        for name in ("dnsSuffix", "dualStackDnsSuffix")
    }
)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_partitions_names_are_aws(suffix: str) -> None:
    for host in ("ec2.xx-east-1", "ssm-fips.xx-east-1", "sts", "account.xx-east-1"):
        assert AWS_HOST.fullmatch(f"https://{host}.{suffix}")
    assert AWS_HOST.fullmatch(f"https://vpce-0a1b2c3d-e4f5.ec2.xx-east-1.vpce.{suffix}")


@pytest.mark.parametrize(
    "url",
    [
        "http://ec2.us-east-1.amazonaws.com",
        "https://ec2.us-east-1.amazonaws.com.evil.example",
        "https://ec2.us-east-1.amazonaws.com:8443",
        "https://evil.example/ec2.us-east-1.amazonaws.com",
        "https://evil-amazonaws.com",
        "https://sqs.us-east-1.amazonaws.com",
        "https://evil.ec2.us-east-1.amazonaws.com",
        "https://user@ec2.us-east-1.amazonaws.com",
        "https://localhost:4566",
    ],
)
def test_what_is_only_like_them_is_not(url: str) -> None:
    assert not AWS_HOST.fullmatch(url)


@pytest.mark.parametrize("partition", PARTITIONS["partitions"], ids=lambda each: each["id"])
def test_partitions_are_those_of_botocore(partition: Any) -> None:
    name, home = partition["id"], partition["outputs"]["implicitGlobalRegion"]
    assert name in partitions.PARTITIONS
    assert partitions.home_of(name) == home
    assert {partitions.partition_of(region) for region in (home, *partition["regions"])} <= {
        name,
        # The pseudo-Region of everything that has no Region.
        *(["aws"] if f"{name}-global" in partition["regions"] else []),
    }
