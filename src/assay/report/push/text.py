"""What was pushed, on a terminal: one line per place, what was not accepted, and a summary."""

from collections.abc import Iterator

from assay.model.places_seen import PlaceSeen
from assay.model.pushing import PushedPlace, Pushing
from assay.model.times import readable
from assay.report.safe import safe

MOST = 20
"""The maximum number of findings not accepted that are named per place; JSON has all of them."""
MOST_PLACES = 50


def render(found: Pushing, *, ended: bool = True) -> str:
    """The whole report; `ended` is False if the run was interrupted, so places may be missing."""
    lines = [line for each in found.places for line in _place(each, dry_run=found.dry_run)]
    idle = sum(not each.to_do and not each.refused for each in found.places)
    if idle:
        lines.append(f"{_many(idle, 'other place' if lines else 'place')} with nothing to write")
    lines += [f"not seen: {_unseen(each)}" for each in found.unseen[:MOST_PLACES]]
    if len(found.unseen) > MOST_PLACES:
        rest = len(found.unseen) - MOST_PLACES
        lines.append(f"and {_many(rest, 'other place')} not seen: --format json lists all of them")
    lines += ["", _summary(found), f"  judged as of {readable(found.as_of)}"]
    if not ended:
        lines.append("  interrupted: it is not known what was written in the other places")
    if found.endpoint:
        done = "asked" if found.dry_run else "written to"
        lines.append(f"  {done}: {safe(found.endpoint)}, which is not AWS's own endpoint")
    return "\n".join(lines) + "\n"


def _place(each: PushedPlace, *, dry_run: bool) -> Iterator[str]:
    where = f"{each.account}/{each.region}"
    if each.refused is not None:
        lost = f"{_many(each.to_import, 'finding')} not imported, " if each.to_import else ""
        yield f"{where}: {lost}none archived: {safe(each.refused)}"
        return
    if not each.to_do:
        return
    kept = f", {each.kept} kept because they were judged later" if each.kept else ""
    if dry_run:
        yield f"{where}: {each.to_import} would be imported, {each.to_archive} archived{kept}"
        return
    yield (
        f"{where}: {each.imported} of {each.to_import} imported, "
        f"{each.archived} of {each.to_archive} archived{kept}"
    )
    for missed in each.not_taken[:MOST]:
        what = "not archived" if missed.archive else "not imported"
        yield f"  {what}: {safe(missed.id)}: {safe(missed.reason)}"
    if len(each.not_taken) > MOST:
        yield f"  and {len(each.not_taken) - MOST} more: --format json lists all of them"


def _unseen(place: PlaceSeen) -> str:
    stale = f"; kept from {readable(place.stale_since)}" if place.stale_since else ""
    reason = f": {safe(place.reason)}" if place.reason else ""
    return f"{place.account}/{place.region}: {place.state}{reason}{stale}; nothing archived there"


def _summary(found: Pushing) -> str:
    to_import, to_archive, imported, archived = (
        sum(getattr(each, name) for each in found.places)
        for name in ("to_import", "to_archive", "imported", "archived")
    )
    places = _many(len(found.places), "place")
    if found.dry_run:
        told = f"{_many(to_import, 'finding')} would be imported and {to_archive} archived"
        return f"{told} in {places}; nothing was written; use --yes to write"
    told = f"{imported} of {_many(to_import, 'finding')} imported, {archived} of {to_archive}"
    return f"{told} archived, in {places}"


def _many(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
