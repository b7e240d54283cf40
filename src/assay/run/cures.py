"""Adds suggested images to the fixes in a report."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from assay.errors import StoreError
from assay.model import Outcome, Place, Report, RuleResult, Verdict
from assay.model.suggestion import Asked, Suggestion

if TYPE_CHECKING:
    from assay.catalog.interface import ImageCatalog
    from assay.run.audit import Fleet
    from assay.run.host import Host
    from assay.run.listings import Listings

SUGGESTED = re.compile(
    r"(?:^|; )use ami-[0-9a-f]+(?: \(.*\))?, which passes in [0-9]{12}/[a-z0-9-]+: .*\Z", re.DOTALL
)
"""Matches a suggestion in a fix."""
_NO_OTHER_IMAGE = frozenset({"unresolved", "incomplete-plan", "ignored-changes", "lookup-failed"})
"""Rules whose failure no other image can fix."""


class Shelf(msgspec.Struct, frozen=True):
    """Where candidates come from: the newest night of a store, or AWS's lists."""

    store: str | None
    live: bool


def suggested(
    host: "Host", report: Report, catalog: "ImageCatalog", shelf: Shelf, as_of: datetime
) -> dict[int, Suggestion]:
    """Return a suggestion for each verdict that fails, by its number.

    If a store cannot be read, a note says so; only the suggestions are missing, not the verdicts.
    """
    found = _asked(report)
    if not found:
        return {}
    try:
        listings, judging = _open(host, catalog, shelf)
        return _answers(report, found, listings, judging, as_of)
    except StoreError as error:
        host.note(f"no suggestions: {error}")
        return {}


def replaced(host: "Host", report: Report, fleet: "Fleet") -> Report:
    """Return an audit's report with suggestions in its fixes."""
    found = _asked(report)
    if not found or fleet.candidates is None:
        return report
    wanted = {
        (Place.of(each.region, each.account), each.image_id)
        for each in found.values()
        if each.image_id is not None
    }
    try:
        listings = fleet.candidates(wanted)
        return told(report, _answers(report, found, listings, fleet.catalog, report.as_of))
    except StoreError as error:
        host.note(f"no suggestions: {error}")
        return report


def _asked(report: Report) -> dict[int, Asked]:
    """Return what could be replaced, by the number of its verdict."""
    from assay.run.targets import asked_for

    return {
        number: wanted
        for number, verdict in enumerate(report.verdicts)
        if verdict.outcome is Outcome.FAIL and (wanted := asked_for(verdict)) is not None
    }


def _answers(
    report: Report,
    found: Mapping[int, Asked],
    listings: "Listings",
    judging: "ImageCatalog",
    as_of: datetime,
) -> dict[int, Suggestion]:
    from assay.run.suggestions import suggestions

    asked = list(found.values())
    answers = suggestions(asked, listings, judging, report.policy, as_of, in_full=False)
    return dict(zip(found, answers, strict=True))


def _open(host: "Host", catalog: "ImageCatalog", shelf: Shelf) -> "tuple[Listings, ImageCatalog]":
    """Return the lists of candidates, and the catalogue to judge them; a store is enough for both."""
    from assay.run.listings import LiveListings, StoredListings
    from assay.run.nights import night_of

    if shelf.store is None or shelf.live:
        return LiveListings(catalog), catalog
    stored = StoredListings(night_of(host, shelf.store, None))
    return stored, stored.catalog()


def told(report: Report, found: Mapping[int, Suggestion]) -> Report:
    """Return the report with suggestions in its fixes."""
    if not any(each.only for each in found.values()):
        return report
    made: dict[tuple[int, str], tuple[RuleResult, ...]] = {}
    verdicts = tuple(
        _told(verdict, found[number], made) if number in found else verdict
        for number, verdict in enumerate(report.verdicts)
    )
    return replace(report, verdicts=verdicts)


def _told(
    verdict: Verdict,
    suggestion: Suggestion,
    made: dict[tuple[int, str], tuple[RuleResult, ...]],
) -> Verdict:
    """What several verdicts share stays shared."""
    only = suggestion.only
    if only is None:
        return verdict
    image, asked = only.listed.image, suggestion.asked
    named = f"{image.id} ({image.name})" if image.name else image.id
    text = f"use {named}, which passes in {asked.account}/{asked.region}: {only.reasons[-1]}"
    key = (id(verdict.results), text)
    if key not in made:
        made[key] = tuple(_with(each, text) for each in verdict.results)
    return replace(verdict, results=made[key])


def _with(result: RuleResult, text: str) -> RuleResult:
    finding = result.finding
    if not result.decides or result.rule in _NO_OTHER_IMAGE:
        return result
    fix = f"{finding.fix}; {text}" if finding.fix else text
    return replace(result, finding=replace(finding, fix=fix))
