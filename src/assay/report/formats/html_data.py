"""What the HTML page shows of verdicts; what several of them share is stored once.

All text here is ready to be shown; the page and its scripts only add layout.
"""

from collections.abc import Iterator
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from assay.model import Report, Standing
from assay.report.formats.headline import value
from assay.report.formats.text import exception_line
from assay.report.hidden import HIDDEN
from assay.report.safe import safe
from assay.report.steps import LineageStep, marked
from assay.report.view import ExceptionView, ResultView, VerdictView, views

T = TypeVar("T")
_MORE = " The lineage may continue, so an image that is missing from it may still be an ancestor."


class Result(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One rule's result."""

    rule: str
    standing: Standing
    message: str
    fix: str | None = None
    evidence: tuple[str, ...] = ()


class Step(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One image of a lineage."""

    image: str
    facts: tuple[str, ...]
    region: str | None = None
    owner: str | None = None
    marks: tuple[str, ...] = ()
    origin: str = ""
    """`golden` if a golden mark was first attached to this image, `marked` if any other was."""
    seen: str = "visible"
    """`visible`, `hidden` (EC2 does not show it, or did not answer), `passed` (EC2 was not asked) or `planned`."""
    how: str | None = None
    """How the image was made from that of the next step; None on the last step."""
    end: str | None = None
    """Why the lineage goes no further; only on the last step."""
    open: bool = False
    """Whether the lineage may continue beyond that."""
    made: str | None = None
    """`how` as a phrase that the next step's id completes."""
    ending: str | None = None
    """`end` as a sentence, with what follows from it."""


class Reference(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One reference and its standing; numbers are indexes into the lists of shared parts."""

    address: str
    standing: Standing
    what: str
    """`ami = ami-0…, now ami-1…`."""
    account: str
    region: str
    kind: str
    action: str
    results: tuple[int, ...]
    lineage: int | None = None
    file: str | None = None
    """`web.tf:12`, with the root module or the plan if a run reads several."""
    via: tuple[str, ...] = ()
    exception: str | None = None
    input: str | None = None
    """Only if there are several inputs."""
    image: str | None = None
    """The id of the image, if there is one that may be shown."""
    group: int | None = None
    """The same number for all references that show the same of their image; None for one alone."""
    shared: str | None = None
    """What the references of a group have in common if they have no image that may be shown."""


class Verdicts(msgspec.Struct, frozen=True, gc=False):
    """Every verdict, worst first, with the members of each group together."""

    rows: tuple[Reference, ...]
    results: list[Result]
    lineages: list[tuple[Step, ...]]
    standings: tuple[Standing, ...] = tuple(Standing)
    """All standings, worst first."""
    bad: int = sum(not standing.is_good for standing in Standing)
    """How many of the first standings are not a pass, or a pass that is not proven."""


def verdicts(report: Report) -> Verdicts:
    """What is shown of the report's verdicts."""
    made = _Made()
    inputs = [page_text(facts.path) for facts in report.inputs] if len(report.inputs) > 1 else []
    rows = [
        made.reference(verdict, inputs[verdict.input] if inputs else None)
        for verdict in views(report)
    ]
    rows.sort(key=lambda row: row.standing.rank)
    return Verdicts(tuple(_grouped(rows, made.results)), made.results, made.lineages)


def _grouped(rows: list[Reference], results: list[Result]) -> Iterator[Reference]:
    """The rows in their order, except that each group is placed where its first row is.

    Only shown values form groups, so that no group reveals which secret images are the same.
    """
    groups: dict[object, list[Reference]] = {}
    for row in rows:
        said = (row.account, row.region, row.standing, row.results, row.lineage, row.exception)
        secret = HIDDEN in row.what
        groups.setdefault((row.image, secret, *said), []).append(row)
    for number, group in enumerate(groups.values()):
        if len(group) == 1:
            yield group[0]
        else:
            shared = _shared(group[0], results)
            yield from (replace(row, group=number, shared=shared) for row in group)


def _shared(row: Reference, results: list[Result]) -> str | None:
    """The title of a group without an image that may be shown: usually the reason there is none."""
    if row.image:
        return None
    if HIDDEN in row.what:
        return f"{HIDDEN}, not necessarily the same image"
    said = [results[each] for each in row.results]
    failed = [each for each in said if each.standing is not Standing.PASS]
    return next((each.message for each in failed or said), "no image is known")


def page_text(text: str) -> str:
    """The text, made harmless and encodable as UTF-8."""
    if text.isascii() and text.isprintable():
        return text
    return safe(text).encode("utf-8", "backslashreplace").decode()


class _Made:
    """The parts made so far, and their numbers by the identity of what they were made from."""

    def __init__(self) -> None:
        self.results: list[Result] = []
        self.lineages: list[tuple[Step, ...]] = []
        self._numbers: dict[tuple[object, ...], int] = {}
        self._by_value: dict[object, int] = {}
        self._originals: list[object] = []
        """Kept alive, so that no other object can get the same identity."""

    def reference(self, verdict: VerdictView, input: str | None) -> Reference:
        return Reference(
            address=page_text(verdict.address),
            standing=verdict.standing,
            what=page_text(value(verdict)),
            account=verdict.account or "unknown account",
            region=page_text(verdict.region) if verdict.region else "unknown Region",
            kind=verdict.kind,
            action=verdict.action,
            results=tuple(self._result(result) for result in verdict.results),
            lineage=self._lineage(verdict) if verdict.lineage else None,
            file=_file(verdict),
            via=tuple(page_text(step) for step in verdict.via),
            exception=_exception(verdict.exception),
            input=input,
            image=image if (image := verdict.image_id or "").startswith("ami-") else None,
        )

    def _result(self, result: ResultView) -> int:
        key = (id(result),)
        if key not in self._numbers:
            self._originals.append(result)
            self._numbers[key] = _number(self._by_value, self.results, _result(result))
        return self._numbers[key]

    def _lineage(self, verdict: VerdictView) -> int:
        # By identity first, which is fast; the result is then shared by value with equal results that
        # were made from other objects.
        key = (id(verdict.lineage), verdict.origins)
        if key not in self._numbers:
            self._originals.append(verdict.lineage)
            steps = tuple(_steps(verdict))
            self._numbers[key] = _number(self._by_value, self.lineages, steps)
        return self._numbers[key]


def _number(known: dict[object, int], all_: list[T], one: T) -> int:
    """The index of an item in the list; an item that is not in it yet is appended."""
    if one not in known:
        known[one] = len(all_)
        all_.append(one)
    return known[one]


def _file(verdict: VerdictView) -> str | None:
    read = f"root {verdict.root}" if verdict.root else None
    if verdict.plan:  # addresses of several plans may be the same
        read = f"{verdict.input_kind} {verdict.plan}"
    if not verdict.file:
        return page_text(read) if read else None
    place = f"{verdict.file}:{verdict.line}"
    return page_text(f"{place} ({read})" if read else place)


def _exception(exception: ExceptionView | None) -> str | None:
    return page_text(exception_line(exception)) if exception else None


def _result(result: ResultView) -> Result:
    return Result(
        rule=result.rule,
        standing=result.standing,
        message=page_text(result.message),
        fix=page_text(result.fix) if result.fix else None,
        evidence=tuple(page_text(line) for line in result.evidence),
    )


def _steps(verdict: VerdictView) -> Iterator[Step]:
    last = len(verdict.lineage) - 1
    for depth, step in enumerate(verdict.lineage):
        end = page_text(step.end) if step.end else None
        yield Step(
            image=page_text(step.image_id),
            facts=tuple(page_text(fact) for fact in _facts(step)),
            region=page_text(step.region) if step.region else None,
            owner=page_text(step.owner) if step.owner else None,
            marks=tuple(_marks(step)),
            origin=_origin(step, golden=depth in verdict.origins),
            seen=_seen(step),
            how=step.how_made if depth < last else None,
            made=step.made_from if depth < last else None,
            end=end,
            ending=f"The record ends here: {end}.{_MORE if step.open else ''}" if end else None,
            open=step.open,
        )


def _origin(step: LineageStep, *, golden: bool) -> str:
    if golden:
        return "golden"
    return "marked" if step.marked else ""


def _seen(step: LineageStep) -> str:
    if step.planned:
        return "planned"
    if step.visible:
        return "visible"
    return "passed" if step.passed_over else "hidden"


def _facts(step: LineageStep) -> Iterator[str]:
    yield step.where
    yield from (words for words in (step.whose, step.unseen) if words)


def _marks(step: LineageStep) -> Iterator[str]:
    """All marks of the image, and those that were first attached to it according to its descendants."""
    for key in step.marked:
        detached = bool(step.visible) and key not in step.watermarks
        yield marked(page_text(key), first=True, detached=detached)
    yield from (marked(page_text(k), first=False) for k in step.watermarks if k not in step.marked)
