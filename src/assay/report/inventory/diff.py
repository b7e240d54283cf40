"""Two nights side by side, as text, JSON or Markdown."""

from datetime import datetime
from typing import Any

import msgspec

from assay.model.inventory import Comparison
from assay.report.fleet_document import SCHEMA_VERSION
from assay.report.inert import cell, code, prose
from assay.report.inventory.rows import aligned
from assay.report.safe import safe

_COLUMNS = ("what", "image", "account", "Region", "detail")


def render(found: Comparison, form: str, generated_at: datetime) -> str:
    """The whole report; `form` is text, json or markdown."""
    match form:
        case "json":
            return _json(found, generated_at)
        case "markdown":
            return _markdown(found)
    return _text(found)


def _rows(found: Comparison) -> list[tuple[str, ...]]:
    return [
        (each.event.value, each.image_id, each.account, each.region, each.detail)
        for each in found.differences
    ]


def _text(found: Comparison) -> str:
    rows = [tuple(map(safe, row)) for row in _rows(found)]
    text = aligned([_COLUMNS, *rows]) if rows else ""
    for each in found.unseen:
        reason = f": {safe(each.reason)}" if each.reason else ""
        text += f"not seen on {each.night}: {each.account}/{each.region}: {each.state}{reason}\n"
    return f"{text}{_summary(found)}\n"


def _summary(found: Comparison) -> str:
    number = len(found.differences)
    what = f"{number} difference{'' if number == 1 else 's'}" if number else "no difference"
    places = _places(found)
    unseen = "1 place was" if len(places) == 1 else f"{len(places)} places were"
    missing = f"; {unseen} not seen in both nights" if places else ""
    return f"{found.before} to {found.after}: {what}{missing}"


def _places(found: Comparison) -> set[tuple[str, str]]:
    """The places that were not seen; one that neither night saw is one place."""
    return {(each.account, each.region) for each in found.unseen}


def _markdown(found: Comparison) -> str:
    lines = [f"### {_summary(found)}", ""]
    if found.differences:
        lines += [f"| {' | '.join(_COLUMNS)} |", "|---|---|---|---|---|"]
        for what, image, account, region, detail in _rows(found):
            told = (what, code(image), code(account), code(region), prose(detail))
            lines.append(f"| {' | '.join(map(cell, told))} |")
        lines.append("")
    for each in found.unseen:
        reason = f": {prose(each.reason)}" if each.reason else ""
        lines.append(
            f"- not seen on {each.night}: {code(f'{each.account}/{each.region}')}, {each.state}{reason}"
        )
    return "\n".join(lines).rstrip() + "\n"


def _json(found: Comparison, generated_at: datetime) -> str:
    document: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "kind": "diff",
        "as_of": found.after,
        "generated_at": generated_at,
        "before": found.before,
        "after": found.after,
        "places": found.unseen,
        "summary": {"differences": len(found.differences), "not_seen_places": len(_places(found))},
        "differences": found.differences,
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=1).decode() + "\n"
