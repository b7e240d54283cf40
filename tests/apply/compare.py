"""A report of before apply, held against what the server holds after it."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Any

from tests.apply.held import REGISTERED, Ended, Held

MADE_BY = re.compile(r"\(made by (.+)\)")


class Sight(IntEnum):
    """Whether an image can be known before apply; configurations have it in the names of what uses it."""

    CLEAR = 0
    FUNCTION = 1
    """Behind a function that hands on what will be known, such as `concat`."""
    OPEN = 2
    """Chosen by what comes to be by apply, or made of it."""

    @property
    def suffix(self) -> str:
        return {Sight.CLEAR: "", Sight.FUNCTION: "_function", Sight.OPEN: "_open"}[self]

    @classmethod
    def of(cls, address: str) -> "Sight":
        return max(each for each in cls if re.search(rf"{each.suffix}(?![a-z0-9_])", address))


class Kind(StrEnum):
    """How what was said stands to what happened."""

    EQUAL = "equal"
    DIFFERS = "differs"
    ANOTHER = "one of several was told"
    """It can be one of several images; each was judged, with one outcome, and one of them told."""
    UNRESOLVED = "unresolved although known"
    FUNCTION = "unresolved behind a function"
    OPEN = "unresolved rightly"


UNRESOLVED = {
    Sight.CLEAR: Kind.UNRESOLVED,
    Sight.FUNCTION: Kind.FUNCTION,
    Sight.OPEN: Kind.OPEN,
}


@dataclass(frozen=True, slots=True)
class Row:
    """One reference."""

    address: str
    attribute: str
    kind: Kind
    said: str
    ended: str

    def __str__(self) -> str:
        where = f"{self.address} {self.attribute}".strip()
        return f"{self.kind}: {where}: said {self.said}; is {self.ended}"


def compare(report: Mapping[str, Any], held: Held, golden: frozenset[tuple[str, str]]) -> list[Row]:
    """A row for each verdict that can be compared, and for each user of an image without one.

    `golden` are Region and id of the images that are; what passes is one, or made from one.
    """
    verdicts = [each for each in report["verdicts"] if held.compares(each["address"])]
    judged = {each["address"] for each in verdicts}
    rows = [_row(each, held, golden) for each in verdicts]
    untold = (address for address in held.users() if address not in judged)
    rows += [Row(each, "", Kind.DIFFERS, "nothing", "in use of an image") for each in untold]
    return rows


def table(rows: Iterable[Row]) -> str:
    """The rows counted, on one line."""
    counts = Counter(row.kind for row in rows)
    return ", ".join(f"{counts[kind]} {kind}" for kind in Kind)


def _row(verdict: Mapping[str, Any], held: Held, golden: frozenset[tuple[str, str]]) -> Row:
    address, attribute = verdict["address"], verdict["attribute"]
    ended = held.ended(address, attribute)
    said = _said(verdict)
    kind = _kind(verdict, said, ended, golden)
    if kind is Kind.UNRESOLVED:
        kind = UNRESOLVED[Sight.of(address)]
    elif not held.agrees(address, verdict["account"], verdict["region"]):
        kind = Kind.DIFFERS
    place = f"{verdict['account']}/{verdict['region']}"
    words = f"{said or 'unresolved'} ({verdict['outcome']}, in {place})"
    return Row(address, attribute, kind, words, " and ".join(map(str, ended)) or "no image")


def _said(verdict: Mapping[str, Any]) -> Ended | None:
    """The image that a reference would end at, with what the plan will have made on the way."""
    if verdict["image_id"] is None:
        return None
    lineage = verdict["lineage"]
    made = [match[1] for step in lineage if (match := MADE_BY.fullmatch(step["image_id"]))]
    found = next((s["region"] for s in lineage if s["image_id"] == verdict["image_id"]), None)
    return Ended(tuple(made), verdict["image_id"], found or verdict["region"])


def _kind(
    verdict: Mapping[str, Any],
    said: Ended | None,
    ended: tuple[Ended, ...],
    golden: frozenset[tuple[str, str]],
) -> Kind:
    outcome = verdict["outcome"]
    good = bool(ended) and all((each.region, each.image_id) in golden for each in ended)
    if outcome == "pass" and not good:
        return Kind.DIFFERS  # a false pass, whatever is said beside it
    if not ended:
        return Kind.EQUAL  # no image is named, and none was judged
    if outcome == "undetermined":
        return Kind.UNRESOLVED  # an image that is told beside it is one of several
    if said is None and all(each.image_id == REGISTERED for each in ended):
        return Kind.EQUAL  # it has no source, and there is no id to tell
    if said is None or (outcome == "pass") is not good:
        return Kind.DIFFERS
    return Kind.EQUAL if all(said.agrees(each) for each in ended) else Kind.ANOTHER
