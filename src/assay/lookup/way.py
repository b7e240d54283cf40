"""The way from a reference to an image, as far as the plan itself tells it."""

import msgspec
from msgspec.structs import replace

from assay.lookup.meaning import after_plan
from assay.model import (
    Alias,
    Already,
    AmiId,
    Cause,
    Changeable,
    Changes,
    Derivation,
    EveryVersion,
    Evidence,
    Imageless,
    ImageSearch,
    Incomplete,
    InstanceRef,
    Made,
    Place,
    Planned,
    Registered,
    ServiceImage,
    TemplateRef,
    Unknown,
    Unplaced,
    Unresolved,
    Unusable,
    Value,
    is_already,
)

_LONGEST = 200
"""More steps than any plan takes on purpose: parameters and templates that lead in a circle."""
_CIRCLE = Unusable(
    "comes from names that refer to one another in a circle", "set one of them to an AMI id"
)


class Pending(msgspec.Struct, frozen=True, gc=False):
    """A reference on its way to an image: where it stands now, and how it came there."""

    place: Place
    value: AmiId | Alias | TemplateRef | EveryVersion | InstanceRef | ImageSearch
    via: tuple[str, ...] = ()
    moving: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    derivations: tuple[Derivation, ...] = ()
    changes: tuple[Changes, ...] = ()
    """What the plan makes of names that may be met on the way."""
    sensitive: bool = False
    unplaced: Unplaced | None = None
    """Why `place` is only one where it can be."""

    def lost(self, cause: Cause, reason: str, asked: Evidence) -> Unresolved:
        """The end of a pending reference that leads to no image, and what was asked last."""
        image_id = self.value.id if isinstance(self.value, AmiId) else None
        evidence = (*self.evidence, asked)
        derivations, sensitive = self.derivations, self.sensitive
        return Unresolved(cause, reason, image_id, evidence, derivations, sensitive=sensitive)


def start(value: Value, place: Place | Unplaced) -> list[Pending | Unresolved]:
    """Walk through what the plan itself tells, down to something that can be asked.

    More than one pending reference where the place is not told: an id is looked up wherever it can be.
    """
    if isinstance(value, AmiId) and isinstance(place, Place):
        return [Pending(place, value)]  # as nearly all are
    return _walk(value, place, None)


def onward(pending: Pending, value: Value) -> Pending | Unresolved:
    """Walk on from what stands at the end of a pending reference, or from what the plan puts there."""
    first, *others = _walk(value, pending.place, pending)
    if others:
        reason = (
            "the plan makes it from something in an account or Region that the plan does not show"
        )
        return Unresolved(Cause.UNRESOLVED, reason, None, pending.evidence, pending.derivations)
    return first


def candidates(value: Value, place: Unplaced) -> tuple[Place, ...]:
    """Where a value is looked up, though its place is not told: an id wherever it can be."""
    match value:
        case AmiId() | InstanceRef() | TemplateRef(id=str()) | EveryVersion(id=str()):
            return place.candidates
        case Alias(parameter) if parameter.startswith("arn:"):
            region = parameter.split(":")[3]  # EC2 takes parameters of its own Region only
            return tuple(each for each in place.candidates if each.region == region)
    return (place.said,) if place.said else ()


def _walk(value: Value, place: Place | Unplaced, at: Pending | None) -> list[Pending | Unresolved]:
    via = list(at.via) if at else []
    moving = list(at.moving) if at else []
    made = list(at.derivations) if at else []
    evidence = at.evidence if at else ()
    changes = at.changes if at else ()
    sensitive = at is not None and at.sensitive
    unplaced = at.unplaced if at else None
    asked = value
    for _ in range(_LONGEST):
        match value:
            case Planned(step, inner, moves, hidden):
                via.append(step)
                moving += [step] if moves else []
                value, sensitive = inner, sensitive or hidden
            case Made(by, how, source, where, hidden):
                sensitive = sensitive or hidden
                made.append(Derivation(by, how, place))
                value, place = source, where
            case Already(inner):
                via.append("what already exists under this name")
                value = inner
            case Changeable(inner, more):
                changes = (*changes, *more)
                value = inner
            case Alias() if changes and (left := after_plan(value, place, changes, unplaced)):
                value = left
            case AmiId() | Alias() | TemplateRef() | EveryVersion() | InstanceRef() | ImageSearch():
                break
            case _:
                return [_no_image(value, tuple(made), evidence)]
    else:
        return [_no_image(_CIRCLE, tuple(made), evidence)]
    if isinstance(place, Place):
        places: tuple[Place, ...] = (place,)
    else:
        unplaced = place
        places = place.candidates if is_already(asked) else candidates(value, place)
        if not places:
            lost = Unresolved(Cause.UNRESOLVED, place.reason, None, evidence, tuple(made))
            return [replace(lost, cure=place.cure)]
    steps = tuple(via), tuple(moving), evidence, tuple(made)
    return [
        Pending(each, value, *steps, changes, sensitive=sensitive, unplaced=unplaced)
        for each in places
    ]


def _no_image(
    value: Value, made: tuple[Derivation, ...], evidence: tuple[Evidence, ...]
) -> Unresolved:
    """Why the plan leads to no image at all."""
    cause = Cause.UNRESOLVED
    cure: str | None = None
    match value:
        case Unknown(references, when):
            reason = _unknown(references, when)
        case Unusable(what, cure):
            reason = f"the value {what}"
        case Imageless():
            reason = "the launch template that is made here contains no image"
        case ServiceImage():
            return Unresolved(Cause.SERVICE_IMAGE, chosen(value), None, evidence, made)
        case Registered(by):
            cause = Cause.NO_PROVENANCE
            reason = f"{by} registers it from snapshots, which records no source image"
        case Incomplete(what):
            cause, reason = Cause.INCOMPLETE_PLAN, what
        case _:
            reason = "the value has a form that assay does not read"
    if made:
        reason = f"{reason}; derived from it by {', then '.join(step.by for step in made)}"
    imageless = isinstance(value, Imageless) and not made
    return Unresolved(cause, reason, None, evidence, made, imageless=imageless, cure=cure)


def chosen(by: ServiceImage) -> str:
    """Who chooses, by what, and why it cannot be golden."""
    told = f" ({'; '.join(by.told)})" if by.told else ""
    return f"{by.service} chooses the image{told}: {by.whose} and cannot have a golden watermark"


def _unknown(references: tuple[str, ...], when: str) -> str:
    if not references:
        return f"known only {when}"
    return f"known only {when}; it comes from {references[0]}"
