"""Whether a stored night is sufficient evidence that something does not exist.

That requires places whose lists were all read, recently, and which are not suspiciously empty.
Images that Allowed AMIs hides from an account do not matter, because they are not uses of other
images. (Netflix's swabbie refuses on the same three conditions; a cleaner that takes a failed read
for an empty one deletes what is in use.)
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from assay.fleet.night import Night
from assay.fleet.places import ALL
from assay.fleet.uses import EVERY, USES
from assay.model.places_seen import PlaceSeen
from assay.model.remediation import Gap
from assay.model.times import readable

OLDEST = timedelta(days=1)
_KINDS = tuple(listing.name for listing, _ in USES)


def gaps(night: Night, before: Night | None, as_of: datetime) -> Iterator[Gap]:
    """What is not known about each place. `before` is the night before, if there is one."""
    earlier = {(each.account, each.region): each for each in before.places} if before else {}
    for place in night.places:
        for what in _of_place(place, earlier.pop((place.account, place.region), None), as_of):
            yield Gap(place.account, place.region, what)
    accounts = {each.account for each in night.places if each.region == ALL}
    for account, region in earlier:
        if before is not None and account not in accounts and region != ALL:
            yield Gap(account, region, f"was read in night {before.date}, and not since")


def of_region(found: Iterable[Gap], region: str) -> list[Gap]:
    """The gaps that matter to an image in a Region: what uses an image is in the same Region."""
    return [each for each in found if each.region in (region, ALL)]


def _of_place(place: PlaceSeen, earlier: PlaceSeen | None, as_of: datetime) -> Iterator[str]:
    if place.lacks(EVERY):
        stale = f"; kept from {readable(place.stale_since)}" if place.stale_since else ""
        yield f"{place.state}: {place.reason or ''}{stale}"
        return
    unlisted = [each for each in _KINDS if each not in place.whole]
    if unlisted:
        yield f"it is not known whether these were listed that night: {', '.join(unlisted)}"
    if place.seen_at is None or abs(as_of - place.seen_at) > OLDEST:
        when = readable(place.seen_at) if place.seen_at else "at an unknown time"
        yield f"was read {when}, which is not within a day of {readable(as_of)}: run assay inventory again"
    if earlier is not None and place.uses * 2 < earlier.uses:
        yield (
            f"{place.uses} uses were seen, but {earlier.uses} the night before: too few to rely on"
        )
