"""# lineage-mismatch

**What it does.** Fails an image whose golden watermark was first attached to an image that is not
in the recorded ancestry of this one. Turned off by `require.ancestry: ignore`.

**Why it matters.** The owner of an image can attach watermarks to it, but only EC2 writes the
ancestry, and nobody can edit it. If a watermark says that it was first attached to ami-A, but the
image never descended from ami-A, the watermark and the record contradict each other.

**Example.** The watermark's source is `ami-0a` in us-east-1, the ancestry is `ami-0c <- ami-0b (no
recorded source)`.

**How to fix.** Rebuild the image from the golden image with CreateImage or CopyImage, which record
the parent. If EC2 refused the lookup or cut the record at 50 entries, the result is undetermined
and not a failure.

**Reads.** EC2 DescribeImages (`ImageWatermarks`), GetImageAncestry.

**Offline.** No: only EC2 knows watermarks and ancestry.
"""

from assay.model import Finding, Outcome, Policy, Provenance
from assay.policy.inputs import MarksOf
from assay.policy.lineage import cure_incomplete, depths, unread_marks, why_incomplete
from assay.policy.rules.rule import Rule


def check(provenance: Provenance | None, policy: Policy, marks: MarksOf) -> Finding | None:
    """Look for the source image of each golden mark in the ancestry; finding one is enough."""
    if provenance is None or not policy.require.ancestry_agrees:
        return None
    judged = marks(provenance.image)
    golden = judged.golden
    if not golden:
        return unread_marks(judged)
    evidence = provenance.asked
    if depths(golden, provenance):
        return Finding(
            Outcome.PASS, "the watermark's source image is in the recorded ancestry", None, evidence
        )
    ancestry = provenance.ancestry
    readable = all(mark.source_image_id and mark.source_image_region for mark in golden)
    if not ancestry.complete or not readable:
        return Finding(
            Outcome.UNDETERMINED,
            "the watermark's source image is not in the ancestry, but the ancestry is incomplete: "
            + (
                why_incomplete(ancestry)
                if not ancestry.complete
                else "the watermark names no source image"
            ),
            cure_incomplete(
                ancestry,
                "give the reader ec2:GetImageAncestry; rebuild the image if its lineage has more than 50 images",
            ),
            evidence,
        )
    sources = ", ".join(f"{m.source_image_id} in {m.source_image_region}" for m in golden)
    return Finding(
        Outcome.FAIL,
        f"the golden watermark was first attached to {sources}, which is not an ancestor of this image",
        "rebuild it from the golden image with CreateImage or CopyImage, and find out who attached the watermark",
        evidence,
    )


RULE = Rule(
    "lineage-mismatch", "the golden watermark's source image is not in the recorded ancestry", check
)
