"""Which image does a reference mean?

What the plan tells is followed without asking anybody. The rest takes six waves for the whole run,
whatever the number of references: every version of some templates, templates, instances, lookups,
aliases (all of these in lookup/waves.py), images. Where images are not to be seen, one more wave asks why.
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
    """One of the values that a reference can have, and the image that it means."""

    value: Value
    resolution: Resolution
    place: Place | None = None
    """Where the reference is after all, whose place the plan leaves open; an account that is not
    told is None."""


class Resolutions(msgspec.Struct, frozen=True, gc=False):
    """Which image each value means, and what was asked on the way."""

    of: Mapping[PlacedValue, tuple["Way", ...]]
    """Never empty: one way by far most often, several where nobody can tell yet which is taken."""
    images: Mapping[ImageKey, Answer[Image]]
    settings: Mapping[Place, Answer[AllowedImages]]
    """Of Allowed AMIs, where something is not to be seen."""


def resolve(
    questions: Iterable[PlacedValue], catalog: ImageCatalog, also: Collection[ImageKey] = ()
) -> Resolutions:
    """The image each value means at this moment in its place, or why none can be named.

    `also` are images that somebody wants to have looked up in the same wave.
    """
    # Keys are numbers: what a value holds would be hashed anew each time that it is a key.
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
    """The pending reference of a value that is the id of an image in a place that is told, as nearly all are."""
    if len(meant) == 1 and isinstance(place, Place):
        match start(meant[0], place):
            case [Pending(value=AmiId(), unplaced=None) as pending]:
                return pending
    return None


def _is_there(pending: Pending | Unresolved) -> bool:
    """Whether nothing is left to be asked before the image itself."""
    return isinstance(pending, Unresolved) or isinstance(pending.value, AmiId)


def _parts(progress: "Progress", found: "Collection[Key]") -> "Mapping[Key, list[Key]]":
    """The keys of the pending references that parted on the way, by the key that they started with."""
    parts: defaultdict[Key, list[Key]] = defaultdict(list)
    for key in found:
        if key not in progress:
            assert isinstance(key, tuple)
            parts[key[0]].append(key)
    return parts


def _ends(
    key: "Key", found: "Mapping[Key, Resolution]", parts: "Mapping[Key, list[Key]]"
) -> list[Resolution]:
    """Where one pending reference ended, or those into which it parted."""
    return [found[each] for each in ((key,) if key in found else parts[key])]


def _ways(
    asked: range,
    starts: Sequence[tuple[PlacedValue, object]],
    settled: Sequence[tuple[list[Resolution], Place | None]],
) -> tuple[Way, ...]:
    """All ways of one question; those that lead to the same image in the same way are one."""
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
    """Whether the first question about a name had the answer that there is none, or was not asked."""
    return isinstance(found, Unresolved) and (
        not found.evidence or (found.cause is Cause.NOT_VISIBLE and len(found.evidence) == 1)
    )


def _difference(found: Resolution) -> object:
    """What makes a difference to whoever judges."""
    match found:
        case Resolved(image, place, _, moving, _, derivations):
            made = tuple((step.how, step.place) for step in derivations)
            return image.id, place, bool(moving), made
        case Unresolved(cause, reason, image_id):
            return cause, reason, image_id


def _as_one_of(way: Way, told: str) -> Way:
    """A way that may or may not be taken says so where it is shown."""
    match way.resolution:
        case Resolved(via=via) as found:
            return replace(way, resolution=replace(found, via=(told, *via)))
    return way


def fall_back(found: Resolution, by: ServiceImage) -> Resolution:
    """What a service makes of a launch template: its own choice, where the template leaves it one."""
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
    """Why some images are not to be seen, and the settings that were read for that."""
    if not absent:
        return {}, {}
    from assay.lookup.absence import explain

    places = {pending.place for pending in progress.values() if isinstance(pending, Pending)}
    found = explain(absent, places, catalog)
    return found.clues, found.settings


def _is_alone(key: "Key", starts: "Progress") -> bool:
    """Whether there is only one place to look: what is in one of several is missing in the others."""
    while key not in starts and isinstance(key, tuple):
        key = key[0]
    return not isinstance(key, tuple) or (key[0], 1) not in starts


def _conclude(pending: Pending, answer: Answer[Image], clues: tuple[Clue, ...]) -> Resolution:
    assert isinstance(pending.value, AmiId)
    id = pending.value.id
    asked = Evidence("ec2:DescribeImages", id, pending.place)
    match answer:
        case Image():  # nearly always, and to learn what something is not takes ten times as long
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
