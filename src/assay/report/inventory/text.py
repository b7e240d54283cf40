"""An inventory on a terminal: each account's images by class, worst first, and what was not seen."""

from collections import Counter

from assay.model.inventory import ImageClass, Inventory
from assay.model.times import readable
from assay.report.safe import safe
from assay.report.unseen import unseen

_COLUMNS = ("account", *(each.value for each in ImageClass), "not seen")
MOST_PLACES = 50
"""The maximum number of places not seen that are named; JSON and the store have all of them."""


def render(found: Inventory) -> str:
    """The whole report."""
    lines = [*_table(found), "", *_not_seen(found), _summary(found)]
    lines.append(f"  as of {readable(found.as_of)}")
    if found.endpoint:
        lines.append(
            f"  the answers came from {safe(found.endpoint)}, which is not AWS's own endpoint"
        )
    return "\n".join(lines) + "\n"


def ordered(found: Inventory) -> list[tuple[str, Counter[ImageClass], int]]:
    """Each account, its images by class, and the number of its places that were not seen; worst first."""
    missing = Counter(each.account for each in found.not_seen)
    accounts = dict.fromkeys(each.account for each in found.places)
    rows = [(each, Counter(found.classes.get(each, {})), missing[each]) for each in accounts]
    return sorted(rows, key=lambda row: (-row[1][ImageClass.UNKNOWN], -row[2], row[0]))


def _table(found: Inventory) -> list[str]:
    rows = [_COLUMNS]
    for account, counts, missing in ordered(found):
        rows.append((account, *(f"{counts[kind]:,}" for kind in ImageClass), _places(missing)))
    widths = [max(len(row[at]) for row in rows) for at in range(len(_COLUMNS))]
    return [
        "  ".join(
            cell.ljust(width) if at == 0 else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _not_seen(found: Inventory) -> list[str]:
    lines = [f"not seen: {safe(unseen(each))}" for each in found.not_seen[:MOST_PLACES]]
    rest = len(found.not_seen) - MOST_PLACES
    if rest > 0:
        lines.append(f"and {rest:,} other places: --format json lists all of them")
    lines += [f"not seen: {safe(each)}" for each in found.gaps]
    return [*lines, ""] if lines else []


def _summary(found: Inventory) -> str:
    counts = found.counts()
    images = ", ".join(f"{counts[kind]:,} {kind}" for kind in ImageClass)
    seen = len(found.places) - len(found.not_seen)
    return f"{images}; {seen:,} of {_places(len(found.places)) or '0 places'} seen"


def _places(number: int) -> str:
    return f"{number:,} place{'' if number == 1 else 's'}" if number else ""
