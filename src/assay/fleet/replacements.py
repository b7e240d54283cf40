"""Golden images that could replace another one, the best first.

A candidate is an image to which a golden watermark was attached, or a direct copy of one (which is
how pipelines bring them to other Regions). An image made from an instance of a golden image is not
a candidate. The policy's engine decides whether a candidate passes; this module says what it is,
and how near it is to the image that it would replace. Facts: EC2 API Reference, Image (`BootMode`:
without one, the instance type decides; `uefi-preferred` boots either way); ImageWatermark
(`SourceImageId`: the image that a watermark was first attached to).
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

import msgspec

from assay.model import Golden, Image, Watermark
from assay.model.inventory import ListedImage, family
from assay.model.suggestion import Candidate, Near
from assay.model.times import day_of
from assay.policy.golden import golden_marks

_EARLIEST = datetime.min.replace(tzinfo=UTC)
_OTHER = "no filter in the policy matches this key"
"""A near miss of `golden_marks` that does not count: the watermark of another account."""
_SAME_MARK, _SAME_NAME, _SAME_ROOT, _NONE = 3, 2, 1, 0


class Seen(msgspec.Struct, frozen=True):
    """An image with its oldest known ancestor, if there is one."""

    listed: ListedImage
    root: str | None = None


class Ranked(msgspec.Struct, frozen=True):
    """A candidate, and how near it is to the image that it would replace."""

    candidate: Candidate
    kinship: int


class Field(msgspec.Struct, frozen=True):
    """The candidates of a place, newest first, and the near misses."""

    ranked: tuple[Ranked, ...]
    near: tuple[Near, ...]


def field(
    images: Iterable[Seen], replaced: Seen | None, golden: Golden, region: str, as_of: datetime
) -> Field:
    """The candidates in a place; `replaced` is None if nothing is known about that image."""
    found: list[Ranked] = []
    near: list[Near] = []
    for each in images:
        image = each.listed.image
        marks = golden_marks(image.watermarks, golden, as_of)
        if replaced is not None and image.id == replaced.listed.image.id:
            continue
        if not marks.golden:
            near += (
                Near(image.id, image.name, why) for why in marks.near_misses if _OTHER not in why
            )
            continue
        why_not = next(_unfit(each.listed, marks.golden[0], region, replaced, as_of), None)
        if why_not is not None:
            near.append(Near(image.id, image.name, why_not))
            continue
        found.append(_ranked(each, marks.golden[0], replaced))
    found.sort(key=_age, reverse=True)
    return Field(tuple(found), tuple(near))


def best(ranked: Iterable[Ranked]) -> tuple[Candidate, ...]:
    """Of candidates that pass, newest first, the nearest: one of each line, and if the kind of
    machine is not known, one of each kind.
    """
    every = list(ranked)
    nearest = max((each.kinship for each in every), default=_NONE)
    found: dict[tuple[str | None, ...], Candidate] = {}
    for each in every:
        if each.kinship == nearest:
            found.setdefault(each.candidate.variety, each.candidate)
    return tuple(found.values())


def line_of(key: str) -> str:
    """What the keys of one line have in common: the account, and the name without numbers."""
    account, _, name = key.partition(":")
    return f"{account}:{re.sub(r'[0-9]+', '*', name)}"


def _age(each: Ranked) -> tuple[datetime, datetime, str]:
    image = each.candidate.listed.image
    return each.candidate.golden_created or _EARLIEST, image.creation_date or _EARLIEST, image.id


def _unfit(
    listed: ListedImage, mark: Watermark, region: str, replaced: Seen | None, as_of: datetime
) -> Iterator[str]:
    image = listed.image
    if not is_golden_itself(image, mark, region):
        yield "it inherited the watermark, but is not a direct copy of the image it was attached to"
    if image.state != "available":
        yield f"its state is {image.state or 'unknown'}"
    if image.deprecation_time is not None and image.deprecation_time <= as_of:
        yield f"it has been deprecated since {day_of(image.deprecation_time)}"
    if replaced is not None:
        yield from _incompatible(listed, replaced.listed)


def is_golden_itself(image: Image, mark: Watermark, region: str) -> bool:
    """Whether a mark was attached to an image of this Region, or to what it directly copies."""
    source = (mark.source_image_id, mark.source_image_region)
    if source == (image.id, region):
        return True
    copied = image.source_instance_id is None and None not in source
    return copied and (image.source_image_id, image.source_image_region) == source


def _incompatible(listed: ListedImage, before: ListedImage) -> Iterator[str]:
    """What differs in the machine; if little is known about an image, only that is compared."""
    for what in ("architecture", "platform", "virtualization"):
        wanted, found = getattr(before, what), getattr(listed, what)
        if wanted is not None and found != wanted:
            yield f"its {what} is {found or 'unknown'}, not {wanted}"
    modes = (before.boot_mode, listed.boot_mode)
    if before.architecture is not None and modes[0] != modes[1] and modes[1] != "uefi-preferred":
        yield f"its boot mode is {modes[1] or 'not set'}, not {modes[0] or 'not set'}"


def _ranked(each: Seen, mark: Watermark, replaced: Seen | None) -> Ranked:
    image, key = each.listed.image, mark.key or ""
    kinship, why = _kinship(each, key, replaced)
    itself = mark.source_image_id == image.id
    reasons = [
        f"{key} was attached to it"
        if itself
        else f"it is a copy of {mark.source_image_id}, to which {key} was attached"
    ]
    reasons += [why] if why else []
    if replaced is not None and replaced.listed.architecture is not None:
        same = (each.listed.architecture, each.listed.platform, each.listed.virtualization)
        reasons.append(f"as before: {', '.join(filter(None, same))}")
    found = Candidate(
        each.listed, key, line_of(key), mark.source_image_creation_time, tuple(reasons)
    )
    return Ranked(found, kinship)


def _kinship(each: Seen, key: str, replaced: Seen | None) -> tuple[int, str | None]:
    if replaced is None:
        return _NONE, None
    before, image = replaced.listed.image, each.listed.image
    lines = {line_of(mark.key) for mark in before.watermarks if mark.key}
    if line_of(key) in lines:
        return _SAME_MARK, f"{before.id} is of the same line: it has a watermark {line_of(key)}"
    if before.name and image.name and family(before.name) == family(image.name):
        return _SAME_NAME, f"{before.id} is of the same family by its name"
    if replaced.root is not None and replaced.root == each.root:
        return _SAME_ROOT, f"{before.id} descends from {each.root}, too"
    return _NONE, None
