"""Combines the verdicts on the possible images of one reference into a single verdict.

If all images pass, so does the reference: any of them is good enough. If all fail, it fails.
Otherwise it is undetermined, because nothing shows before apply which image it will be.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from assay.model import (
    Finding,
    Outcome,
    Resolved,
    RuleResult,
    Severity,
    Subject,
    Verdict,
    is_already,
)

TOLD = 3
"""How many of the images that do not pass are named."""

_Results = tuple[RuleResult, ...]


class Alternatives:
    """Combines verdicts. References that share results before share them afterwards."""

    def __init__(self) -> None:
        self._mixed: dict[tuple[tuple[int, int], ...], tuple[_Results, Sequence[Verdict]]] = {}

    def weigh(self, subject: Subject, parts: Sequence[Verdict]) -> Verdict:
        """The verdict on `subject`, whose images have the verdicts `parts`."""
        planned = [part for part in parts if not is_already(part.subject.reference.value)]
        if all(part.outcome is Outcome.FAIL for part in planned):
            parts = planned  # what the plan puts there fails, so what exists already is irrelevant
        worst = min(parts, key=_goodness)
        shown = replace(worst.subject, reference=subject.reference)
        bad = [part for part in parts if part.outcome is not Outcome.PASS]
        if worst.outcome is not Outcome.FAIL or all(p.outcome is Outcome.FAIL for p in parts):
            return Verdict(shown, worst.outcome, worst.results)
        # The message names each image, so the same results for other images need another key.
        key = tuple((id(part.results), id(part.subject.resolution)) for part in parts)
        found = self._mixed.get(key)
        if found is None:
            found = self._mixed[key] = _open(worst, bad, len(parts)), parts
        return Verdict(shown, Outcome.UNDETERMINED, found[0])


def _goodness(verdict: Verdict) -> tuple[int, int]:
    """Sort key, the worst first. Passes are ranked too: unproven ones, then ones with warnings."""
    told = sum(result.finding.outcome is not Outcome.PASS for result in verdict.results)
    return verdict.standing(Severity.ERROR).rank, -told


def _open(worst: Verdict, bad: Sequence[Verdict], of: int) -> _Results:
    """The worst verdict's results, with the deciding ones replaced by a single undetermined one."""
    kept = tuple(result for result in worst.results if not result.decides)
    told = "; ".join(_named(part) for part in bad[:TOLD])
    more = f"; and {len(bad) - TOLD} more" if len(bad) > TOLD else ""
    finding = Finding(
        Outcome.UNDETERMINED,
        f"it may be one of {of} images, and {len(bad)} of them would not pass: {told}{more}",
        "make all of them golden, or make the image known at plan time",
        tuple(dict.fromkeys(line for part in bad for line in _evidence(part))),
    )
    return (*kept, RuleResult("unresolved", Severity.ERROR, finding))


def _named(verdict: Verdict) -> str:
    found = verdict.subject.resolution
    name = found.image.id if isinstance(found, Resolved) else found.image_id or found.reason
    rules = ", ".join(result.rule for result in verdict.results if result.decides)
    return f"{name} ({rules})" if rules else name


def _evidence(verdict: Verdict) -> tuple[str, ...]:
    return next((r.finding.evidence for r in verdict.results if r.decides), ())
