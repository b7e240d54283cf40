"""The HTML report: one page that loads nothing else and works from a disk.

The page's template, style and scripts are the files in html_page/. Its Content-Security-Policy
allows exactly these, by hash (CSP Level 3, section 2.3.1), and nothing from elsewhere, so text from
a plan or from AWS could not run anything even if it were not escaped.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from assay import __version__
from assay.model import ExceptionUse, Outcome, Report, Standing
from assay.model.places_seen import PlaceState
from assay.model.verdicts import closes_the_gate
from assay.report.encoded import harmless
from assay.report.formats.html_data import Reference, Verdicts, page_text, verdicts
from assay.report.page import parsed
from assay.report.setting import PLAIN, Setting
from assay.report.summary import UNCHECKED, announced, asked, endpoint, not_now, unproven, unseen
from assay.report.templates import content_policy, environment
from assay.report.view import exception_view

_PAGE = Path(__file__).parents[1] / "html_page"
_SCRIPTS = (
    "begin.js",
    "elements.js",
    "lineage.js",
    "graph.js",
    "rows.js",
    "groups.js",
    "filters.js",
    "page.js",
)
"""In the order in which they build on each other."""
MOST_STATIC = 100
"""The maximum number of references that do not pass to list without scripts, worst first."""
_UNSAFE_IN_SCRIPTS = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}
_MEANING = {
    "fail": "A fact was read that breaks the policy.",
    "undetermined": "A required fact could not be read. Nothing is known to break the policy, but it is not proven that the policy holds.",
    "pass": "Every required fact was read, and the policy holds.",
}


def render(report: Report, setting: Setting = PLAIN) -> str:
    """The report as one HTML document that ends in a newline."""
    from markupsafe import Markup

    style = _asset("page.css")
    scripts = [_asset(name) for name in _SCRIPTS]
    found = verdicts(report)
    return (
        environment(_PAGE)
        .get_template("page.html")
        .render(
            csp=content_policy(style, *scripts),
            style=Markup(style),  # noqa: S704 - our own file
            scripts=[Markup(script) for script in scripts],  # noqa: S704 - our own files
            data=Markup(_embedded(found)),  # noqa: S704 - JSON, without anything that could end its element
            **_context(report, found, setting),
        )
    )


def _asset(name: str) -> str:
    return (_PAGE / name).read_text("utf-8")


def _embedded(found: Verdicts) -> str:
    """JSON that is safe in a script element: nothing in it ends or starts markup."""
    return harmless(msgspec.json.encode(found).decode()).translate(_UNSAFE_IN_SCRIPTS)


def _context(report: Report, found: Verdicts, setting: Setting) -> dict[str, Any]:
    counts = Counter(row.standing for row in found.rows)
    # Without scripts nothing can be filtered, so only what needs attention is listed.
    bad = [row for row in found.rows if not row.standing.is_good]
    broken = {
        result.rule for result in found.results if result.standing is not Standing.PASS
    }  # a rule that reports nothing needs no page
    return {
        "version": __version__,
        "report": report,
        "outcome": report.outcome.value,
        "meaning": _meaning(report),
        "headline": _headline(counts),
        "counts": [(standing, counts[standing]) for standing in Standing],
        "tolerated": counts[Standing.TOLERATED],
        "undetermined_closes": closes_the_gate(Outcome.UNDETERMINED, report.policy.undetermined),
        "notices": [page_text(line) for line in _notices(report, found)],
        "asked": [page_text(line) for line in asked(report.catalog, report.as_of)],
        "exceptions": [_exception(use) for use in report.exceptions],
        "rules": [(each, parsed(each.page)) for each in setting.rules if each.id in broken],
        "static_rows": [_static(row, found) for row in bad[:MOST_STATIC]],
        "bad": len(bad),
    }


def _headline(counts: Counter[Standing]) -> str:
    """The numbers of the tiles and the filters, in words."""
    total = sum(counts.values())
    if not total:
        return "no AMI reference to judge"
    words = {Standing.TOLERATED: "tolerated and not proven"}
    parts = (f"{counts[each]:,} {words.get(each, each)}" for each in Standing if counts[each])
    return f"{total:,} AMI {'reference' if total == 1 else 'references'}: {', '.join(parts)}"


def _meaning(report: Report) -> str:
    if not report.verdicts:
        return "There was nothing to judge."
    if report.outcome is Outcome.PASS and unproven(report):
        return "The policy holds as far as facts could be read. Some could not be read; the policy tolerates that, but nothing is proven there."
    return _MEANING[report.outcome]


def _notices(report: Report, found: Verdicts) -> Iterator[str]:
    """What readers should know before they trust the rest."""
    if told := not_now(report):
        yield _sentence(told)
    if any(each.state is not PlaceState.SEEN for each in report.places):
        yield from map(_sentence, unseen(report))
    yield from map(_sentence, endpoint(report.catalog))
    if report.catalog.kind == "offline":
        yield f"AWS was not asked (offline): {_unchecked(found)} not checked for anything that only AWS knows."
    if tolerated := sum(row.standing is Standing.TOLERATED for row in found.rows):
        noun = "reference is" if tolerated == 1 else "references are"
        yield (
            f"{tolerated:,} {noun} tolerated and not proven: something could not be read, but the policy only wants that reported."
        )
    if report.left_aside:
        noun = "exception" if report.left_aside == 1 else "exceptions"
        yield f"Ignored because of --no-inline: {report.left_aside} {noun} in the code."
    for use in report.exceptions:
        yield from map(_sentence, announced(use))


def _sentence(line: str) -> str:
    return f"{line[0].upper()}{line[1:]}."


def _unchecked(found: Verdicts) -> str:
    unchecked = {number for number, each in enumerate(found.results) if each.rule == UNCHECKED}
    count = sum(not unchecked.isdisjoint(row.results) for row in found.rows)
    return f"{count:,} {'reference is' if count == 1 else 'references are'}"


def _exception(use: ExceptionUse) -> dict[str, Any]:
    view = exception_view(use.exception)
    return {
        "view": view,
        "state": use.state,
        "used": use.used,
        "missed": use.missed,
        "days_left": use.days_left,
        "who": view.approved_by or f"a comment in the code, {view.file}:{view.line}",
    }


def _static(row: Reference, found: Verdicts) -> dict[str, Any]:
    """A reference for readers without scripts: what keeps it from passing, and its lineage."""
    return {
        "row": row,
        "results": [found.results[number] for number in row.results],
        "lineage": () if row.lineage is None else found.lineages[row.lineage],
    }
