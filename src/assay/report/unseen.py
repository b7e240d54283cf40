"""A place of which anything may be missing, in a line."""

from assay.model.places_seen import PlaceSeen
from assay.model.times import readable


def unseen(place: PlaceSeen) -> str:
    """Which it is, what became of it and why; what is told of it may be older."""
    stale = f"; kept from {readable(place.stale_since)}" if place.stale_since else ""
    return f"{place.account}/{place.region}: {place.state}: {place.reason or ''}{stale}"
