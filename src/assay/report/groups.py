"""Verdicts on one image, for one reason, together: plans repeat themselves."""

from collections.abc import Iterable

from assay.report.view import ResultView, VerdictView


def alike(verdicts: Iterable[VerdictView]) -> list[list[VerdictView]]:
    """Groups of verdicts that differ in address and place in the code only, in their order."""
    groups: dict[object, list[VerdictView]] = {}
    for verdict in verdicts:
        # What verdicts share is one object, so identity tells likeness.
        key = (id(verdict.results), id(verdict.lineage), id(verdict.via), verdict.exception)
        groups.setdefault(key, []).append(verdict)
    return list(groups.values())


def standing(result: ResultView) -> str:
    """What a result does to the verdict: its outcome, or that it is let through."""
    if result.outcome == "pass":
        return result.outcome
    if result.excepted:
        return "excepted"
    return "warning" if result.severity == "warning" else result.outcome
