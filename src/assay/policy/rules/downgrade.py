"""# downgrade

**What it does.** Reports a change from one image to an older one of the same lineage: both have a
watermark with the same key, and the new image's watermark was attached to an older source image. A
warning unless the policy says otherwise.

**Why it matters.** Going back to last quarter's golden build brings its vulnerabilities back. No
other rule notices, because the watermark and the ancestry are fine.

**Example.** `ami` changes from a copy of the March build to a copy of the January build.

**How to fix.** Use the newer build, or make an exception that gives the reason.

**Reads.** The plan (the value that is replaced), EC2 DescribeImages for both images. If EC2 no
longer shows the replaced image, the two cannot be compared, and nothing is reported.

**Offline.** No: only EC2 knows the watermarks of both images.
"""

from datetime import datetime

from assay.model import Finding, Image, Outcome, Severity
from assay.policy.rules.rule import Rule


def check(image: Image, replaced: Image | None) -> Finding | None:
    """Compare the new image with the one that it replaces."""
    if replaced is None or replaced.id == image.id:
        return None
    older = sorted(_older_lineages(image, replaced))
    if older:
        return Finding(
            Outcome.FAIL,
            f"older than {replaced.id}, which it replaces, in the lineage of {', '.join(older)}",
            "use the newer build",
        )
    return Finding(Outcome.PASS, f"not older than {replaced.id}, which it replaces")


def _older_lineages(after: Image, before: Image) -> set[str]:
    """The watermark keys that both images have and by which the new one is older."""
    return {key for key, born in _born(after).items() if born < _born(before).get(key, born)}


def _born(image: Image) -> dict[str, datetime]:
    """By each mark's key, the creation time of the image that it was first attached to."""
    return {
        mark.key: mark.source_image_creation_time
        for mark in image.watermarks
        if mark.key and mark.source_image_creation_time
    }


RULE = Rule(
    "downgrade",
    "the image is older than the one of the same lineage that it replaces",
    check,
    Severity.WARNING,
)
