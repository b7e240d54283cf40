"""Shared by the rules about descent: depths, revocation, and why a recorded ancestry ends."""

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import datetime

import msgspec
from msgspec.structs import replace

from assay.model import (
    Ancestry,
    AncestryEnd,
    CodeException,
    Finding,
    Golden,
    Image,
    ImageName,
    Outcome,
    Policy,
    Provenance,
    Revoked,
    Severity,
    Watermark,
)
from assay.policy.golden import JudgedMarks, Marks
from assay.policy.wildcard import matches

_DECIDING = frozenset({"unmarked", "revoked"})
"""Rules that can fail an image before its whole ancestry is known. Errors by default."""


def depths(marks: Iterable[Watermark], provenance: Provenance) -> list[int]:
    """For each mark whose source image is in the ancestry, the number of derivations since it."""
    found: list[int] = []
    for mark in marks:
        if mark.source_image_id and mark.source_image_region:
            depth = provenance.depth_of(mark.source_image_id, mark.source_image_region)
            if depth is not None:
                found.append(depth)
    return found


def unread_marks(marks: Marks) -> Finding | None:
    """The finding of a rule about golden marks if no mark is certainly golden."""
    if not marks.unread:
        return None
    return Finding(
        Outcome.UNDETERMINED, "EC2 left out a field that decides whether a watermark is golden"
    )


def ancestry_matters(
    policy: Policy, as_of: datetime, known: JudgedMarks, exceptions: Iterable[CodeException] = ()
) -> Callable[[Provenance], bool]:
    """Return a function that tells whether a verdict still depends on the rest of an ancestry.

    `exceptions` are those in code comments, for any image.
    """
    stakes = _stakes(policy.everywhere, deciding(exceptions))

    def matters(provenance: Provenance) -> bool:
        return any(
            _is_open(known.of(provenance.image, golden, as_of), revoked, stake, provenance)
            for golden, revoked, stake in stakes
        )

    return matters


class _Stake(msgspec.Struct, frozen=True, gc=False):
    """The parts of a policy that decide whether more of an ancestry has to be read."""

    unmarked_decides: bool
    """Whether a failure of the rule fails the reference, no matter what else is found."""
    revoked_decides: bool
    asks_depth: bool


def _stakes(
    policies: Iterable[Policy], excepted: frozenset[str]
) -> Collection[tuple[Golden, Revoked, _Stake]]:
    """The distinct stakes of all policies: most scopes have the same ones."""
    named: dict[int, frozenset[str]] = {}
    found: dict[tuple[int, int, _Stake], tuple[Golden, Revoked, _Stake]] = {}
    for policy in policies:
        listed = id(policy.exceptions)  # scopes share this object with the document
        if listed not in named:
            named[listed] = policy.excepted
        golden, revoked = policy.golden, policy.revoked
        stake = _stake(policy, named[listed] | excepted)
        found[id(golden), id(revoked), stake] = golden, revoked, stake
    return found.values()


def _stake(policy: Policy, excepted: Collection[str]) -> _Stake:
    unmarked, revoked = (
        policy.severities.get(rule, Severity.ERROR) is Severity.ERROR and rule not in excepted
        for rule in ("unmarked", "revoked")
    )
    require = policy.require
    return _Stake(unmarked, revoked, require.ancestry_agrees or require.max_depth is not None)


def deciding(exceptions: Iterable[CodeException]) -> frozenset[str]:
    """The rules that comments except, of those in `_DECIDING`."""
    return _DECIDING.intersection(rule for exception in exceptions for rule in exception.rules)


def excepting(policy: Policy, rules: frozenset[str]) -> Policy:
    """The policy, with these rules marked as excepted by comments."""
    return replace(policy, excepted_in_code=rules) if rules else policy


def still_matters(marks: Marks, policy: Policy, provenance: Provenance) -> bool:
    """Whether the known part of an ancestry leaves a question of the policy open.

    If a golden mark's source is not in the ancestry, the question stays open even after a complete
    walk: an image fails for it only after EC2's own record was consulted.
    """
    return _is_open(marks, policy.revoked, _stake(policy, policy.excepted), provenance)


def _is_open(marks: Marks, revoked: Revoked, stake: _Stake, provenance: Provenance) -> bool:
    if not (marks.golden or marks.unread) and stake.unmarked_decides:
        return False  # it fails as unmarked, wherever it comes from
    if stake.revoked_decides and path_to_revoked(provenance, revoked):
        return False  # it fails as revoked
    if revoked.watermarks and _has_unasked(provenance):
        return True
    if (revoked.images or revoked.watermarks) and not provenance.ancestry.complete:
        return True
    # One golden mark whose source was found settles both questions: whether the source is in the
    # ancestry, and at which depth. Images beyond the source change neither.
    return stake.asks_depth and bool(marks.golden) and not depths(marks.golden, provenance)


def _has_unasked(provenance: Provenance) -> bool:
    """Whether the marks of an ancestor can still be requested from EC2."""
    return any(
        each.entry.region and not (each.asked or each.refused) for each in provenance.ancestors[1:]
    )


def path_to_revoked(provenance: Provenance, revoked: Revoked) -> str | None:
    """How the image leads to something revoked, as far as its provenance is known; else None."""
    for image, path in _line(provenance) if revoked.watermarks else ():
        for mark in image.watermarks:
            for pattern in revoked.watermarks:
                if mark.key is not None and matches(pattern, mark.key):
                    return f"{path}has the revoked watermark {mark.key}"
    met = {revoked.numbers[key] for key in _met(provenance) if key in revoked.numbers}
    for number in sorted(met):
        name = revoked.images[number]
        found = _path_to(name, provenance)
        if found:
            because = f" ({name.reason})" if name.reason else ""
            return f"{found}, which is revoked{because}"
    return None


def _met(provenance: Provenance) -> Iterator[tuple[str | None, str | None]]:
    """The id and Region of every image that `_path_to` looks at."""
    yield provenance.image.id, provenance.place.region
    for ancestor in provenance.ancestors:
        yield ancestor.entry.image_id, ancestor.entry.region
        yield ancestor.entry.source_image_id, ancestor.entry.source_image_region
    for mark in provenance.image.watermarks:
        yield mark.source_image_id, mark.source_image_region


def _line(provenance: Provenance) -> Iterator[tuple[Image, str]]:
    """The image, then its visible ancestors, each with the text that says how it is reached.

    The text for a copy's source is `descends from ami-0b: ami-0c <- ami-0b, and ami-0b `.
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
    """How the image leads to the revoked image `name`; None if it does not."""
    image = provenance.image
    if (image.id, provenance.place.region) == (name.id, name.region):
        return f"is {name.id}"
    depth = provenance.depth_of(name.id, name.region)
    if depth is not None:
        return _steps(provenance, depth)
    # The record may end before the revoked image: its last entry can name a source that is not an
    # entry itself, and an inherited mark names the image that it was first attached to.
    last = [each.entry for each in provenance.ancestors[-1:]]
    if any((e.source_image_id, e.source_image_region) == (name.id, name.region) for e in last):
        return f"its last recorded ancestor {last[0].image_id} was made from {name.id}"
    for mark in image.watermarks:
        if (mark.source_image_id, mark.source_image_region) == (name.id, name.region):
            return f"its watermark {mark.key} was attached to {name.id}"
    return None


def cure_incomplete(ancestry: Ancestry, otherwise: str) -> str:
    """What helps if this ancestry is not enough; `otherwise` if the reader may lack a permission."""
    match ancestry.end:
        case AncestryEnd.NOT_VISIBLE:
            return "use a golden image that EC2 still shows to this account: no permission shows what this one was made from"
        case AncestryEnd.ENTRY_LIMIT:
            return "make the image from the golden image in fewer steps"
        case _:
            return otherwise


def why_incomplete(ancestry: Ancestry) -> str:
    """One phrase that says why absence from this ancestry proves nothing."""
    match ancestry.end:
        case AncestryEnd.REFUSED:
            return ancestry.detail or "the lookup was refused"
        case AncestryEnd.NOT_VISIBLE:
            return ancestry.detail or "an ancestor is not visible"
        case AncestryEnd.NOT_FOLLOWED:
            return "it was not followed further"
        case AncestryEnd.ENTRY_LIMIT:
            return "EC2 shows at most 50 entries"
        case AncestryEnd.PARTITION_BOUNDARY:
            return "the record ends at the boundary of the AWS partition"
        case AncestryEnd.UNEXPLAINED:
            return ancestry.detail or "the record is cut off and EC2 does not say why"
        case _:
            return "EC2 did not say in which Region an ancestor is"
