"""What the rules about descent share: depths, and why a record of ancestry ends."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from msgspec.structs import replace

from assay.model import (
    Ancestry,
    AncestryEnd,
    CodeException,
    Finding,
    Image,
    ImageName,
    Outcome,
    Policy,
    Provenance,
    Severity,
    Watermark,
)
from assay.policy.golden import JudgedMarks, Marks
from assay.policy.wildcard import matches

_DECIDING = frozenset({"unmarked", "revoked"})
"""Rules whose failure is known before the ancestry is: errors, unless a policy says otherwise."""


def depths(marks: Iterable[Watermark], provenance: Provenance) -> list[int]:
    """For each mark whose source image is in the ancestry: the derivations since that image."""
    found: list[int] = []
    for mark in marks:
        if mark.source_image_id and mark.source_image_region:
            depth = provenance.depth_of(mark.source_image_id, mark.source_image_region)
            if depth is not None:
                found.append(depth)
    return found


def unread_marks(marks: Marks) -> Finding | None:
    """What a rule about golden marks says where none was read for certain."""
    if not marks.unread:
        return None
    return Finding(Outcome.UNDETERMINED, "whether a mark is golden could not be read")


def ancestry_matters(
    policy: Policy, as_of: datetime, known: JudgedMarks, exceptions: Iterable[CodeException] = ()
) -> Callable[[Provenance], bool]:
    """Whether a verdict of this policy can change with what is not known yet of an ancestry.

    `exceptions` are the exceptions that comments make, for whichever image.
    """
    rules = deciding(exceptions)
    everywhere = [excepting(each, rules) for each in policy.everywhere]

    def matters(provenance: Provenance) -> bool:
        return any(
            still_matters(known.of(provenance.image, each.golden, as_of), each, provenance)
            for each in everywhere
        )

    return matters


def deciding(exceptions: Iterable[CodeException]) -> frozenset[str]:
    """The rules that comments except, of those that fail an image wherever it comes from."""
    return _DECIDING.intersection(rule for exception in exceptions for rule in exception.rules)


def excepting(policy: Policy, rules: frozenset[str]) -> Policy:
    """The policy where comments except these rules."""
    return replace(policy, excepted_in_code=rules) if rules else policy


def still_matters(marks: Marks, policy: Policy, provenance: Provenance) -> bool:
    """Whether what is known of an ancestry leaves a question of the policy open.

    That a golden mark's source is not in it is doubted even where the walk came to an end: EC2's
    own record has the last word before an image fails for it.
    """
    if not (marks.golden or marks.unread) and _decides(policy, "unmarked"):
        return False  # it fails, wherever it comes from
    if _decides(policy, "revoked") and path_to_revoked(provenance, policy):
        return False  # likewise
    revoked = policy.revoked
    if revoked.watermarks and provenance.end is AncestryEnd.NOT_FOLLOWED:
        return True
    if revoked.images and not provenance.ancestry.complete:
        return True
    # One golden mark whose source is met settles both questions: whether it stands in the ancestry,
    # and how deep. What lies behind it changes neither.
    asked = policy.require.ancestry_agrees or policy.require.max_depth is not None
    return asked and bool(marks.golden) and not depths(marks.golden, provenance)


def path_to_revoked(provenance: Provenance, policy: Policy) -> str | None:
    """How an image leads to something that the policy revokes, as far as it is known."""
    for image, path in _line(provenance):
        for mark in image.watermarks:
            for pattern in policy.revoked.watermarks:
                if mark.key is not None and matches(pattern, mark.key):
                    return f"{path}carries the revoked mark {mark.key}"
    for name in policy.revoked.images:
        found = _path_to(name, provenance)
        if found:
            because = f" ({name.reason})" if name.reason else ""
            return f"{found}, which is revoked{because}"
    return None


def _line(provenance: Provenance) -> Iterator[tuple[Image, str]]:
    """The image, then its ancestors as far as they are visible, and how each is reached.

    The image that a copy was made from comes with `descends from ami-0b: ami-0c <- ami-0b, and ami-0b `.
    """
    yield provenance.image, ""
    for depth, ancestor in enumerate(provenance.ancestors):
        if depth and ancestor.seen is not None:
            path = _steps(provenance, depth)
            yield ancestor.seen, f"{path}, and {ancestor.entry.image_id} "


def _steps(provenance: Provenance, depth: int) -> str:
    ids = [each.entry.image_id for each in provenance.ancestors[: depth + 1]]
    return f"descends from {ids[-1]}: {' <- '.join(ids)}"


def _path_to(name: ImageName, provenance: Provenance) -> str | None:
    """How the image leads to the revoked one."""
    image = provenance.image
    if (image.id, provenance.place.region) == (name.id, name.region):
        return f"is {name.id}"
    depth = provenance.depth_of(name.id, name.region)
    if depth is not None:
        return _steps(provenance, depth)
    # The record may end before it comes there: its last entry names a source that it does not
    # follow, and a mark that was inherited names the image to which it was attached at first.
    last = [each.entry for each in provenance.ancestors[-1:]]
    if any((e.source_image_id, e.source_image_region) == (name.id, name.region) for e in last):
        return f"its last recorded ancestor {last[0].image_id} was made from {name.id}"
    for mark in image.watermarks:
        if (mark.source_image_id, mark.source_image_region) == (name.id, name.region):
            return f"its mark {mark.key} was attached to {name.id}"
    return None


def _decides(policy: Policy, rule: str) -> bool:
    """Whether a failure of this rule fails the reference, whatever else is found."""
    excepted = rule in policy.excepted_in_code or any(
        rule in exception.rules for exception in policy.exceptions
    )
    return policy.severities.get(rule, Severity.ERROR) is Severity.ERROR and not excepted


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
