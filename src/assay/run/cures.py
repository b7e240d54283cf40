"""What a report says to do, with the image that could stand there instead."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec.structs import replace

from assay.model import Outcome, Report, RuleResult, Verdict
from assay.model.suggestion import Suggestion

if TYPE_CHECKING:
    from assay.catalog.interface import ImageCatalog

SUGGESTED = re.compile(
    r"(?:^|; )use ami-[0-9a-f]+(?: \(.*\))?, which passes in [0-9]{12}/[a-z0-9-]+: .*\Z", re.DOTALL
)
"""What is added to a fix."""
_NO_OTHER_IMAGE = frozenset({"unresolved", "incomplete-plan", "ignored-changes", "lookup-failed"})
"""Rules whose failure no other image mends."""


def suggested(report: Report, catalog: "ImageCatalog", as_of: datetime) -> dict[int, Suggestion]:
    """An answer for each verdict that fails, by its number, from the lists of its place."""
    from assay.run.listings import LiveListings
    from assay.run.suggestions import suggestions
    from assay.run.targets import asked_for

    found = {
        number: wanted
        for number, verdict in enumerate(report.verdicts)
        if verdict.outcome is Outcome.FAIL and (wanted := asked_for(verdict)) is not None
    }
    if not found:
        return {}
    asked, listings = list(found.values()), LiveListings(catalog)
    answers = suggestions(asked, listings, catalog, report.policy, as_of, parameters=False)
    return dict(zip(found, answers, strict=True))


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
