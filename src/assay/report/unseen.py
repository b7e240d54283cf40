"""One line about a place that was not seen completely."""

from assay.model.places_seen import PlaceSeen
from assay.model.times import readable


def unseen(place: PlaceSeen) -> str:
    """The place, its state and the reason, and, if its data is from an earlier night, that date."""
    stale = f"; kept from {readable(place.stale_since)}" if place.stale_since else ""
    return f"{place.account}/{place.region}: {place.state}: {place.reason or ''}{stale}"
