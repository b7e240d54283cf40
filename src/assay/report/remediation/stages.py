"""The stages of a remediation, and what every format for people says about them."""

from collections.abc import Iterator, Sequence

import msgspec

from assay.model.remediation import UNREAD, Referrer, Remediation, Remedy, Standing, Step, Unlisted
from assay.model.times import readable

MOST = 50
"""The maximum number of images per stage, and of gaps, shown to people; JSON has all of them."""
_MOST_USES = 8
_MOST_UNLISTED, _MOST_USES_UNLISTED = 20, 3
_WHAT = {
    Standing.REPLACE_FIRST: "replace first: something would launch these again",
    Standing.IN_USE: "replace running instances: these have instances, but nothing known would launch them again",
    Standing.CANNOT_SAY: "cannot say: nothing is known to use these, but that is not enough to call them safe",
    Standing.SAFE: "safe to deregister: everything that could use these was read, and nothing does",
}


class Stage(msgspec.Struct, frozen=True):
    """Images that need the same action."""

    standing: Standing
    what: str
    remedies: tuple[Remedy, ...]


def stages(found: Remediation) -> Iterator[Stage]:
    """The stages in working order, each with the most used images first."""
    for standing in Standing:
        some = [each for each in found.remedies if each.standing is standing]
        some.sort(key=lambda each: (-len(each.used_by), each.node))
        if some:
            yield Stage(standing, _WHAT[standing], tuple(some))


def title(found: Remediation) -> str:
    """What the plan is about."""
    asked = "and AWS was asked now" if found.live else "AWS was not asked"
    return f"images of unknown origin: night {found.night}, {asked}, as of {readable(found.as_of)}"


def heading(remedy: Remedy) -> str:
    """One image in one line."""
    image = remedy.listed.image
    words = [image.id, remedy.region, f"owner {image.owner_id or 'unknown'}"]
    words += [image.name] if image.name else []
    return "  ".join(words)


def details(remedy: Remedy) -> Iterator[tuple[str, str]]:
    """Facts about an image, as pairs of a label and a text."""
    for each in remedy.used_by[:_MOST_USES]:
        yield "used by", referrer(each)
    if len(remedy.used_by) > _MOST_USES:
        yield "used by", f"and {len(remedy.used_by) - _MOST_USES} more: --format json lists all"
    if remedy.shared_with:
        yield "shared with", ", ".join(remedy.shared_with)
    for found in remedy.replacements:
        name = f" ({found.name})" if found.name else ""
        why = "; ".join(found.reasons)
        yield "replacement", f"{found.image_id}{name} in {found.account}: {why}"
    counted = all(each.type == "usage-report" for each in remedy.used_by)
    if not counted and not remedy.replacements:
        yield "replacement", "no golden image in this night can replace it; assay suggest says why"
    if remedy.standing is Standing.SAFE and remedy.listed.snapshots:
        yield "snapshots", ", ".join(remedy.listed.snapshots)
    for reason in remedy.reasons:
        yield "because" if remedy.standing is Standing.CANNOT_SAY else "besides", reason


def referrer(found: Referrer) -> str:
    """One resource that uses an image; a name replaces an ARN, which says no more."""
    named = (found.id, found.name) if not found.id.startswith("arn:") else (found.name or found.id,)
    what = " ".join(dict.fromkeys(each for each in named if each and each != found.account))
    rest = ", ".join(filter(None, (found.via, found.state)))
    return f"{found.type} {what} in {found.account}{f' ({rest})' if rest else ''}"


def to_do(stage: Stage) -> tuple[Step, ...]:
    """The steps for the images of a stage, listed once with IMAGE as a placeholder; JSON repeats them."""
    told: dict[str, tuple[int, Step]] = {}
    for remedy in stage.remedies:
        for number, step in enumerate(remedy.steps):
            told.setdefault(step.name, (number, _of_any(remedy, step)))
    return tuple(step for _, step in sorted(told.values(), key=lambda each: each[0]))


def _of_any(remedy: Remedy, step: Step) -> Step:
    names = {remedy.listed.image.id: "IMAGE", remedy.region: "REGION"}
    names |= dict.fromkeys(remedy.listed.snapshots, "SNAPSHOT")
    commands: dict[str, None] = {}
    for command in step.commands:
        commands[" ".join(names.get(word, word) for word in command.split(" "))] = None
    return Step(step.name, step.detail, tuple(commands))


def notes(found: Remediation) -> Iterator[str]:
    """What else readers should know."""
    yield f"not covered, because no list shows them: {UNREAD}"
    if not found.live:
        yield "a night does not contain later changes, or uses that only EC2 itself finds (DescribeImageReferences); use --live to ask AWS"
    yield from (f"not known: {each}" for each in found.unknown)
    if found.before is None:
        yield "there is no earlier night to compare the numbers of uses with"
    yield from _unlisted(found.unlisted)
    for gap in found.gaps[:MOST]:
        yield f"not seen: {gap.account}/{gap.region}: {gap.what}"
    if len(found.gaps) > MOST:
        yield f"and {len(found.gaps) - MOST} other gaps: --format json lists all of them"


def _unlisted(found: Sequence[Unlisted]) -> Iterator[str]:
    if not found:
        return
    what, them = ("image is", "it") if len(found) == 1 else ("images are", "them")
    yield (
        f"{len(found)} {what} in use but in no listing (Amazon's public images, images that are gone, and those of others that Allowed AMIs hides): "
        f"assay audit judges {them}"
    )
    for each in found[:_MOST_UNLISTED]:
        owner = each.owner_alias or each.owner
        whose = f"owner {owner}" if owner else "owner not told"
        name = f", {each.name}" if each.name else ""
        uses = "; ".join(map(referrer, each.used_by[:_MOST_USES_UNLISTED]))
        rest = len(each.used_by) - _MOST_USES_UNLISTED
        more = f"; and {rest} more" if rest > 0 else ""
        yield f"in no listing: {each.image_id} in {each.region} ({whose}{name}), used by {uses}{more}"
    if len(found) > _MOST_UNLISTED:
        rest = len(found) - _MOST_UNLISTED
        yield f"in no listing: {rest} more; --format json lists all of them with all that uses them"


def summary(found: Remediation) -> str:
    """The last line."""
    counts = found.counts()
    images = ", ".join(f"{counts[each]} {each}" for each in Standing)
    seen = len(found.places) - len(found.not_seen)
    return f"{images}; {seen} of {len(found.places)} places seen; nothing was changed"
