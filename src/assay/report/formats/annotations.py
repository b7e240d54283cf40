"""Annotations that CI services show next to code: they accept few per step, so the worst are chosen."""

import msgspec

from assay.model import Outcome, Report
from assay.model.verdicts import closes_the_gate
from assay.report.issues import ERROR, WARNING, Issue, issues
from assay.report.safe import safe
from assay.report.setting import Setting
from assay.report.summary import UNCHECKED, counted, endpoint, not_now, offline, unchecked

MOST = 10
"""The maximum per level and step that GitHub shows ("Workflow commands", docs.github.com)."""


class Annotations(msgspec.Struct, frozen=True, gc=False):
    """The issues to show, and the lines that stand for the rest."""

    shown: tuple[Issue, ...]
    """Worst first: errors before warnings."""
    left: str | None
    """How many more issues there are, and where to find them."""
    unasked: str | None
    """How many references were not checked because the run was offline."""
    level: str
    """The level of `unasked`: `error` if it closes the gate."""
    endpoint: str | None
    """A note if the answers did not come from AWS's own endpoint."""
    judged: str | None
    """A note if the verdicts are as of another time than now."""
    verdict: str
    """`FAIL 4 AMI references: 1 fail, 3 pass`."""


def annotations(report: Report, setting: Setting) -> Annotations:
    """The worst issues of each level. Offline, whatever only AWS knows is one line, as in text."""
    silent = UNCHECKED if offline(report) else None
    levels: dict[str, list[Issue]] = {ERROR: [], WARNING: []}
    for issue in issues(report, setting):
        if issue.result.rule != silent:
            levels[issue.level].append(issue)
    for each in levels.values():  # within a standing, the verdicts keep their order
        each.sort(key=lambda issue: issue.result.standing.rank)
    shown = tuple(issue for each in levels.values() for issue in each[:MOST])
    more = [
        f"{len(each) - MOST} more {level}{'' if len(each) == MOST + 1 else 's'}"
        for level, each in levels.items()
        if len(each) > MOST
    ]
    left = f"{' and '.join(more)}: --format text or json lists them all" if more else None
    strict = closes_the_gate(Outcome.UNDETERMINED, report.policy.undetermined)
    return Annotations(
        shown,
        left,
        next(unchecked(report), None),
        ERROR if strict else WARNING,
        next(endpoint(report.catalog), None),
        not_now(report),
        f"{report.outcome.upper()} {counted(report)}",
    )


def said(issue: Issue) -> str:
    """What is wrong and, on a second line, how to fix it."""
    result = issue.result
    text = safe(issue.message)
    return f"{text}\nfix: {safe(result.fix)}" if result.fix else text
