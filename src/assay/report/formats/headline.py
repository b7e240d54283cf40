"""The line that people look for and programs grep: one reference, its outcome and its position."""

from collections.abc import Iterator

from assay.model import Standing
from assay.report.labels import label, note
from assay.report.paint import COLOUR, Paint
from assay.report.safe import safe
from assay.report.view import ResultView, VerdictView
from assay.report.wrap import joined

_NO_NEWS, _WARNED = (Standing.PASS, Standing.EXCEPTED), Standing.WARNED
"""The standings that a headline leaves out, and the one that it calls a warning."""


def headline(verdict: VerdictView, paint: Paint, width: int | None) -> Iterator[str]:
    """Outcome, address, rules, attribute and image; file and line last. No counts, no times."""
    parts = [named(verdict, verdict.label, paint)]
    if rules := [_rule(each, paint) for each in verdict.results if _tells(each)]:
        parts.append((", ".join(rule for rule, _ in rules), ", ".join(shown for _, shown in rules)))
    parts += [(text, text) for text in (safe(use(verdict)), place(verdict)) if text]
    yield from joined(parts, width)


def _tells(result: ResultView) -> bool:
    return result.standing not in _NO_NEWS


def _rule(result: ResultView, paint: Paint) -> tuple[str, str]:
    warned = result.standing is _WARNED
    behind = f" ({result.standing})" if warned else note(result.standing)
    return f"{result.rule}{behind}", f"{paint(result.rule, COLOUR[result.standing])}{behind}"


def result_line(
    verdict: VerdictView, result: ResultView, paint: Paint, width: int | None
) -> Iterator[str]:
    """One result of one reference on a separate line."""
    said = f"{note(result.standing)}: {safe(result.message)}"
    rule = paint(result.rule, COLOUR[result.standing])
    parts = [
        named(verdict, label(result.standing), paint),
        (f"{result.rule}{said}", f"{rule}{said}"),
        *((text, text) for text in (place(verdict),) if text),
    ]
    yield from joined(parts, width)


def named(verdict: VerdictView, word: str, paint: Paint) -> tuple[str, str]:
    """Outcome and address, without and with colours; for a broken file, the position of the error."""
    of_file = _is_file(verdict)
    address = safe(f"{verdict.file}:{verdict.line}" if of_file else verdict.address)
    return f"{word.upper()} {address}", f"{paint.outcome(word)} {paint(address, bold=True)}"


def use(verdict: VerdictView) -> str:
    """`ami = ami-0… in 111122223333/us-east-1`, with the image that a template or alias leads to."""
    text = value(verdict)
    if verdict.region:
        return f"{text} in {verdict.account or 'unknown account'}/{verdict.region}"
    return text


def value(verdict: VerdictView) -> str:
    """The same without account and Region."""
    # `ami = ami-0a`, `image_id = resolve:ssm:/golden, now ami-0a`, `ami = (not known yet), made from
    # ami-0a`; only the attribute if the code names no value or nothing there could have one.
    nowhere = verdict.action == "declared" and verdict.region is None
    if verdict.address == f"({verdict.account}/{verdict.region})":
        return verdict.attribute  # a place that was not seen
    if verdict.value is None and (nowhere or _is_left_out(verdict)):
        return verdict.attribute
    text = f"{verdict.attribute} = {verdict.value or '(not known yet)'}"
    if verdict.image_id and verdict.image_id != verdict.value:
        return f"{text}, {'made from' if verdict.derived else 'now'} {verdict.image_id}"
    return text


def _is_left_out(verdict: VerdictView) -> bool:
    """Whether a template or a module is missing, rather than a value that will be known later."""
    return any(
        each.rule == "incomplete-plan" and each.outcome != "pass" for each in verdict.results
    )


def place(verdict: VerdictView) -> str:
    """`(root envs/dev)  envs/dev/main.tf:12` or `(plan dev.json)`, as far as known."""
    parts = [f"(root {verdict.root})"] if verdict.root else []
    parts += [f"({verdict.input_kind} {verdict.plan})"] if verdict.plan else []
    if verdict.file and not _is_file(verdict):
        parts.append(f"{verdict.file}:{verdict.line}")
    return safe("  ".join(parts))


def _is_file(verdict: VerdictView) -> bool:
    """Whether the address is the name of a file, whose content is not known."""
    return verdict.file is not None and verdict.address == f"({verdict.file})"
