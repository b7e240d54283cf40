"""A remediation on a terminal."""

from collections.abc import Iterator

from assay.model.remediation import Remediation, Remedy, Standing
from assay.report.remediation.stages import (
    MOST,
    Stage,
    details,
    heading,
    notes,
    stages,
    summary,
    title,
    to_do,
)
from assay.report.safe import safe


def render(found: Remediation) -> str:
    """The whole plan."""
    lines = [title(found), ""]
    for number, stage in enumerate(stages(found), 1):
        lines += [f"{number}. {stage.what}", ""]
        for remedy in stage.remedies[:MOST]:
            lines += _lines(remedy)
        if len(stage.remedies) > MOST:
            lines.append(f"   and {len(stage.remedies) - MOST} more: --format json lists all")
        lines += ["", *_to_do(stage)]
    lines += [*notes(found), summary(found)]
    return "".join(f"{safe(line)}\n" for line in lines)


def _lines(remedy: Remedy) -> Iterator[str]:
    yield f"   {heading(remedy)}"
    for what, told in details(remedy):
        yield f"     {what}: {told}"


def _to_do(stage: Stage) -> Iterator[str]:
    steps = to_do(stage)
    if not steps:
        return
    yield "   in this order:" if stage.standing is Standing.SAFE else "   what to do:"
    for number, step in enumerate(steps, 1):
        mark = f"{number})" if stage.standing is Standing.SAFE else "-"
        yield f"     {mark} {step.name}: {step.detail}"
        for command in step.commands:
            yield f"          {command}"
    yield ""
