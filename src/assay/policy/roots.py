"""Checks whether an image starts from one of the roots that a policy allows golden images."""

from assay.model import Ancestor, Finding, Outcome, Provenance, Roots
from assay.policy.lineage import why_incomplete


def from_a_root(provenance: Provenance, roots: Roots) -> Finding:
    """Whether the image or an ancestor is one of `golden.roots`: pass, fail or undetermined.

    The owner of an ancestor is known from its owner alias (`ImageOwnerAlias`), or from DescribeImages
    if EC2 shows the image.
    """
    named = {(each.id, each.region) for each in roots.images}
    for ancestor in provenance.ancestors:
        entry = ancestor.entry
        if (entry.image_id, entry.region) in named:
            return _starts(f"it starts from {entry.image_id} in {entry.region}", provenance)
        owner = next((each for each in _owners(ancestor) if each in roots.owners), None)
        if owner is not None:
            return _starts(f"it starts from {entry.image_id}, owned by {owner}", provenance)
    ancestry, last = provenance.ancestry, provenance.ancestors[-1]
    unknown = [each for each in provenance.ancestors if not _owners(each)] if roots.owners else []
    if not ancestry.complete or unknown:
        why = why_incomplete(ancestry) if not ancestry.complete else "its owner is not known"
        return Finding(
            Outcome.UNDETERMINED,
            f"it is not known which image it starts from: {why}",
            "allow the caller to read the ancestors, or name one of the ancestors in golden.roots.images",
            provenance.asked,
        )
    whose = ", ".join(_owners(last)) or "an unknown owner"
    return Finding(
        Outcome.FAIL,
        f"its lineage starts at {last.entry.image_id}, owned by {whose}, which golden.roots does not name",
        "build it from an image that golden.roots names, or add that image or owner",
        provenance.asked,
    )


def _owners(ancestor: Ancestor) -> list[str]:
    """The names by which a policy may list the owner: its alias and account, as far as known."""
    seen = ancestor.seen
    told = (ancestor.entry.owner_alias, *((seen.owner_alias, seen.owner_id) if seen else ()))
    return list(dict.fromkeys(each for each in told if each))


def _starts(message: str, provenance: Provenance) -> Finding:
    return Finding(Outcome.PASS, message, None, provenance.asked)
