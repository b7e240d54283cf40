"""Finds the place of an id whose place the plan leaves open.

Nobody can choose the id of an image, a template or an instance, and each exists in one Region: an
apply in any other Region would not find it, and would fail. So if an id is found in a Region, that
Region is proven. For a template or an instance the account is proven too, because only the owner sees
them. A name is looked up only if the place is known.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from assay.lookup.way import Pending
from assay.model import (
    AmiId,
    Cause,
    EveryVersion,
    InstanceRef,
    Place,
    Resolution,
    Resolved,
    TemplateRef,
    Unplaced,
    Unresolved,
)


def settle(
    place: Place | Unplaced,
    several: Sequence[Pending | Unresolved],
    ends: Sequence[list[Resolution]],
) -> tuple[list[Resolution], Place | None]:
    """Return the resolutions of a value with several possible places, and its place if it was open.

    `several` are the pending references, one for each place, and `ends` their resolutions; a pending
    reference has several if it split up on the way.
    """
    if len(several) == 1 and isinstance(place, Place):
        only = several[0]
        if isinstance(only, Unresolved) or only.unplaced is None:
            return ends[0], None  # the usual case
    at = None
    if isinstance(place, Unplaced) and place.region_told:
        at = replace(place.candidates[0], account=None)
    asked = [pending for pending in several if isinstance(pending, Pending)]
    unplaced = asked[0].unplaced if asked else None
    if unplaced is None:
        return ends[0], at
    chosen = _the_one(asked, ends)
    if chosen is None:
        return [_undecided(asked, ends, unplaced)], at
    pending = asked[chosen]
    told = unplaced.account_told or isinstance(
        pending.value, InstanceRef | TemplateRef | EveryVersion
    )
    if not pending.derivations:
        at = pending.place if told else replace(pending.place, account=None)
    if told:
        return ends[chosen], at
    return [
        replace(end, unplaced=unplaced) if isinstance(end, Resolved) else end
        for end in ends[chosen]
    ], at


def _the_one(several: Sequence[Pending], ends: Sequence[list[Resolution]]) -> int | None:
    """The index of the right place: the only place, or one in the only Region that has the id."""
    if len(ends) == 1:
        return 0
    there = [number for number, end in enumerate(ends) if not _came_to(end, Cause.NOT_VISIBLE)]
    unasked = any(_came_to(end, Cause.LOOKUP_FAILED) for end in ends)
    regions = {several[number].place.region for number in there}
    return there[0] if len(regions) == 1 and not unasked else None


def _came_to(ends: Sequence[Resolution], cause: Cause) -> bool:
    """Whether the first question about the id ended with `cause`; later ones are about others."""
    match ends:
        case [Unresolved(found, evidence=evidence)]:
            return found is cause and len(evidence) == 1
    return False


def _undecided(
    several: Sequence[Pending], ends: Sequence[list[Resolution]], place: Unplaced
) -> Unresolved:
    """Say why the place could not be decided."""
    value = several[0].value
    evidence = tuple(each for end in ends for found in end for each in found.evidence)
    cause = Cause.UNRESOLVED
    failed = next((end[0] for end in ends if _came_to(end, Cause.LOOKUP_FAILED)), None)
    if isinstance(failed, Unresolved):
        cause, reason = Cause.LOOKUP_FAILED, failed.reason
    else:
        there = [
            pending.place.region
            for pending, end in zip(several, ends, strict=True)
            if not _came_to(end, Cause.NOT_VISIBLE)
        ]
        regions = ", ".join(dict.fromkeys(there or [pending.place.region for pending in several]))
        reason = (
            f"{value} is in several Regions: {regions}" if there else f"no {value} in {regions}"
        )
    return Unresolved(
        cause,
        f"{reason}; {place.reason}",
        value.id if isinstance(value, AmiId) else None,
        evidence,
        several[0].derivations,
        cure=place.cure,
    )
