"""A family of images on a terminal: a tree, or a table of groups if there are many."""

from collections.abc import Iterator
from datetime import datetime

from assay.model.descent import Descent, Relative
from assay.report.descendants import words
from assay.report.inventory.rows import aligned
from assay.report.safe import safe

_GROUPS = (
    "name",
    "account",
    "Region",
    "images",
    "running",
    "in use by",
    "not only by EC2's record",
)
_MOST = 200
"""The maximum number of groups that are shown; JSON lists all images."""
_ENDINGS = 50


def render(found: Descent) -> str:
    """The whole report."""
    lines = [words.headline(found)]
    seen = f"{len(found.places) - len(found.unseen)} of {len(found.places)} places seen"
    lines += [f"night {found.night}, {seen}"]
    lines += [older] if (older := words.older(found)) else []
    many = len(found.descendants) > words.TOGETHER
    if images := _grouped(found) if many else _tree(found):
        lines += ["", *images]
    endings = [*_hidden(found), *words.endings(found)]
    if endings:
        lines.append("")
        lines += endings[:_ENDINGS]
        if len(endings) > _ENDINGS:
            lines.append(
                f"and {len(endings) - _ENDINGS} more lines: --format json lists all of them"
            )
    return "".join(f"{safe(line)}\n" for line in lines)


def _hidden(found: Descent) -> Iterator[str]:
    for each in found.hidden_addresses:
        yield f"{each.input}: {each.address} ({each.attribute}) leads to one of these: (sensitive)"


def _grouped(found: Descent) -> list[str]:
    rows: list[tuple[str, ...]] = [_GROUPS]
    groups = words.groups(found)
    for (family, account, region), count in groups[:_MOST]:
        uses = [
            f"{each} {count[each]}"
            for each in ("group", "template", "parameter", "plan")
            if count[each]
        ]
        weak = [f"{each} {count[each]}" for each in ("mark", "cloudtrail", "likely") if count[each]]
        numbers = (str(count["images"]), str(count["running"]))
        rows.append((safe(family), account, region, *numbers, ", ".join(uses), ", ".join(weak)))
    lines = aligned(rows).splitlines()
    if len(groups) > _MOST:
        lines.append(f"and {len(groups) - _MOST} more groups: --format json lists all of them")
    return lines


def _tree(found: Descent) -> list[str]:
    below = words.nested(found)
    lines: list[str] = []
    for base in found.bases:
        lines += _image(base, "", "", found.built_before, found.finding)
        waiting = [(each, 1) for each in reversed(below.get((base.region, base.image_id), []))]
        while waiting:
            one, depth = waiting.pop()
            lines += _image(one, "  " * depth, "└ ", found.built_before, found.finding)
            children = below.get((one.region, one.image_id), [])
            waiting += [(each, depth + 1) for each in reversed(children)]
    return lines


def _image(
    one: Relative, indent: str, mark: str, before: datetime | None, finding: str | None
) -> Iterator[str]:
    facts = [words.where(one), *words.called(one), words.how(one)]
    facts.append(words.dates(one, before))
    facts += words.scanned(one, finding)
    told = ", ".join(filter(None, facts))
    tags = "".join(f" [{each}]" for each in words.badges(one))
    yield f"{indent}{mark}{one.image_id}  {told}{tags}"
    under = indent + " " * (len(mark) + 2)
    for each in one.addresses:
        yield f"{under}{each.input}: {each.address} ({each.attribute}, {each.action})"
    for use in words.uses(one.used_by):
        yield f"{under}{use}"
