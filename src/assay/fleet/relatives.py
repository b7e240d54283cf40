"""What a night tells of the images of a family: those that are listed, and those that are gone."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import msgspec

from assay.fleet.family import Branch, Family
from assay.fleet.lineage_edges import EDGE_OF
from assay.fleet.store import Store
from assay.fleet.uses import OWN
from assay.model.descent import GoldenSource, Relative, UsedBy
from assay.model.places_seen import PlaceSeen

# One that several accounts see is told where its owner has it.
_DETAILS = """
SELECT key, account, owner_id AS owner, name, family, class, state, creation_date AS created,
    scan_severity, scan_date, stale_since
FROM (SELECT region || '/' || image_id AS key, * FROM images WHERE night = $1 AND image_id IN
    (SELECT string_split(key, '/')[2] FROM found))
SEMI JOIN found USING (key)
QUALIFY row_number() OVER (PARTITION BY key ORDER BY shared_from IS NOT NULL, account) = 1
"""
_MARKS = """
SELECT key, list(DISTINCT mark ORDER BY mark) FROM marked WHERE by_list AND mark IS NOT NULL GROUP BY key
"""
_GONE = """
SELECT key, max(owner) AS owner, max(name) AS name, max(state) AS state, min(created) AS created,
    max(marks) AS marks
FROM (
    SELECT key, owner, name, state, created, marks FROM used
    UNION ALL SELECT key, owner_alias, NULL, NULL, created, NULL FROM recorded
) SEMI JOIN found USING (key) GROUP BY key
"""


class Told(msgspec.Struct, frozen=True, gc=False):
    """What is told of one image."""

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


def _listed(row: tuple[Any, ...], marks: Mapping[str, tuple[Any, ...]]) -> Told:
    key, account, owner, name, family, kind, state, created, *scan = row
    _, keys = marks.get(key, (key, ()))
    facts = (key, account, owner, name, family, kind, state, created)
    severity, date, stale = scan
    return Told(*facts, tuple(keys), severity, date, stale)


def told_of(store: Store, night: date) -> dict[str, Told]:
    """What is told of the images in the tables `found` and `marked`: what is in no listing has no account."""
    gone = {each.key: each for each in map(_gone, store.select(_GONE).rows)}
    marks = {row[0]: row for row in store.select(_MARKS).rows}
    listed = {row[0]: _listed(row, marks) for row in store.select(_DETAILS, night).rows}
    return {**gone, **listed}


def relatives(
    family: Family,
    told: Mapping[str, Told],
    used: Mapping[str, Sequence[UsedBy]],
    sources: Mapping[str, tuple[GoldenSource, ...]],
    places: Sequence[PlaceSeen],
) -> Iterator[Relative]:
    """The bases, and what descends from them, each below the one that it hangs from."""
    whole = {(each.account, each.region) for each in places if not each.lacks((OWN,))}
    below: dict[str, list[str]] = {}
    for key, branch in family.branches.items():
        if branch.parent is not None:
            below.setdefault(branch.parent, []).append(key)
    waiting = sorted((each for each, one in family.branches.items() if not one.depth), reverse=True)
    while waiting:
        key = waiting.pop()
        waiting.extend(sorted(below.get(key, ()), reverse=True))
        branch, known = family.branches[key], told.get(key) or Told(key)
        yield _relative(key, branch, known, sources.get(key, ()), used.get(key, ()), whole)


def _relative(
    key: str,
    branch: Branch,
    known: Told,
    golden: tuple[GoldenSource, ...],
    used: Sequence[UsedBy],
    whole: set[tuple[str, str]],
) -> Relative:
    region, _, id = key.partition("/")
    above = branch.parent.partition("/") if branch.parent else (None, None, None)
    listed = known.account is not None
    gone = known.state == "deregistered" or (known.owner or "", region) in whole
    return Relative(
        id,
        region,
        account=known.account,
        owner=known.owner,
        parent=above[2],
        parent_region=above[0],
        edge=EDGE_OF[branch.rank] if branch.parent else None,
        weakest=EDGE_OF[branch.weakest] if branch.parent else None,
        depth=branch.depth,
        root=branch.root.partition("/")[2],
        name=known.name,
        family=known.family,
        kind=known.kind,
        state=known.state,
        created=known.created,
        golden_sources=golden,
        marks=known.marks,
        listed=listed,
        deregistered=False if listed else True if gone else None,
        scan_severity=known.scan_severity,
        scan_date=known.scan_date,
        stale_since=known.stale_since,
        used_by=tuple(used),
    )
