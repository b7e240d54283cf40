"""# too-deep

**What it does.** Fails an image with more derivations (CopyImage, CreateImage) between it and the
golden mark's source image than `require.max_depth`. Copies count: each is a derivation that EC2
records.

**Why it matters.** A watermark proves descent, not that nothing was changed on the way: everybody
who may launch a golden image may change it and create an image from it, and the mark is inherited.
The fewer hands, the smaller the risk. `max_depth: 0` admits only the golden image itself.

**Example.** `require: {max_depth: 1}` and an image made from an image made from the golden image.

**How to fix.** Build nearer to the golden image, or raise `max_depth` where the pipeline needs it.

**Reads.** EC2 DescribeImages (`ImageWatermarks`), GetImageAncestry.

**Offline.** No: marks and ancestry are EC2's to tell.
"""

from assay.model import Derivation, Finding, Outcome, Policy, Provenance
from assay.policy.inputs import MarksOf
from assay.policy.lineage import depths, unread_marks, why_incomplete
from assay.policy.rules.rule import Rule


def check(
    provenance: Provenance | None,
    derivations: tuple[Derivation, ...],
    policy: Policy,
    marks: MarksOf,
) -> Finding | None:
    """Count derivations back to the nearest golden source, with those that this plan will make."""
    limit = policy.require.max_depth
    if provenance is None or limit is None:
        return None
    judged = marks(provenance.image)
    golden = judged.golden
    if not golden:
        return unread_marks(judged)
    evidence = provenance.asked
    found = depths(golden, provenance)
    if not found:
        ancestry = provenance.ancestry
        why = (
            "the golden source image is not in the recorded ancestry"
            if ancestry.complete
            else why_incomplete(ancestry)
        )
        return Finding(
            Outcome.UNDETERMINED,
            f"the derivations since the golden image cannot be counted: {why}",
            "give the reader ec2:GetImageAncestry, or build nearer to the golden image",
            evidence,
        )
    depth = min(found) + len(derivations)
    if depth > limit:
        told = all(mark.source_image_id and mark.source_image_region for mark in golden)
        return Finding(
            Outcome.FAIL if told else Outcome.UNDETERMINED,
            f"{depth} derivations from the golden image, {limit} are allowed",
            "build nearer to the golden image",
            evidence,
        )
    return Finding(Outcome.PASS, f"{depth} derivations from the golden image", None, evidence)


RULE = Rule("too-deep", "too many derivations since the golden image", check)
