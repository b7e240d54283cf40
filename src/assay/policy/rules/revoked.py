"""# revoked

**What it does.** Fails an image in any of these cases: it is listed under `revoked.images`; it
descends from such an image, by its recorded ancestry or by the source of one of its watermarks; it,
or a visible ancestor of it, has a watermark that `revoked.watermarks` names. Wildcards work as in
`golden.watermarks`. Images that the plan itself makes from a revoked image fail as well.

**Why it matters.** Detaching a watermark from a golden image does not remove it from images that
were already made from it (EC2 API Reference, DetachImageWatermark), and deregistering the golden
image does not affect them either. So the vulnerabilities of a golden build live on in its
descendants. This rule finds them.

**Example.** `revoked: {images: [{id: ami-0a, region: us-east-1, reason: CVE-2026-0001}]}` and an
image made from a copy of `ami-0a`.

**How to fix.** Rebuild from a golden image that is not revoked.

**Reads.** EC2 DescribeImages (`ImageWatermarks`) for the image and its ancestors; GetImageAncestry
if an ancestor is not visible, since others behind it may be. If EC2 does not show an ancestor, its
current watermarks cannot be read, so it is judged by those that its descendants inherited.

**Offline.** No: only EC2 knows watermarks and ancestry.
"""

from assay.model import AncestryEnd, Finding, Outcome, Policy, Provenance
from assay.policy.lineage import cure_incomplete, path_to_revoked, why_incomplete
from assay.policy.rules.rule import Rule


def check(provenance: Provenance | None, policy: Policy) -> Finding | None:
    """Look for a revoked mark, then for a revoked image among the marks' sources and ancestors."""
    revoked = policy.revoked
    if provenance is None or not (revoked.watermarks or revoked.images):
        return None
    path = path_to_revoked(provenance, revoked)
    if path:
        fix = "rebuild it from a golden image that is not revoked"
        return Finding(Outcome.FAIL, path, fix, provenance.asked)
    return _not_met(provenance, policy)


def _not_met(provenance: Provenance, policy: Policy) -> Finding:
    """Nothing revoked was found: a pass only if everything that could show it was read."""
    ancestry = provenance.ancestry
    evidence = provenance.asked
    if policy.revoked.images and not ancestry.complete:
        return Finding(
            Outcome.UNDETERMINED,
            f"a revoked ancestor cannot be ruled out: {why_incomplete(ancestry)}",
            cure_incomplete(ancestry, "give the reader ec2:GetImageAncestry"),
            evidence,
        )
    if policy.revoked.watermarks and not _all_asked(provenance):
        return Finding(
            Outcome.UNDETERMINED,
            f"a revoked watermark on an ancestor cannot be ruled out: {why_incomplete(ancestry)}",
            "give the reader ec2:DescribeImages in the ancestors' Regions",
            evidence,
        )
    if _unread(provenance):
        return Finding(
            Outcome.UNDETERMINED,
            "a revoked watermark cannot be ruled out: EC2 left out its key or source",
        )
    return Finding(
        Outcome.PASS, "neither the image nor a recorded ancestor is revoked", None, evidence
    )


def _all_asked(provenance: Provenance) -> bool:
    """Whether EC2 answered for every known ancestor: it described it, or does not show it."""
    return provenance.end is not AncestryEnd.UNEXPLAINED and all(
        ancestor.asked for ancestor in provenance.ancestors[1:]
    )


def _unread(provenance: Provenance) -> bool:
    """Whether EC2 left out a field of a mark that decides whether it is revoked."""
    of_image = (
        None in (mark.key, mark.source_image_id, mark.source_image_region)
        for mark in provenance.image.watermarks
    )
    ancestors = (each.seen for each in provenance.ancestors if each.seen is not None)
    of_ancestors = (mark.key is None for image in ancestors for mark in image.watermarks)
    return any(of_image) or any(of_ancestors)


RULE = Rule("revoked", "the image is revoked or descends from a revoked image", check)
