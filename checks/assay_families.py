"""The families of rules: each has a check id, so that it can be selected and skipped separately.

No id may be part of another: with `--repo-root-for-plan-enrichment`, checkov reads a skip
comment for CKV_ASSAY_10 as one for CKV_ASSAY_1 as well. So there are never more than nine.
"""

from __future__ import annotations

from typing import NamedTuple

_GUIDE = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/"

BLIND = frozenset({"unresolved", "not-visible", "lookup-failed", "incomplete-plan"})
"""Rules that report something that could not be read, so that other rules had nothing to judge."""


class Family(NamedTuple):
    """Rules that users select or skip together."""

    id: str
    name: str
    rules: frozenset[str]
    guide: str
    """Only a URL: checkov's CycloneDX report crashes on any other text."""


GOLDEN = Family(
    "CKV_ASSAY_1",
    "Every AMI is proven to descend from a watermarked golden image",
    frozenset(),
    f"{_GUIDE}ami-watermark.html",
)
"""Golden descent, and everything that no other family covers: its rules are all the remaining
ones."""

OTHERS = (
    Family(
        "CKV_ASSAY_2",
        "No AMI is revoked or descends from one that is",
        frozenset({"revoked"}),
        f"{_GUIDE}ami-ancestry.html",
    ),
    Family(
        "CKV_ASSAY_3",
        "EC2 would launch every AMI",
        frozenset({"not-launchable"}),
        f"{_GUIDE}disable-an-ami.html",
    ),
    Family(
        "CKV_ASSAY_4",
        "Allowed AMIs would admit every AMI",
        frozenset({"not-allowed", "self-owned"}),
        f"{_GUIDE}ec2-allowed-amis.html",
    ),
    Family(
        "CKV_ASSAY_5",
        "Every AMI belongs to a trusted account, and only its images are looked up",
        frozenset({"untrusted-owner", "public-image", "open-lookup"}),
        f"{_GUIDE}Using_Filtering.html",
    ),
    Family(
        "CKV_ASSAY_6",
        "No AMI is too old, deprecated or older than the one it replaces",
        frozenset({"too-old", "deprecated", "downgrade"}),
        f"{_GUIDE}your-ec2-ami-usage.html",
    ),
    Family(
        "CKV_ASSAY_7",
        "Amazon Inspector found nothing worse in any AMI than the policy allows",
        frozenset({"scan-findings"}),
        "https://docs.aws.amazon.com/inspector/latest/user/what-is-inspector.html",
    ),
    Family(
        "CKV_ASSAY_8",
        "Every AMI is the one that was checked and cannot change afterwards",
        frozenset({"unpinned", "ignored-changes"}),
        "https://docs.aws.amazon.com/autoscaling/ec2/userguide/"
        "using-systems-manager-parameters.html",
    ),
)

FAMILIES = (GOLDEN, *OTHERS)


def family_of(rule: str) -> Family:
    """The family of a rule, including rules that are newer than this table."""
    return next((family for family in OTHERS if rule in family.rules), GOLDEN)
