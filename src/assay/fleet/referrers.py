"""What uses the images of a family, or would launch one of them next."""

from collections import defaultdict
from datetime import date

import msgspec

from assay.fleet.columns import use_of
from assay.fleet.launches import launches
from assay.fleet.store import Store
from assay.fleet.untold import may_be_any
from assay.model.descent import UsedBy

_DIRECT = """
SELECT key, type, id, account, region, name, state, via FROM (
    SELECT region || '/' || image_id AS key, * FROM uses WHERE night = $1 AND image_id IS NOT NULL
) SEMI JOIN found USING (key) ORDER BY account, region, type, id, via
"""
_LEADING = """
SELECT * FROM uses WHERE night = $1 AND type <> 'instance' AND (account, region) IN (
    SELECT (account, region) FROM uses WHERE night = $1 AND image_id IS NULL
) ORDER BY account, region, type, id, image_id
"""
_MOST = 5


class Referrers(msgspec.Struct, frozen=True):
    """The uses by the keys of images, and the uses that lead to an unknown image."""

    of: dict[str, list[UsedBy]]
    gaps: tuple[str, ...]


def referrers(store: Store, night: date) -> Referrers:
    """What uses the images in the table `found`, including through templates and parameters."""
    of: defaultdict[str, list[UsedBy]] = defaultdict(list)
    for key, *told in store.select(_DIRECT, night).rows:
        of[key].append(UsedBy(*told))
    found = {row[0] for row in store.select("SELECT key FROM found").rows}
    lost: list[str] = []
    rows = store.records(_LEADING, night)
    for each in launches(((row["account"], row["region"]), use_of(row)) for row in rows):
        use = each.use
        if use.image_id is not None:
            continue
        key = f"{each.region}/{each.image_id}"
        if each.image_id is None and may_be_any(use):
            lost.append(f"{use.type.value} {use.name or use.id} in {each.account}/{each.region}")
        elif key in found:
            of[key].append(
                UsedBy(
                    *(use.type.value, use.id, each.account, each.region),
                    *(use.name, use.state, use.via),
                )
            )
    return Referrers(dict(of), tuple(_gaps(lost)))


def _gaps(lost: list[str]) -> list[str]:
    if not lost:
        return []
    more = f", and {len(lost) - _MOST} more" if len(lost) > _MOST else ""
    told = ", ".join(lost[:_MOST])
    return [f"it is not known what these would launch: {told}{more}"]
