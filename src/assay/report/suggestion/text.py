"""Suggestions on a terminal."""

from collections.abc import Iterator

from assay.model.suggestion import Candidate, Suggestion, Suggestions
from assay.model.times import readable
from assay.report.safe import safe
from assay.report.unseen import unseen

MOST_NEAR = 10
"""The maximum number of unsuitable images that are named; JSON has all of them."""


def render(found: Suggestions) -> str:
    """The whole report."""
    lines = [line for each in found.answers for line in (*_answer(each), "")]
    if found.gaps:
        lines += [f"not seen: {gap}" for gap in found.gaps]
        lines += [f"  {unseen(each)}" for each in found.places if each.state != "seen"]
        lines.append("")
    lines += [f"no suggestion for {line}" for line in found.unasked]
    if not found.answers and not found.gaps and not found.unasked:
        lines.append("everything passes, so there is nothing to replace")
    lines.append(f"candidates: {found.source}; as of {readable(found.as_of)}")
    return "".join(f"{safe(line)}\n" if "\n" not in line else _block(line) for line in lines)


def _block(text: str) -> str:
    return "".join(f"{safe(line)}\n" for line in text.split("\n"))


def _answer(found: Suggestion) -> Iterator[str]:
    asked = found.asked
    image = f" ({asked.image_id})" if asked.image_id and asked.image_id != asked.target else ""
    yield f"{asked.target}{image} in {asked.account}/{asked.region}:"
    match found.candidates:
        case ():
            yield "  no golden image there could replace it and pass"
        case (only,):
            yield from _candidate(only)
            for way in found.ways:
                yield f"  {way.kind}: {way.where}"
                yield "\n".join(f"      {line}" for line in way.text.split("\n"))
                if way.remark:
                    yield f"      ({way.remark})"
        case several:
            yield f"  {len(several)} golden images pass, of several lines or machines, so the choice is yours:"
            for each in several:
                yield from _candidate(each)
    if not found.candidates:
        for near in found.near[:MOST_NEAR]:
            yield f"  not {near.image_id} ({near.name or 'without a name'}): {near.why}"
        if found.near[MOST_NEAR:]:
            yield f"  and {len(found.near) - MOST_NEAR} others: --format json lists all of them"
    for gap in found.gaps:
        yield f"  not seen: {gap}"


def _candidate(found: Candidate) -> Iterator[str]:
    image = found.listed.image
    created = f", created {readable(image.creation_date)}" if image.creation_date else ""
    yield f"  {image.id} ({image.name or 'without a name'}, owner {image.owner_id or 'unknown'}{created})"
    machine = (found.listed.architecture, found.listed.platform, found.listed.virtualization)
    yield f"    - for {', '.join(filter(None, machine)) or 'an unknown machine'}"
    for reason in found.reasons:
        yield f"    - {reason}"
