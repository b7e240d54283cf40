"""A remediation on a terminal."""

from collections.abc import Iterator

from assay.model.remediation import Remediation, Remedy
from assay.report.remediation.stages import (
    MOST,
    details,
    heading,
    notes,
    stages,
    summary,
    title,
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
            lines.append(f"   and {len(stage.remedies) - MOST} more: --format json tells all")
        lines.append("")
    lines += [*notes(found), summary(found)]
    return "".join(f"{safe(line)}\n" for line in lines)


def _lines(remedy: Remedy) -> Iterator[str]:
    yield f"   {heading(remedy)}"
    for what, told in details(remedy):
        yield f"     {what}: {told}"
    for number, step in enumerate(remedy.steps, 1):
        yield f"     {number}) {step.name}: {step.detail}"
        for command in step.commands:
            yield f"          {command}"
