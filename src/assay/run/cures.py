"""What a report says to do, with the image that could stand there instead."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from assay.errors import StoreError
from assay.model import Outcome, Report, RuleResult, Verdict
from assay.model.suggestion import Suggestion

if TYPE_CHECKING:
    from assay.catalog.interface import ImageCatalog
    from assay.run.host import Host
    from assay.run.listings import Listings

SUGGESTED = re.compile(
    r"(?:^|; )use ami-[0-9a-f]+(?: \(.*\))?, which passes in [0-9]{12}/[a-z0-9-]+: .*\Z", re.DOTALL
)
"""What is added to a fix."""
_NO_OTHER_IMAGE = frozenset({"unresolved", "incomplete-plan", "ignored-changes", "lookup-failed"})
"""Rules whose failure no other image mends."""


class Shelf(msgspec.Struct, frozen=True):
    """Where candidates come from: the newest night of a store, or the lists of AWS."""

    store: str | None
    live: bool


def suggested(
    host: "Host", report: Report, catalog: "ImageCatalog", shelf: Shelf, as_of: datetime
) -> dict[int, Suggestion]:
    """An answer for each verdict that fails, by its number.

    A store that cannot be read costs the suggestions, not the verdicts, and is told.
    """
    from assay.run.suggestions import suggestions
    from assay.run.targets import asked_for

    found = {
        number: wanted
        for number, verdict in enumerate(report.verdicts)
        if verdict.outcome is Outcome.FAIL and (wanted := asked_for(verdict)) is not None
    }
    if not found:
        return {}
    asked = list(found.values())
    try:
        listings, judging = _open(host, catalog, shelf)
        answers = suggestions(asked, listings, judging, report.policy, as_of, parameters=False)
    except StoreError as error:
        host.note(f"no suggestions: {error}")
        return {}
    return dict(zip(found, answers, strict=True))


def _open(host: "Host", catalog: "ImageCatalog", shelf: Shelf) -> "tuple[Listings, ImageCatalog]":
    """Who lists candidates, and who tells what a verdict on them needs; a store is enough for both."""
    from assay.run.listings import LiveListings, StoredListings
    from assay.run.nights import night_of

    if shelf.store is None or shelf.live:
        return LiveListings(catalog), catalog
    stored = StoredListings(night_of(host, shelf.store, None))
    return stored, stored.catalog()


def told(report: Report, found: Mapping[int, Suggestion]) -> Report:
    """The report, with what is suggested among its fixes."""
    if not any(each.only for each in found.values()):
        return report
    verdicts = tuple(
        _told(verdict, found[number]) if number in found else verdict
        for number, verdict in enumerate(report.verdicts)
    )
    return replace(report, verdicts=verdicts)


def _told(verdict: Verdict, suggestion: Suggestion) -> Verdict:
    only = suggestion.only
    if only is None:
        return verdict
    image, asked = only.listed.image, suggestion.asked
    named = f"{image.id} ({image.name})" if image.name else image.id
    text = f"use {named}, which passes in {asked.account}/{asked.region}: {only.reasons[-1]}"
    results = tuple(_with(each, text) for each in verdict.results)
    return replace(verdict, results=results)


def _with(result: RuleResult, text: str) -> RuleResult:
    finding = result.finding
    if not result.decides or result.rule in _NO_OTHER_IMAGE:
        return result
    fix = f"{finding.fix}; {text}" if finding.fix else text
    return replace(result, finding=replace(finding, fix=fix))
