"""What a recording was asked and answered, and what would be lost if it replaced another one."""

from collections import Counter
from collections.abc import Iterator

import msgspec

from assay.catalog.questions import IDENTITIES
from assay.catalog.recording_file import CatalogFile, PlaceRecord

Key = tuple[str, str | None, str, str, str]
"""Partition, account, Region, kind of question, and the key asked about."""


class Coverage(msgspec.Struct, frozen=True):
    """The questions that a recording was asked, split into answered and unanswered."""

    answered: frozenset[Key]
    unanswered: dict[Key, str]
    """Each question with the reason why it has no answer."""

    @property
    def asked(self) -> int:
        """The number of questions."""
        return len(self.answered) + len(self.unanswered)

    def reasons(self) -> list[tuple[str, int]]:
        """The reasons for missing answers and how often each occurs, most frequent first."""
        return Counter(self.unanswered.values()).most_common()

    def lost(self, before: "Coverage") -> int:
        """The number of answers in an earlier recording that are lost if this one replaces it.

        A question that is no longer asked is not a loss, since plans change. A loss is a question
        that was answered before and is not answered now. If more questions than before have no
        answer, or if the caller's identity can no longer be read, it is impossible to tell what was
        not asked because of that; every answer that is no longer there then counts as lost.
        """
        new = self.unanswered.keys() - before.unanswered.keys()
        # An image that cannot be read hides its ancestors. No question is asked about them, so
        # their answers are lost although no question about them failed.
        more = len(self.unanswered) > len(before.unanswered)
        if more or any(kind == IDENTITIES.name for *_, kind, _ in new):
            return len(before.answered - self.answered)
        return len(before.answered & new)


def coverage(file: CatalogFile[PlaceRecord]) -> Coverage:
    """Every question that a recording was asked."""
    answered: set[Key] = set()
    unanswered: dict[Key, str] = {}
    for place in file.places:
        for key, reason in _of(place):
            if reason is None:
                answered.add(key)
            else:
                unanswered[key] = reason
    return Coverage(frozenset(answered), unanswered)


def _of(place: PlaceRecord) -> Iterator[tuple[Key, str | None]]:
    """The questions asked in one place, each with the reason if it has no answer."""
    at = (place.partition, place.account, place.region)
    if place.identity is not None:
        yield (*at, IDENTITIES.name, ""), None
    elif place.identity_unavailable is not None:
        yield (*at, IDENTITIES.name, ""), place.identity_unavailable
    for kind, answers in place.all_answers():
        for key in (*answers.found, *answers.absent):
            yield (*at, kind, key), None
        for key, reason in answers.unavailable.items():
            yield (*at, kind, key), reason
