"""What the rules about descent share: depths, and why a record of ancestry ends."""

from collections.abc import Callable, Iterable
from datetime import datetime

from assay.model import (
    Ancestry,
    AncestryEnd,
    Finding,
    Outcome,
    Policy,
    Provenance,
    Severity,
    Watermark,
)
from assay.policy.golden import Marks, golden_marks


def depths(marks: Iterable[Watermark], ancestry: Ancestry) -> tuple[int, ...]:
    """For each mark whose source image is in the ancestry: the derivations since that image."""
    found = (
        ancestry.depth_of(mark.source_image_id, mark.source_image_region)
        for mark in marks
        if mark.source_image_id and mark.source_image_region
    )
    return tuple(depth for depth in found if depth is not None)


def unread_marks(marks: Marks) -> Finding | None:
    """What a rule about golden marks says where none was read for certain."""
    if not marks.unread:
        return None
    return Finding(Outcome.UNDETERMINED, "whether a mark is golden could not be read")


def ancestry_matters(policy: Policy, as_of: datetime) -> Callable[[Provenance], bool]:
    """Whether a verdict of this policy can change with what is not known yet of an ancestry."""

    def matters(provenance: Provenance) -> bool:
        return still_matters(
            golden_marks(provenance.image, policy.golden, as_of), policy, provenance
        )

    return matters


def still_matters(marks: Marks, policy: Policy, provenance: Provenance) -> bool:
    """Whether what is known of an ancestry leaves a question of the policy open.

    That a golden mark's source is not in it is doubted even where the walk came to an end: EC2's
    own record has the last word before an image fails for it.
    """
    if not (marks.golden or marks.unread) and _decides(policy, "unmarked"):
        return False  # it fails, wherever it comes from
    if _decides(policy, "revoked") and _meets_revoked(policy, provenance.ancestry):
        return False  # likewise
    if policy.revoked.images and not provenance.ancestry.complete:
        return True
    asked = policy.require.ancestry_agrees or policy.require.max_depth is not None
    return asked and bool(marks.golden) and not depths(marks.golden, provenance.ancestry)


def _meets_revoked(policy: Policy, ancestry: Ancestry) -> bool:
    return any(
        ancestry.depth_of(name.id, name.region) is not None for name in policy.revoked.images
    )


def _decides(policy: Policy, rule: str) -> bool:
    return policy.severities.get(rule, Severity.ERROR) is Severity.ERROR


def why_incomplete(ancestry: Ancestry) -> str:
    """One phrase for an ancestry in which absence proves nothing."""
    match ancestry.end:
        case AncestryEnd.REFUSED:
            return ancestry.detail or "the lookup was refused"
        case AncestryEnd.NOT_VISIBLE:
            return ancestry.detail or "an ancestor is not visible"
        case AncestryEnd.NOT_FOLLOWED:
            return "it was not followed further"
        case AncestryEnd.ENTRY_LIMIT:
            return "EC2 shows 50 entries and no more"
        case AncestryEnd.PARTITION_BOUNDARY:
            return "the record ends at the border of the AWS partition"
        case AncestryEnd.UNEXPLAINED:
            return ancestry.detail or "the record is cut off and EC2 does not say why"
        case _:
            return "EC2 did not tell an ancestor's Region"


def ancestry_evidence(provenance: Provenance) -> tuple[str, ...]:
    """Who said what the ancestry is."""
    return tuple(str(item) for item in provenance.evidence)
