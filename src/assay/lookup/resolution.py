"""Finds the image that each reference means.

Steps that the plan itself shows need no calls. The rest takes six kinds of waves for the whole run,
however many references there are: all versions of some templates, templates, instances, lookups,
aliases (these five in lookup/waves.py), and images. Only the waves about templates may repeat, if one
template gets its image from another. If some images are not visible, one more wave asks why.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from assay.catalog.interface import Absent, Answer, ImageCatalog, Unavailable
from assay.catalog.questions import IMAGES, ImageKey
from assay.lookup.settling import settle
from assay.lookup.way import Pending, chosen, start
from assay.model import (
    AllowedImages,
    AmiId,
    Cause,
    Clue,
    Evidence,
    Image,
    Place,
    PlacedValue,
    Resolution,
    Resolved,
    ServiceImage,
    Unplaced,
    Unresolved,
    Value,
    alternatives,
    is_already,
)

if TYPE_CHECKING:
    from assay.lookup.waves import Key, Progress


class Way(msgspec.Struct, frozen=True, gc=False):
    """One of the possible values of a reference, and the image that this value means."""

    value: Value
    resolution: Resolution
    place: Place | None = None
    """The place of a reference whose place the plan leaves open, if it was found out after all; its
    account is None if that is still not known."""


class Resolutions(msgspec.Struct, frozen=True, gc=False):
    """The image that each value means, and the answers that were needed to find it."""

    of: Mapping[PlacedValue, tuple["Way", ...]]
    """Never empty: mostly one way, or several if it is not known yet which one will be taken."""
    images: Mapping[ImageKey, Answer[Image]]
    settings: Mapping[Place, Answer[AllowedImages]]
    """The Allowed AMIs settings of places in which an image is not visible."""


def resolve(
    questions: Iterable[PlacedValue], catalog: ImageCatalog, also: Collection[ImageKey] = ()
) -> Resolutions:
    """Return the image that each value now means in its place, or why it leads to none.

    `also` are further images to look up in the same wave.
    """
    # The keys are numbers, because using a value as a key would hash its contents each time.
    straight: dict[PlacedValue, tuple[Value, Pending]] = {}
    asked: dict[PlacedValue, range] = {}
    starts: list[tuple[PlacedValue, list[Pending | Unresolved]]] = []
    progress: Progress = {}
    for question in questions:
        value, place = question
        meant = alternatives(value)
        there = _straight(meant, place)
        if there is not None:
            straight[question] = meant[0], there
            continue
        first = len(starts)
        for each in meant:
            started = start(each, place)
            for n, pending in enumerate(started):
                progress[len(starts), n] = pending
            starts.append(((each, place), started))
        asked[question] = range(first, len(starts))
    on_the_way = {key: pending for key, pending in progress.items() if not _is_there(pending)}
    came = _ask_the_way(on_the_way, catalog)
    found: Progress = {n: pending for n, (_, pending) in enumerate(straight.values())}
    found.update((k, pending) for k, pending in progress.items() if k not in on_the_way)
    found.update(came)
    parts = _parts(progress, came)
    ends, answers, settings = _look_up(found, catalog, also, progress)
    settled = [
        settle(each[1], started, [_ends((k, n), ends, parts) for n in range(len(started))])
        for k, (each, started) in enumerate(starts)
    ]
    of: dict[PlacedValue, tuple[Way, ...]] = {
        question: (Way(value, ends[n]),)
        for n, (question, (value, _)) in enumerate(straight.items())
    }
    of.update((question, _ways(ways, starts, settled)) for question, ways in asked.items())
    return Resolutions(of, answers, settings)


def _ask_the_way(on_the_way: "Progress", catalog: ImageCatalog) -> "Progress":
    if not on_the_way:
        return {}
    from assay.lookup.waves import ask_the_way

    return ask_the_way(on_the_way, catalog)


def _straight(meant: Sequence[Value], place: Place | Unplaced) -> Pending | None:
    """The pending reference, if the value is an AMI id in a known place, as nearly all are."""
    if len(meant) == 1 and isinstance(place, Place):
        match start(meant[0], place):
            case [Pending(value=AmiId(), unplaced=None) as pending]:
                return pending
    return None


def _is_there(pending: Pending | Unresolved) -> bool:
    """Whether only the image itself is left to ask about."""
    return isinstance(pending, Unresolved) or isinstance(pending.value, AmiId)


def _parts(progress: "Progress", found: "Collection[Key]") -> "Mapping[Key, list[Key]]":
    """By the original key, the keys of pending references that split up on the way."""
    parts: defaultdict[Key, list[Key]] = defaultdict(list)
    for key in found:
        if key not in progress:
            assert isinstance(key, tuple)
            parts[key[0]].append(key)
    return parts


def _ends(
    key: "Key", found: "Mapping[Key, Resolution]", parts: "Mapping[Key, list[Key]]"
) -> list[Resolution]:
    """The ends of one pending reference: one, or several if it split up on the way."""
    return [found[each] for each in ((key,) if key in found else parts[key])]


def _ways(
    asked: range,
    starts: Sequence[tuple[PlacedValue, object]],
    settled: Sequence[tuple[list[Resolution], Place | None]],
) -> tuple[Way, ...]:
    """All ways of one question. Ways that lead to the same image in the same way are merged."""
    ends, place = settled[asked[0]]
    if len(asked) == len(ends) == 1:
        return (Way(starts[asked[0]][0][0], ends[0], place),)
    distinct: dict[object, Way] = {}
    for number in asked:
        ends, place = settled[number]
        if is_already(starts[number][0][0]) and all(map(_is_nothing, ends)):
            continue
        for end in ends:
            distinct.setdefault(_difference(end), Way(starts[number][0][0], end, place))
    if len(distinct) == 1:
        return tuple(distinct.values())
    told = f"one of {len(distinct)} possible images"
    return tuple(_as_one_of(way, told) for way in distinct.values())


def _is_nothing(found: Resolution) -> bool:
    """Whether there is nothing of this name: the first answer said so, or nothing was asked."""
    return isinstance(found, Unresolved) and (
        not found.evidence or (found.cause is Cause.NOT_VISIBLE and len(found.evidence) == 1)
    )


def _difference(found: Resolution) -> object:
    """A key made of everything that can change a verdict."""
    match found:
        case Resolved(image, place, _, moving, _, derivations):
            made = tuple((step.how, step.place) for step in derivations)
            return image.id, place, bool(moving), made
        case Unresolved(cause, reason, image_id):
            return cause, reason, image_id


def _as_one_of(way: Way, told: str) -> Way:
    """Note in `via` that this way is only one of several."""
    match way.resolution:
        case Resolved(via=via) as found:
            return replace(way, resolution=replace(found, via=(told, *via)))
    return way


def fall_back(found: Resolution, by: ServiceImage) -> Resolution:
    """If the launch template contains no image, resolve to the service's own choice instead."""
    if isinstance(found, Unresolved) and found.imageless:
        reason = f"{found.reason}, so {chosen(by)}"
        return Unresolved(Cause.SERVICE_IMAGE, reason, evidence=found.evidence)
    return found


def _look_up(
    progress: "Progress",
    catalog: ImageCatalog,
    also: Collection[ImageKey],
    starts: "Progress",
) -> tuple[
    "dict[Key, Resolution]", Mapping[ImageKey, Answer[Image]], Mapping[Place, Answer[AllowedImages]]
]:
    keys: dict[Key, ImageKey] = {
        question: (pending.place, pending.value.id)
        for question, pending in progress.items()
        if isinstance(pending, Pending) and isinstance(pending.value, AmiId)
    }
    asked = dict.fromkeys((*keys.values(), *also))
    answers = catalog.ask(IMAGES, asked)
    absent = dict.fromkeys(
        image
        for key, image in keys.items()
        if isinstance(answers[image], Absent) and _is_alone(key, starts)
    )
    clues, settings = _explained(absent, progress, catalog)
    resolutions: dict[Key, Resolution] = {}
    for question, pending in progress.items():
        match pending:
            case Pending():
                key = keys[question]
                resolutions[question] = _conclude(pending, answers[key], clues.get(key, ()))
            case Unresolved():
                resolutions[question] = pending
    return resolutions, answers, settings


def _explained(
    absent: Collection[ImageKey], progress: "Progress", catalog: ImageCatalog
) -> tuple[Mapping[ImageKey, tuple[Clue, ...]], Mapping[Place, Answer[AllowedImages]]]:
    """Clues to why some images are not visible, and the settings that were read for them."""
    if not absent:
        return {}, {}
    from assay.lookup.absence import explain

    places = {pending.place for pending in progress.values() if isinstance(pending, Pending)}
    found = explain(absent, places, catalog)
    return found.clues, found.settings


def _is_alone(key: "Key", starts: "Progress") -> bool:
    """Whether the image has only one place to look in. With several, absence in one is expected."""
    while key not in starts and isinstance(key, tuple):
        key = key[0]
    return not isinstance(key, tuple) or (key[0], 1) not in starts


def _conclude(pending: Pending, answer: Answer[Image], clues: tuple[Clue, ...]) -> Resolution:
    assert isinstance(pending.value, AmiId)
    id = pending.value.id
    asked = Evidence("ec2:DescribeImages", id, pending.place)
    match answer:
        case Image():  # first, because it is by far the most common and failed matches are slow
            return Resolved(
                answer,
                pending.place,
                pending.via,
                pending.moving,
                (*pending.evidence, asked),
                pending.derivations,
                sensitive=pending.sensitive,
            )
        case Absent():
            lost = pending.lost(Cause.NOT_VISIBLE, f"EC2 shows no {id} to {pending.place}", asked)
            return replace(lost, clues=clues)
        case Unavailable(reason):
            return pending.lost(Cause.LOOKUP_FAILED, reason, asked)
