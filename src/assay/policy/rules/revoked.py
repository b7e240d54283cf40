"""# revoked

**What it does.** Fails an image that is named under `revoked.images`, descends from one (in its
recorded ancestry, or as the source of one of its watermarks), or carries a mark that
`revoked.watermarks` names. Wildcards work as in `golden.watermarks`.

**Why it matters.** Detaching a watermark from a golden image does not reach the images already
made from it (EC2 API Reference, DetachImageWatermark), and deregistering it does not either. A
vulnerable golden build lives on in its descendants; this rule reaches them.

**Example.** `revoked: {images: [{id: ami-0a, region: us-east-1, reason: CVE-2026-0001}]}` and an
image made from a copy of `ami-0a`.

**How to fix.** Rebuild from a golden image that is not revoked.

**Reads.** EC2 DescribeImages (`ImageWatermarks`); GetImageAncestry where images are revoked.
"""

from assay.model import Finding, ImageName, Outcome, Policy, Provenance
from assay.policy.lineage import ancestry_evidence, why_incomplete
from assay.policy.rules.rule import Case, Rule
from assay.policy.wildcard import matches


def check(case: Case) -> Finding | None:
    """Look for a revoked mark, then for a revoked image among the marks' sources and ancestors."""
    provenance, revoked = case.subject.provenance, case.policy.revoked
    if provenance is None or not (revoked.watermarks or revoked.images):
        return None
    fix = "rebuild it from a golden image that is not revoked"
    for mark in provenance.image.watermarks:
        for pattern in revoked.watermarks:
            if mark.key is not None and matches(pattern, mark.key):
                return Finding(Outcome.FAIL, f"carries the revoked mark {mark.key}", fix)
    for name in revoked.images:
        path = _path_to(name, provenance)
        if path:
            because = f" ({name.reason})" if name.reason else ""
            evidence = ancestry_evidence(provenance)
            return Finding(Outcome.FAIL, f"{path}, which is revoked{because}", fix, evidence)
    return _not_met(provenance, case.policy)


def _path_to(name: ImageName, provenance: Provenance) -> str | None:
    """How the image leads to the revoked one."""
    image = provenance.image
    if (image.id, provenance.place.region) == (name.id, name.region):
        return f"is {name.id}"
    depth = provenance.ancestry.depth_of(name.id, name.region)
    if depth is not None:
        steps = " <- ".join(entry.image_id for entry in provenance.ancestry.entries[: depth + 1])
        return f"descends from {name.id}: {steps}"
    last = provenance.ancestry.entries[-1:]
    if any((e.source_image_id, e.source_image_region) == (name.id, name.region) for e in last):
        return f"its last recorded ancestor {last[0].image_id} was made from {name.id}"
    for mark in image.watermarks:
        if (mark.source_image_id, mark.source_image_region) == (name.id, name.region):
            return f"its mark {mark.key} was attached to {name.id}"
    return None


def _not_met(provenance: Provenance, policy: Policy) -> Finding:
    """Nothing revoked was seen: a pass only if everything that could show it was read."""
    ancestry = provenance.ancestry
    evidence = ancestry_evidence(provenance)
    if policy.revoked.images and not ancestry.complete:
        return Finding(
            Outcome.UNDETERMINED,
            f"a revoked ancestor cannot be ruled out: {why_incomplete(ancestry)}",
            "give the reader ec2:GetImageAncestry",
            evidence,
        )
    unread = any(
        None in (mark.key, mark.source_image_id, mark.source_image_region)
        for mark in provenance.image.watermarks
    )
    if unread:
        return Finding(
            Outcome.UNDETERMINED,
            "a revoked mark cannot be ruled out: EC2 left out its key or source",
        )
    return Finding(Outcome.PASS, "neither it nor a recorded ancestor is revoked", None, evidence)


RULE = Rule("revoked", "the image is, or descends from, something revoked", check, of_image=True)
