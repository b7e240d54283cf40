"""The progress of a run over many places, for display from another thread."""

from collections import Counter
from collections.abc import Collection, Mapping

from assay.catalog.interface import ImageCatalog
from assay.model.places_seen import PlaceSeen, PlaceState
from assay.run.places import HERE, Reply


class Progress:
    """Counts the places read, and the calls of every catalogue that reads them."""

    def __init__(self, catalog: ImageCatalog) -> None:
        """`catalog` is the one of this process."""
        self._catalog = catalog
        self._wanted = self._read = self._not_seen = 0
        self._others: dict[str, Reply] = {}

    def expect(self, places: int, lost: Collection[PlaceSeen]) -> None:
        """Set how many places will be read, and which are already lost."""
        self._not_seen += len(lost)
        self._read += len(lost)
        self._wanted = places + len(lost)

    def read(self, place: PlaceSeen) -> None:
        """Count a place that was read, or could not be."""
        self._read += 1
        self._not_seen += place.state is not PlaceState.SEEN

    def heard(self, reply: Reply) -> None:
        """Update the calls of a catalogue elsewhere; its replies may arrive out of order."""
        known = self._others.get(reply.by)
        if reply.by != HERE and (known is None or _sum(known.calls) < _sum(reply.calls)):
            self._others = {**self._others, reply.by: reply}  # another thread may read the old one

    @property
    def calls(self) -> dict[str, int]:
        """The number of calls of each operation."""
        found = Counter(self._catalog.facts().api_calls)
        for each in self._others.values():
            found.update(each.calls)
        return dict(found)

    @property
    def endpoint(self) -> str | None:
        """The endpoints that are not AWS's own, of all catalogues."""
        told = [self._catalog.facts().endpoint, *(each.endpoint for each in self._others.values())]
        return ", ".join(sorted({one for each in told if each for one in each.split(", ")})) or None

    def line(self) -> str | None:
        """Return a line for display; None until the number of places is known."""
        if not self._wanted:
            return None
        missing = f"{self._not_seen:,} not seen, " if self._not_seen else ""
        calls = _sum(self.calls)
        return f"{self._read:,} of {self._wanted:,} places, {missing}{calls:,} calls"


def _sum(calls: Mapping[str, int]) -> int:
    return sum(calls.values())
