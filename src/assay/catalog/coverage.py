"""What a recording was asked, what it was answered, and what it would lose beside another one."""

from collections import Counter
from collections.abc import Iterator

import msgspec

from assay.catalog.questions import IDENTITIES
from assay.catalog.recording_file import CatalogFile, PlaceRecord

Key = tuple[str, str | None, str, str, str]
"""Partition, account and Region, the kind of question, and what it was about."""


class Coverage(msgspec.Struct, frozen=True):
    """The questions that a recording was asked, by whether they were answered."""

    answered: frozenset[Key]
    unanswered: dict[Key, str]
    """With the reason."""

    @property
    def asked(self) -> int:
        """How many there were."""
        return len(self.answered) + len(self.unanswered)

    def reasons(self) -> list[tuple[str, int]]:
        """Why there was no answer, and how often; the most frequent first."""
        return Counter(self.unanswered.values()).most_common()

    def lost(self, before: "Coverage") -> int:
        """How many answers of an earlier recording are missed if this one takes its place.

        Not to ask any more is no loss, since plans change. It is one where an answer became none;
        and where more than before stays without an answer, or the account is not known any more,
        nobody can tell what was not asked because of that.
        """
        new = self.unanswered.keys() - before.unanswered.keys()
        # An image that cannot be read hides its ancestors: they are not asked for, and their answers
        # are lost without any question having failed.
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
    """The questions of one place, each with the reason where there was no answer."""
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
