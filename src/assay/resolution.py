"""Which image does a reference mean?

Three waves for the whole run, whatever the number of references: templates, aliases, images.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from assay.catalog.interface import (
    Absent,
    Answer,
    ImageCatalog,
    ImageKey,
    ParameterKey,
    TemplateKey,
    Unavailable,
)
from assay.model import (
    Alias,
    AmiId,
    AmiReference,
    Cause,
    Evidence,
    Image,
    Place,
    Resolution,
    Resolved,
    TemplateRef,
    TemplateVersion,
    Unknown,
    Unplaced,
    Unresolved,
    Unusable,
    Value,
    parse_image,
)


@dataclass(frozen=True, slots=True)
class _Trail:
    """A reference on its way to an image: where it stands now, and how it came there."""

    place: Place
    value: Value
    via: tuple[str, ...] = ()
    moving: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()


def resolve(
    references: Iterable[AmiReference], catalog: ImageCatalog
) -> dict[AmiReference, Resolution]:
    """The image each reference means at this moment, or why none can be named."""
    trails: dict[AmiReference, _Trail | Unresolved] = {
        reference: _start(reference) for reference in references
    }
    trails = _follow_templates(trails, catalog)
    trails = _follow_aliases(trails, catalog)
    return _look_up(trails, catalog)


def _start(reference: AmiReference) -> _Trail | Unresolved:
    match reference.value:
        case Unknown(references):
            return Unresolved(Cause.UNRESOLVED, _unknown(references))
        case Unusable(reason):
            return Unresolved(Cause.UNRESOLVED, f"the planned value {reason}")
    match reference.place:
        case Unplaced(reason):
            return Unresolved(Cause.UNRESOLVED, reason)
        case place:
            return _Trail(place, reference.value)


def _unknown(references: tuple[str, ...]) -> str:
    if not references:
        return "known only after apply"
    return f"known only after apply; it comes from {references[0]}"


def _follow_templates(
    trails: dict[AmiReference, _Trail | Unresolved], catalog: ImageCatalog
) -> dict[AmiReference, _Trail | Unresolved]:
    keys: dict[AmiReference, TemplateKey] = {
        reference: (trail.place, trail.value)
        for reference, trail in trails.items()
        if isinstance(trail, _Trail) and isinstance(trail.value, TemplateRef)
    }
    answers = catalog.templates(list(dict.fromkeys(keys.values()))) if keys else {}
    return {
        reference: _through_template(trail, answers[keys[reference]])
        if reference in keys and isinstance(trail, _Trail)
        else trail
        for reference, trail in trails.items()
    }


def _through_template(trail: _Trail, answer: Answer[TemplateVersion]) -> _Trail | Unresolved:
    ref = trail.value
    assert isinstance(ref, TemplateRef)
    asked = Evidence("ec2:DescribeLaunchTemplateVersions", str(ref), trail.place)
    match answer:
        case Absent():
            return Unresolved(
                Cause.NOT_VISIBLE,
                f"launch template {ref} does not exist, as seen from {trail.place}",
                evidence=(asked,),
            )
        case Unavailable(reason):
            return Unresolved(Cause.LOOKUP_FAILED, reason, evidence=(asked,))
    step = f"launch template {answer.name} ({answer.template_id}) version {answer.number}"
    if not ref.pinned:
        step = f"{step}, now its {ref.version}"
    image = parse_image(answer.image)
    if not isinstance(image, AmiId | Alias):
        what = "names no image" if image is None else "holds an image value EC2 does not take"
        return Unresolved(Cause.UNRESOLVED, f"{step} {what}", evidence=(asked,))
    return replace(
        trail,
        value=image,
        via=(*trail.via, step),
        moving=trail.moving if ref.pinned else (*trail.moving, f"launch template {ref}"),
        evidence=(*trail.evidence, asked),
    )


def _follow_aliases(
    trails: dict[AmiReference, _Trail | Unresolved], catalog: ImageCatalog
) -> dict[AmiReference, _Trail | Unresolved]:
    keys: dict[AmiReference, ParameterKey] = {
        reference: (trail.place, trail.value.query)
        for reference, trail in trails.items()
        if isinstance(trail, _Trail) and isinstance(trail.value, Alias)
    }
    answers = catalog.parameters(list(dict.fromkeys(keys.values()))) if keys else {}
    return {
        reference: _through_alias(trail, answers[keys[reference]])
        if reference in keys and isinstance(trail, _Trail)
        else trail
        for reference, trail in trails.items()
    }


def _through_alias(trail: _Trail, answer: Answer[str]) -> _Trail | Unresolved:
    alias = trail.value
    assert isinstance(alias, Alias)
    asked = Evidence("ssm:GetParameters", alias.query, trail.place)
    match answer:
        case Absent():
            return Unresolved(
                Cause.NOT_VISIBLE,
                f"parameter {alias.query} does not exist, as seen from {trail.place}",
                evidence=(*trail.evidence, asked),
            )
        case Unavailable(reason):
            return Unresolved(Cause.LOOKUP_FAILED, reason, evidence=(*trail.evidence, asked))
    image = parse_image(answer)
    if not isinstance(image, AmiId):
        return Unresolved(
            Cause.UNRESOLVED,
            f"parameter {alias.query} does not hold an AMI id",
            evidence=(*trail.evidence, asked),
        )
    return replace(
        trail,
        value=image,
        via=(*trail.via, f"parameter {alias.query}"),
        moving=trail.moving if alias.pinned else (*trail.moving, str(alias)),
        evidence=(*trail.evidence, asked),
    )


def _look_up(
    trails: Mapping[AmiReference, _Trail | Unresolved], catalog: ImageCatalog
) -> dict[AmiReference, Resolution]:
    keys: dict[AmiReference, ImageKey] = {
        reference: (trail.place, trail.value.id)
        for reference, trail in trails.items()
        if isinstance(trail, _Trail) and isinstance(trail.value, AmiId)
    }
    answers = catalog.images(list(dict.fromkeys(keys.values()))) if keys else {}
    resolutions: dict[AmiReference, Resolution] = {}
    for reference, trail in trails.items():
        match trail:
            case Unresolved():
                resolutions[reference] = trail
            case _Trail():
                resolutions[reference] = _conclude(trail, answers[keys[reference]])
    return resolutions


def _conclude(trail: _Trail, answer: Answer[Image]) -> Resolution:
    assert isinstance(trail.value, AmiId)
    id = trail.value.id
    evidence = (*trail.evidence, Evidence("ec2:DescribeImages", id, trail.place))
    match answer:
        case Absent():
            return Unresolved(
                Cause.NOT_VISIBLE,
                f"EC2 shows no {id} to {trail.place}",
                image_id=id,
                evidence=evidence,
            )
        case Unavailable(reason):
            return Unresolved(Cause.LOOKUP_FAILED, reason, image_id=id, evidence=evidence)
        case image:
            return Resolved(image, trail.place, trail.via, trail.moving, evidence)
