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

from assay.model import Finding, Outcome, Resolved, Subject
from assay.policy.lineage import ancestry_evidence, depths, unread_marks, why_incomplete
from assay.policy.rules.rule import Case, Rule


def check(case: Case) -> Finding | None:
    """Count derivations back to the nearest golden source."""
    provenance, allowed = case.subject.provenance, case.policy.require.max_depth
    if provenance is None or allowed is None:
        return None
    judged = case.marks(provenance.image)
    marks = judged.golden
    if not marks:
        return unread_marks(judged)
    evidence = ancestry_evidence(provenance)
    found = depths(marks, provenance.ancestry)
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
    depth = min(found) + _planned(case.subject)
    if depth > allowed:
        told = all(mark.source_image_id and mark.source_image_region for mark in marks)
        return Finding(
            Outcome.FAIL if told else Outcome.UNDETERMINED,
            f"{depth} derivations from the golden image, {allowed} are allowed",
            "build nearer to the golden image",
            evidence,
        )
    return Finding(Outcome.PASS, f"{depth} derivations from the golden image", None, evidence)


def _planned(subject: Subject) -> int:
    """The derivations that this very plan adds."""
    found = subject.resolution
    return len(found.derivations) if isinstance(found, Resolved) else 0


RULE = Rule("too-deep", "too many derivations since the golden image", check, of_image=True)
