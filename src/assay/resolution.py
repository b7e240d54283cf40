"""Which image does a reference mean?

What the plan tells is followed without asking anybody. The rest takes four waves for the whole run,
whatever the number of references: templates, instances, aliases, images. Where images are not to be
seen, one more wave asks why.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from assay.absence import explain
from assay.catalog.interface import Absent, Answer, ImageCatalog, ImageKey, Unavailable
from assay.model import (
    Alias,
    AllowedImages,
    AmiId,
    Cause,
    Clue,
    Derivation,
    Evidence,
    Image,
    Incomplete,
    InstanceRef,
    Made,
    Place,
    Planned,
    Question,
    Registered,
    Resolution,
    Resolved,
    Stray,
    TemplateRef,
    TemplateVersion,
    Unknown,
    Unplaced,
    Unresolved,
    Unusable,
    Value,
    parse_image,
)

K = TypeVar("K")
T = TypeVar("T")
V = TypeVar("V")


class _Trail(msgspec.Struct, frozen=True, gc=False):
    """A reference on its way to an image: where it stands now, and how it came there."""

    place: Place
    value: AmiId | Alias | TemplateRef | InstanceRef
    via: tuple[str, ...] = ()
    moving: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    derivations: tuple[Derivation, ...] = ()

    def lost(self, cause: Cause, reason: str, asked: Evidence) -> Unresolved:
        """The end of a trail that leads to no image, and what was asked last."""
        image_id = self.value.id if isinstance(self.value, AmiId) else None
        return Unresolved(cause, reason, image_id, (*self.evidence, asked), self.derivations)


_Trails = dict[Question, _Trail | Unresolved]


class Resolutions(msgspec.Struct, frozen=True, gc=False):
    """Which image each value means, and what was asked on the way."""

    of: Mapping[Question, Resolution]
    images: Mapping[ImageKey, Answer[Image]]
    settings: Mapping[Place, Answer[AllowedImages]]
    """Of Allowed AMIs, where something is not to be seen."""


def resolve(
    questions: Iterable[Question], catalog: ImageCatalog, besides: Collection[ImageKey] = ()
) -> Resolutions:
    """The image each value means at this moment in its place, or why none can be named.

    `besides` are images that somebody wants to have looked up in the same wave.
    """
    trails: _Trails = {question: _start(*question) for question in questions}
    trails = _follow(trails, TemplateRef, catalog.templates, _key, _through_template)
    trails = _follow(trails, InstanceRef, catalog.instances, _key_text, _through_instance)
    trails = _follow(trails, Alias, catalog.parameters, _key_query, _through_alias)
    return _look_up(trails, catalog, besides)


def _start(value: Value, place: Place | Unplaced) -> _Trail | Unresolved:
    """Walk through what the plan itself tells, down to something that can be asked."""
    via: list[str] = []
    moving: list[str] = []
    made: list[Derivation] = []
    while True:
        match value:
            case Planned(step, inner, moves, _):
                via.append(step)
                if moves:
                    moving.append(step)
                value = inner
            case Made(by, how, source, at, _):
                made.append(Derivation(by, how, place))
                value, place = source, at
            case AmiId() | Alias() | TemplateRef() | InstanceRef():
                break
            case _:
                return _no_image(value, tuple(made))
    if isinstance(place, Unplaced):
        return Unresolved(Cause.UNRESOLVED, place.reason, derivations=tuple(made))
    return _Trail(place, value, tuple(via), tuple(moving), derivations=tuple(made))


def _no_image(value: Value, made: tuple[Derivation, ...]) -> Unresolved:
    """Why the plan leads to no image at all."""
    cause = Cause.UNRESOLVED
    match value:
        case Unknown(references):
            reason = _unknown(references)
        case Unusable(what):
            reason = f"the planned value {what}"
        case Stray(path=path):
            reason = f"an AMI id at {path}, a path that assay does not know"
        case Registered(by):
            cause = Cause.NO_PROVENANCE
            reason = f"{by} registers it from snapshots, which records no source image"
        case Incomplete(what):
            cause, reason = Cause.INCOMPLETE_PLAN, what
        case _:
            reason = "the value has a form that is not read"
    if made:
        reason = f"{reason}; derived from it by {', then '.join(step.by for step in made)}"
    return Unresolved(cause, reason, derivations=made)


def _unknown(references: tuple[str, ...]) -> str:
    if not references:
        return "known only after apply"
    return f"known only after apply; it comes from {references[0]}"


def _follow(
    trails: _Trails,
    kind: type[V],
    ask: Callable[[list[tuple[Place, K]]], Mapping[tuple[Place, K], Answer[T]]],
    key: Callable[[V], K],
    through: Callable[[_Trail, V, Answer[T]], _Trail | Unresolved],
) -> _Trails:
    """One wave: ask about every trail that stands at a value of one kind, once for each key."""
    standing: dict[Question, tuple[_Trail, V]] = {
        question: (trail, trail.value)
        for question, trail in trails.items()
        if isinstance(trail, _Trail) and isinstance(trail.value, kind)
    }
    if not standing:
        return trails
    keys = {name: (trail.place, key(value)) for name, (trail, value) in standing.items()}
    answers = ask(list(dict.fromkeys(keys.values())))
    moved = {
        question: through(trail, value, answers[keys[question]])
        for question, (trail, value) in standing.items()
    }
    return {**trails, **moved}


def _key(ref: TemplateRef) -> TemplateRef:
    return ref


def _key_text(ref: InstanceRef) -> str:
    return ref.id


def _key_query(alias: Alias) -> str:
    return alias.query


def _through_template(
    trail: _Trail, ref: TemplateRef, answer: Answer[TemplateVersion]
) -> _Trail | Unresolved:
    asked = Evidence("ec2:DescribeLaunchTemplateVersions", str(ref), trail.place)
    match answer:
        case Absent():
            return trail.lost(
                Cause.NOT_VISIBLE,
                f"launch template {ref} does not exist, as seen from {trail.place}",
                asked,
            )
        case Unavailable(reason):
            return trail.lost(Cause.LOOKUP_FAILED, reason, asked)
    step = f"launch template {answer.name} ({answer.template_id}) version {answer.number}"
    if not ref.pinned:
        step = f"{step}, now its {ref.version}"
    image = parse_image(answer.image)
    if not isinstance(image, AmiId | Alias):
        what = "names no image" if image is None else "holds an image value EC2 does not take"
        return trail.lost(Cause.UNRESOLVED, f"{step} {what}", asked)
    return replace(
        trail,
        value=image,
        via=(*trail.via, step),
        moving=trail.moving if ref.pinned else (*trail.moving, f"launch template {ref}"),
        evidence=(*trail.evidence, asked),
    )


def _through_instance(trail: _Trail, ref: InstanceRef, answer: Answer[str]) -> _Trail | Unresolved:
    asked = Evidence("ec2:DescribeInstances", ref.id, trail.place)
    evidence = (*trail.evidence, asked)
    match answer:
        case Absent():
            reason = f"EC2 shows no instance {ref.id} to {trail.place}"
            return trail.lost(Cause.NOT_VISIBLE, reason, asked)
        case Unavailable(reason):
            return trail.lost(Cause.LOOKUP_FAILED, reason, asked)
    image = parse_image(answer)
    if not isinstance(image, AmiId):
        reason = f"instance {ref.id} names no image"
        return trail.lost(Cause.UNRESOLVED, reason, asked)
    return replace(trail, value=image, via=(*trail.via, f"instance {ref.id}"), evidence=evidence)


def _through_alias(trail: _Trail, alias: Alias, answer: Answer[str]) -> _Trail | Unresolved:
    asked = Evidence("ssm:GetParameters", alias.query, trail.place)
    match answer:
        case Absent():
            return trail.lost(
                Cause.NOT_VISIBLE,
                f"parameter {alias.query} does not exist, as seen from {trail.place}",
                asked,
            )
        case Unavailable(reason):
            return trail.lost(Cause.LOOKUP_FAILED, reason, asked)
    image = parse_image(answer)
    if not isinstance(image, AmiId):
        return trail.lost(
            Cause.UNRESOLVED, f"parameter {alias.query} does not hold an AMI id", asked
        )
    return replace(
        trail,
        value=image,
        via=(*trail.via, f"parameter {alias.query}"),
        moving=trail.moving if alias.pinned else (*trail.moving, str(alias)),
        evidence=(*trail.evidence, asked),
    )


def _look_up(
    trails: Mapping[Question, _Trail | Unresolved],
    catalog: ImageCatalog,
    besides: Collection[ImageKey],
) -> Resolutions:
    keys: dict[Question, ImageKey] = {
        question: (trail.place, trail.value.id)
        for question, trail in trails.items()
        if isinstance(trail, _Trail) and isinstance(trail.value, AmiId)
    }
    asked = dict.fromkeys((*keys.values(), *besides))
    answers = catalog.images(list(asked)) if asked else {}
    absent = [key for key in dict.fromkeys(keys.values()) if isinstance(answers[key], Absent)]
    places = {trail.place for trail in trails.values() if isinstance(trail, _Trail)}
    explained = explain(absent, places, catalog)
    resolutions: dict[Question, Resolution] = {}
    for question, trail in trails.items():
        match trail:
            case Unresolved():
                resolutions[question] = trail
            case _Trail():
                key = keys[question]
                resolutions[question] = _conclude(trail, answers[key], explained.clues.get(key, ()))
    return Resolutions(resolutions, answers, explained.settings)


def _conclude(trail: _Trail, answer: Answer[Image], clues: tuple[Clue, ...]) -> Resolution:
    assert isinstance(trail.value, AmiId)
    id = trail.value.id
    asked = Evidence("ec2:DescribeImages", id, trail.place)
    match answer:
        case Absent():
            lost = trail.lost(Cause.NOT_VISIBLE, f"EC2 shows no {id} to {trail.place}", asked)
            return replace(lost, clues=clues)
        case Unavailable(reason):
            return trail.lost(Cause.LOOKUP_FAILED, reason, asked)
        case image:
            return Resolved(
                image,
                trail.place,
                trail.via,
                trail.moving,
                (*trail.evidence, asked),
                trail.derivations,
            )
