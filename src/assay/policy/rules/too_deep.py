"""# too-deep

**What it does.** Fails an image if there are more derivations (CopyImage, CreateImage) between it
and the golden watermark's source image than `require.max_depth` allows. Every copy counts as a
derivation, because EC2 records it as one.

**Why it matters.** A watermark proves descent, not that nothing was changed on the way. Anybody who
may launch a golden image can change it and create a new image from it, and the new image inherits
the watermark. Each derivation adds risk. `max_depth: 0` allows only the golden image itself.

**Example.** `require: {max_depth: 1}` and an image made from an image made from the golden image.

**How to fix.** Make the image from the golden image with fewer steps, or raise `max_depth` if the
pipeline needs it.

**Reads.** EC2 DescribeImages (`ImageWatermarks`), GetImageAncestry.

**Offline.** No: only EC2 knows watermarks and ancestry.
"""

from assay.model import Derivation, Finding, Outcome, Policy, Provenance
from assay.policy.inputs import MarksOf
from assay.policy.lineage import cure_incomplete, depths, unread_marks, why_incomplete
from assay.policy.rules.rule import Rule


def check(
    provenance: Provenance | None,
    derivations: tuple[Derivation, ...],
    policy: Policy,
    marks: MarksOf,
) -> Finding | None:
    """Count the derivations since the nearest golden source, including those of this plan."""
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
            f"the derivations from the golden image cannot be counted: {why}",
            cure_incomplete(
                ancestry,
                "give the reader ec2:GetImageAncestry, or make the image from the golden image in fewer steps",
            ),
            evidence,
        )
    depth = min(found) + len(derivations)
    if depth > limit:
        told = all(mark.source_image_id and mark.source_image_region for mark in golden)
        return Finding(
            Outcome.FAIL if told else Outcome.UNDETERMINED,
            f"{_derivations(depth)}, and at most {limit} {'is' if limit == 1 else 'are'} allowed",
            "make the image from the golden image in fewer steps",
            evidence,
        )
    return Finding(Outcome.PASS, _derivations(depth), None, evidence)


def _derivations(depth: int) -> str:
    return f"{depth} {'derivation' if depth == 1 else 'derivations'} from the golden image"


RULE = Rule("too-deep", "too many derivations from the golden image", check)
