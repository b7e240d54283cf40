"""What CI services show beside code: they take few annotations a step, so the worst are chosen."""

import msgspec

from assay.model import Outcome, Report
from assay.model.verdicts import closes_the_gate
from assay.report.issues import ERROR, WARNING, Issue, issues
from assay.report.safe import safe
from assay.report.setting import Setting
from assay.report.summary import UNCHECKED, counted, endpoint, not_now, offline, unchecked

MOST = 10
"""Of each level, a step: what GitHub shows ("Workflow commands", docs.github.com)."""


class Annotations(msgspec.Struct, frozen=True, gc=False):
    """The issues to be shown, and what is told in their place."""

    shown: tuple[Issue, ...]
    """The worst first: errors before warnings."""
    left: str | None
    """How many more there are, and where."""
    unasked: str | None
    """What nobody was asked about."""
    level: str
    """Of `unasked`: `error` where it closes the gate."""
    endpoint: str | None
    """That the answers are not AWS's own."""
    judged: str | None
    """That it was judged by another time than now."""
    verdict: str
    """`FAIL 4 AMI references: 1 fail, 3 pass`."""


def annotations(report: Report, setting: Setting) -> Annotations:
    """The worst of each level. Offline, what only AWS can tell is one line, as it is in text."""
    silent = UNCHECKED if offline(report) else None
    levels: dict[str, list[Issue]] = {ERROR: [], WARNING: []}
    for issue in issues(report, setting):
        if issue.result.rule != silent:
            levels[issue.level].append(issue)
    for each in levels.values():  # within a standing the order of the verdicts stays
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
    """What is wrong with what, and what to do; two lines."""
    result = issue.result
    text = safe(issue.message)
    return f"{text}\nfix: {safe(result.fix)}" if result.fix else text
