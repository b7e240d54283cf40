"""A remediation as GitHub-flavoured Markdown, for an issue."""

from collections.abc import Iterator

from assay.model.remediation import Remediation, Remedy, Standing
from assay.report.inert import code, prose
from assay.report.remediation.stages import (
    MOST,
    Stage,
    details,
    notes,
    stages,
    summary,
    title,
    to_do,
)


def render(found: Remediation) -> str:
    """The whole plan, with a box to tick for each image."""
    lines = [f"### {prose(title(found))}", "", prose(summary(found)), ""]
    for number, stage in enumerate(stages(found), 1):
        lines += [f"#### {number}. {prose(stage.what)}", ""]
        for remedy in stage.remedies[:MOST]:
            lines += _lines(remedy)
        if len(stage.remedies) > MOST:
            lines.append(f"- and {len(stage.remedies) - MOST} more: `--format json` lists all")
        lines += ["", *_to_do(stage)]
    lines += [f"- {prose(each, 1_000)}" for each in notes(found)]
    return "\n".join(lines).rstrip() + "\n"


def _lines(remedy: Remedy) -> Iterator[str]:
    image = remedy.listed.image
    name = f" {code(image.name)}" if image.name else ""
    owner = code(image.owner_id or "not told")
    yield f"- [ ] {code(image.id)} in {code(remedy.region)}, owner {owner}{name}"
    for what, told in details(remedy):
        yield f"  - {what}: {prose(told)}"


def _to_do(stage: Stage) -> Iterator[str]:
    steps = to_do(stage)
    if not steps:
        return
    yield "In this order:" if stage.standing is Standing.SAFE else "What to do:"
    yield ""
    for number, step in enumerate(steps, 1):
        yield f"{number}. {step.name}: {prose(step.detail)}"
        for command in step.commands:
            yield f"   - {code(command)}"
    yield ""
