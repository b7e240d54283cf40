"""What a night says about the images of a family, both those listed and those gone."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from assay.fleet.family import Branch, Family
from assay.fleet.lineage_edges import EDGE_OF
from assay.fleet.store import Store
from assay.fleet.uses import OWN
from assay.model.descent import GoldenSource, Relative, UsedBy
from assay.model.places_seen import PlaceSeen
from assay.model.times import at_microsecond

# DuckDB takes five times as long to create a `datetime` as Python takes to make one of a number.
_LISTED = """
SELECT key, account, owner, name, family, class, state, epoch_us(created),
    [mark.key for mark in watermarks if mark.key IS NOT NULL], scan_severity,
    epoch_us(scan_date), epoch_us(stale_since)
FROM listed SEMI JOIN found USING (key) ORDER BY shared_from IS NOT NULL, account
"""
_GONE = """
SELECT key, max(owner) AS owner, max(name) AS name, max(state) AS state, min(created) AS created,
    max(marks) AS marks
FROM (
    SELECT key, owner, name, state, created, marks FROM used
    UNION ALL SELECT key, owner_alias, NULL, NULL, created, NULL FROM recorded
) SEMI JOIN found USING (key) GROUP BY key
"""
_NEVER = [None, None]


class Told(msgspec.Struct, frozen=True, gc=False):
    """What is known about one image."""

    key: str
    account: str | None = None
    owner: str | None = None
    name: str | None = None
    family: str | None = None
    kind: str | None = None
    state: str | None = None
    created: datetime | None = None
    marks: tuple[str, ...] = ()
    scan_severity: str | None = None
    scan_date: datetime | None = None
    stale_since: datetime | None = None


def _gone(row: tuple[Any, ...]) -> Told:
    key, owner, name, state, created, marks = row
    return Told(key, None, owner, name, None, None, state, created, tuple(marks or ()))


def _listed(rows: Iterable[tuple[Any, ...]]) -> dict[str, Told]:
    """An image that several accounts see is reported where its owner has it, with the watermarks
    that any account sees.
    """
    found: dict[str, Told] = {}
    for key, account, owner, name, family, kind, state, made, marks, severity, *scan in rows:
        known, created = found.get(key), at_microsecond(made)
        if known is None:
            keys = _in_order(marks) if marks else ()
            scanned, stale = scan if scan == _NEVER else map(at_microsecond, scan)
            found[key] = Told(
                key, account, owner, name, family, kind, state, created, keys, severity, scanned, stale
            )  # fmt: skip
        elif marks:
            found[key] = replace(known, marks=_in_order([*marks, *known.marks]))
    return found


def _in_order(marks: Sequence[str]) -> tuple[str, ...]:
    return tuple(marks) if len(marks) == 1 else tuple(sorted(set(marks)))


def told_of(store: Store) -> dict[str, Told]:
    """What is known about the images in the table `found`; an image in no listing has no account."""
    gone = {each.key: each for each in map(_gone, store.select(_GONE).rows)}
    return {**gone, **_listed(store.select(_LISTED).rows)}


def relatives(
    family: Family,
    told: Mapping[str, Told],
    used: Mapping[str, Sequence[UsedBy]],
    sources: Mapping[str, tuple[GoldenSource, ...]],
    places: Sequence[PlaceSeen],
) -> Iterator[Relative]:
    """The bases and what descends from them, each image after the one that it hangs from."""
    whole = {(each.account, each.region) for each in places if not each.lacks((OWN,))}
    made: dict[str, Relative] = {}
    below: defaultdict[str, list[str]] = defaultdict(list)
    for key, branch in family.branches.items():
        if branch.parent is not None:
            below[branch.parent].append(key)
    waiting = sorted((each for each, one in family.branches.items() if not one.depth), reverse=True)
    while waiting:
        key = waiting.pop()
        if key in below:
            waiting += sorted(below[key], reverse=True)
        branch, known = family.branches[key], told.get(key) or Told(key)
        above = made[branch.parent] if branch.parent else None
        using = tuple(used.get(key, ()))
        made[key] = _relative(branch, known, above, sources.get(key, ()), using, whole)
        yield made[key]


def _relative(
    branch: Branch,
    known: Told,
    above: Relative | None,
    golden: tuple[GoldenSource, ...],
    used: tuple[UsedBy, ...],
    whole: set[tuple[str, str]],
) -> Relative:
    region, _, id = known.key.partition("/")
    listed = known.account is not None
    gone = known.state == "deregistered" or (known.owner or "", region) in whole
    # Positional arguments take a third of the time, which matters if there are many images
    return Relative(
        id,
        region,
        known.account,
        known.owner,
        above.image_id if above else None,
        above.region if above else None,
        EDGE_OF[branch.rank] if above else None,
        EDGE_OF[branch.weakest] if above else None,
        branch.depth,
        above.root if above else id,
        known.name,
        known.family,
        known.kind,
        known.state,
        known.created,
        golden,
        known.marks,
        listed,
        False if listed else True if gone else None,
        known.scan_severity,
        known.scan_date,
        None,
        known.stale_since,
        used,
    )
