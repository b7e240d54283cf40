"""Compares two nights: which images are new, gone, newly marked, shared, or changed their class.

Only places that were completely seen in both nights show what came and went. Nothing is known about
the others, and they are named.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

from assay.fleet.night import known_night
from assay.fleet.store import Store
from assay.model.inventory import Comparison, Difference, Event, Unseen

_DIFFERENCES = """
WITH whole AS MATERIALIZED (
    SELECT account, region, row_number() OVER () AS place, bool_and(state = 'seen') AS others
    FROM places WHERE night IN ($1, $2) AND (state = 'seen' OR list_contains("whole", 'own_images'))
    GROUP BY account, region HAVING count(*) = 2 OR $1 = $2
),
seen AS (
    SELECT night, place, image_id, class, shared_from,
        list_transform(watermarks, lambda mark: mark.key) AS keys
    FROM images JOIN whole USING (account, region) WHERE others OR shared_from IS NULL
),
old AS (SELECT * FROM seen WHERE night = $1),
new AS (SELECT * FROM seen WHERE night = $2)
SELECT account, region, image_id, old.class, new.class, old.keys, new.keys,
    old.shared_from, new.shared_from
FROM old FULL JOIN new USING (place, image_id) JOIN whole USING (place)
WHERE old.class IS DISTINCT FROM new.class OR old.keys IS DISTINCT FROM new.keys
ORDER BY account, region, image_id
"""
"""Images are joined by their id and a number for their place: joining on two
fewer strings saves a fifth of the time for a large fleet."""
_FIRST_USES = """
WITH whole AS (
    SELECT account, region FROM places
    WHERE night IN ($1, $2) AND (state = 'seen' OR list_contains("whole", 'used_images'))
    GROUP BY account, region HAVING count(*) = 2 OR $1 = $2
),
launched AS (
    SELECT night, account, region, image_id, id FROM uses SEMI JOIN whole USING (account, region)
    WHERE type = 'instance' AND image_id IS NOT NULL
),
kinds AS (
    SELECT DISTINCT image_id, class FROM images
    WHERE night = $2 AND image_id IN (SELECT image_id FROM launched)
)
SELECT account, region, image_id, class, min(id)
FROM (SELECT * FROM launched WHERE night = $2) AS now
    ANTI JOIN (SELECT * FROM launched WHERE night = $1) AS before USING (account, region, image_id)
    LEFT JOIN kinds USING (image_id)
WHERE class IS NULL OR class = 'unknown'
GROUP BY account, region, image_id, class
ORDER BY account, region, image_id
"""
_UNSEEN = """
SELECT account, region, night, state, reason FROM places
WHERE night IN ($1, $2) AND state <> 'seen'
UNION ALL
SELECT account, region, CASE WHEN bool_or(night = $1) THEN $2 ELSE $1 END, 'not wanted', NULL
FROM places WHERE night IN ($1, $2) GROUP BY account, region HAVING count(*) = 1 AND $1 <> $2
ORDER BY ALL
"""


def compare(store: Store, before: date, after: date) -> Comparison:
    """Compare two nights. Raises `StoreError` if a night does not exist."""
    for night in (before, after):
        known_night(store, night)
    found = store.select(_DIFFERENCES, before, after)
    unseen = store.select(_UNSEEN, before, after)
    uses = store.select(_FIRST_USES, before, after)
    differences = (
        *(each for row in found.rows for each in _events(*row)),
        *(_first_use(*row) for row in uses.rows),
    )
    return Comparison(before, after, differences, tuple(Unseen(*row) for row in unseen.rows))


def _first_use(
    account: str, region: str, image: str, kind: str | None, instance: str
) -> Difference:
    what = kind or "in no listing"
    return Difference(account, region, image, Event.USED, f"{what}, first by {instance}")


def _events(
    account: str,
    region: str,
    image: str,
    old: str | None,
    new: str | None,
    *rest: Any,
) -> Iterator[Difference]:
    before, after, from_before, shared = rest
    keys, keys_now = set(before or ()), set(after or ())
    if old is None:
        event = Event.SHARED if shared else Event.NEW
        detail = f"by {shared}, {new}" if shared else str(new)
        yield Difference(account, region, image, event, detail)
        return
    if new is None:
        event = Event.UNSHARED if from_before else Event.GONE
        detail = f"by {from_before}, was {old}" if from_before else f"was {old}"
        yield Difference(account, region, image, event, detail)
        return
    if old != new:
        yield Difference(account, region, image, Event.CLASS, f"{old} -> {new}")
    for key in sorted(keys_now - keys):
        yield Difference(account, region, image, Event.MARKED, key)
    for key in sorted(keys - keys_now):
        yield Difference(account, region, image, Event.UNMARKED, key)
