"""The words that all formats share to describe a family of images."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from assay.model.descent import Descent, Edge, GoldenSource, Relative, UsedBy
from assay.model.times import iso, readable
from assay.report.unseen import unseen

TOGETHER = 40
"""If there are more descendants than this, they are grouped by name, account and Region."""
_MOST = 3
"""The maximum number of golden sources of an image that are named to people."""
_LAUNCHED = ("running", "pending")


def badges(one: Relative) -> list[str]:
    """The most important facts about an image, as labels."""
    words: list[str] = []
    if one.used_by:
        types = {each.type for each in one.used_by}
        words += ["running"] if any(map(_runs, one.used_by)) else []
        words += [each for each in ("group", "template", "parameter") if each in types]
        words += ["launch-configuration"] if "launch-configuration" in types else []
    if one.addresses:
        words += ["plan"] if any(each.kind != "state" for each in one.addresses) else []
        words += ["state"] if any(each.kind == "state" for each in one.addresses) else []
    words += ["marked"] if one.marks else []
    if one.deregistered:
        words.append("deregistered")
    elif not one.listed:
        words.append("not visible")
    return words


def _runs(use: UsedBy) -> bool:
    return use.type == "instance" and (use.state or "") in _LAUNCHED


def summary(found: Descent) -> dict[str, Any]:
    """The counts of the answer."""
    everything = (*found.bases, *found.descendants)
    return {
        "bases": len(found.bases),
        "descendants": len(found.descendants),
        **found.counts(),
        "in_use": sum(bool(each.used_by) for each in found.descendants),
        "running": sum(any(map(_runs, each.used_by)) for each in found.descendants),
        "not_scanned": sum(each.scan == "not scanned" for each in everything),
        "addresses": sum(len(each.addresses) for each in everything) + len(found.hidden_addresses),
        "later_left_out": found.left_out,
        "not_seen_places": len(found.unseen),
        "gaps": len(found.gaps),
        "contradictions": len(found.contradictions),
    }


def headline(found: Descent) -> str:
    """The answer in one line."""
    number = len(found.descendants)
    accounts = {each.account or each.owner for each in found.descendants} - {None}
    regions = {each.region for each in found.descendants}
    what = f"{counted(number, 'image descends', 'images descend')} from {found.asked}"
    told = [counted(len(accounts), "account")] if accounts else []
    where = f", in {' and '.join([*told, counted(len(regions), 'Region')])}"
    grades = [f"{n} {grade}" for grade, n in found.counts().items() if n]
    evidence = f" ({', '.join(grades)})" if grades else ""
    return f"{what}{where}{evidence}" if number else what


def older(found: Descent) -> str | None:
    """What `--built-before` left out, in one line; None without that option."""
    if found.built_before is None:
        return None
    unknown = sum(not each.golden_sources for each in found.descendants)
    than = f"any golden source older than {readable(found.built_before)} or of unknown date, or none known ({unknown})"
    return f"listed: {than}; {counted(found.left_out, 'descendant')} from newer sources left out"


def endings(found: Descent) -> Iterator[str]:
    """Contradictions, notes, gaps and places that were not seen, one per line."""
    yield from (f"contradiction: {each}" for each in found.contradictions)
    yield from (f"note: {each}" for each in found.notes)
    yield from (f"gap: {each}" for each in found.gaps)
    yield from (f"not seen: {unseen(each)}" for each in found.unseen)


def where(one: Relative) -> str:
    """The account and the Region of an image."""
    if one.account:
        return f"{one.account}/{one.region}"
    return "in no listing" if one.region == "?" else f"{one.region}, in no listing"


def how(one: Relative) -> str:
    """The evidence for an image's descent."""
    if one.edge is None:
        return "asked for"
    weaker = one.weakest if one.weakest and one.weakest != one.edge else None
    return f"{one.edge}, {weaker} on the way" if weaker else str(one.edge)


def called(one: Relative) -> Iterator[str]:
    """An image's name and class, each labelled, because anybody may call an image `golden`."""
    if one.name:
        yield f'name "{one.name}"'
    if one.kind:
        yield f"class {one.kind}"


def dates(one: Relative, before: datetime | None = None) -> str:
    """When its golden sources and the image were made; with `before`, which sources are older than that."""
    told = [_source(each, before) for each in one.golden_sources[:_MOST]]
    rest = len(one.golden_sources) - len(told)
    told += [f"and {rest} later"] if rest else []
    what = "golden source" if len(one.golden_sources) == 1 else "golden sources"
    return f"{what} {', '.join(told)}; {_made(one)}" if told else oldest(one)


def oldest(one: Relative) -> str:
    """The same with only the oldest golden source, for where there is little room."""
    source = one.golden_source_created
    first = f"golden source {iso(source)[:10]}" if source else "golden source unknown"
    return f"{first}, {_made(one)}"


def _made(one: Relative) -> str:
    return f"made {iso(one.created)[:10]}" if one.created else "made at an unknown time"


def _source(found: GoldenSource, before: datetime | None) -> str:
    made = found.created
    is_older = before is not None and (made is None or made < before)
    when = iso(made)[:10] if made else "unknown date"
    return f"{found.image_id} of {when}{' (older)' if is_older and made else ''}"


def scanned(one: Relative, finding: str | None) -> list[str]:
    """What the last scan found at worst, and whether that is the finding in question."""
    if finding is None:
        return [one.scan] if one.scan_date else []
    if one.finding is None:
        unscanned = one.scan == "not scanned"
        return [one.scan] if unscanned else [one.scan, "not known whether it has the finding"]
    return [one.scan, "has the finding" if one.finding else "does not have the finding"]


def uses(used: Sequence[UsedBy], most: int = 5) -> list[str]:
    """What uses the image; if there are more than `most`, the others are only counted."""
    told = [
        f"{each.type} {each.name or each.id} in {each.account}/{each.region}"
        + (f", {each.state}" if each.state else "")
        + (f" ({each.via})" if each.via else "")
        for each in used[:most]
    ]
    return [*told, f"and {len(used) - most} more"] if len(used) > most else told


def group_of(one: Relative) -> tuple[str, str, str]:
    """The group an image belongs to: its family, account and Region."""
    return one.family or one.name or "(no name)", one.account or "in no listing", one.region


def groups(found: Descent) -> list[tuple[tuple[str, str, str], Counter[str]]]:
    """Descendants by family, account and Region, with the number that have each badge or weak evidence."""
    alike = Counter(
        (group_of(each), tuple(badges(each)), each.edge and each.weakest)
        for each in found.descendants
    )
    counts: defaultdict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
    for (group, tags, weakest), number in alike.items():
        weak = [str(weakest)] if weakest and weakest is not Edge.RECORDED else []
        for each in ("images", *tags, *weak):
            counts[group][each] += number
    return sorted(counts.items(), key=lambda row: (-row[1]["running"], -row[1]["images"], row[0]))


def nested(found: Descent) -> Mapping[tuple[str, str] | None, list[Relative]]:
    """Descendants by the image above them: the parent or, if a filter left it out, the base."""
    shown = {(each.region, each.image_id) for each in (*found.bases, *found.descendants)}
    bases = {each.image_id: (each.region, each.image_id) for each in found.bases}
    below: dict[tuple[str, str] | None, list[Relative]] = {}
    for each in found.descendants:
        above = (each.parent_region or "", each.parent or "")
        below.setdefault(above if above in shown else bases.get(each.root or ""), []).append(each)
    return below


def counted(number: int, one: str, many: str | None = None) -> str:
    """`1 image`, `2 images`."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"
