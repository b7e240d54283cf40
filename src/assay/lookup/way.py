"""Follows a reference towards its image, as far as the plan itself shows the way."""

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
"""No sensible plan needs this many steps: more mean that parameters or templates form a circle."""
_CIRCLE = Unusable(
    "comes from names that refer to one another in a circle", "set one of them to an AMI id"
)


class Pending(msgspec.Struct, frozen=True, gc=False):
    """A reference on its way to an image: its current value and place, and the steps so far."""

    place: Place
    value: AmiId | Alias | TemplateRef | EveryVersion | InstanceRef | ImageSearch
    via: tuple[str, ...] = ()
    moving: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    derivations: tuple[Derivation, ...] = ()
    changes: tuple[Changes, ...] = ()
    """The plan's changes to names that may occur on the way."""
    sensitive: bool = False
    unplaced: Unplaced | None = None
    """If set, `place` is only a candidate, and this says why."""

    def lost(self, cause: Cause, reason: str, asked: Evidence) -> Unresolved:
        """End a pending reference that leads to no image; `asked` is the last question."""
        image_id = self.value.id if isinstance(self.value, AmiId) else None
        evidence = (*self.evidence, asked)
        derivations, sensitive = self.derivations, self.sensitive
        return Unresolved(cause, reason, image_id, evidence, derivations, sensitive=sensitive)


def start(value: Value, place: Place | Unplaced) -> list[Pending | Unresolved]:
    """Follow the steps that the plan itself shows, up to a value that AWS can be asked about.

    Return several pending references if the place is not known: an id is looked up in each candidate.
    """
    if isinstance(value, AmiId) and isinstance(place, Place):
        return [Pending(place, value)]  # the usual case
    return _walk(value, place, None)


def onward(pending: Pending, value: Value) -> Pending | Unresolved:
    """Continue a pending reference with `value`, which AWS returned or the plan puts there."""
    first, *others = _walk(value, pending.place, pending)
    if others:
        reason = (
            "the plan makes it from something in an account or Region that the plan does not show"
        )
        return Unresolved(Cause.UNRESOLVED, reason, None, pending.evidence, pending.derivations)
    return first


def candidates(value: Value, place: Unplaced) -> tuple[Place, ...]:
    """The places in which to look up a value whose place is not known.

    An id is looked up in every candidate, an ARN in those of its Region, and a name only in the
    Region that the user gave (`said`).
    """
    match value:
        case AmiId() | InstanceRef() | TemplateRef(id=str()) | EveryVersion(id=str()):
            return place.candidates
        case Alias(parameter) if parameter.startswith("arn:"):
            region = parameter.split(":")[3]  # EC2 accepts only parameters of its own Region
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
    """Say why the plan leads to no image."""
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
    """Say which service chooses the image, by which settings, and why it cannot be golden."""
    told = f" ({'; '.join(by.told)})" if by.told else ""
    return f"{by.service} chooses the image{told}: {by.whose} and cannot have a golden watermark"


def _unknown(references: tuple[str, ...], when: str) -> str:
    if not references:
        return f"known only {when}"
    return f"known only {when}; it comes from {references[0]}"
