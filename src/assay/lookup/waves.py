"""What AWS is asked on the way from a reference to an image: one wave for each kind of value.

A wave asks once for all references that stand at a value of its kind, whatever their number.
"""

from collections.abc import Callable, Collection, Hashable
from typing import TypeAlias, TypeVar

from msgspec.structs import replace

from assay.catalog.interface import Absent, Answer, ImageCatalog, Question, Unavailable
from assay.catalog.questions import EVERY_VERSION, INSTANCES, PARAMETERS, SEARCHES, TEMPLATES
from assay.lookup.meaning import template_after_plan
from assay.lookup.way import Trail, onward
from assay.model import (
    Alias,
    AmiId,
    Cause,
    EveryVersion,
    Evidence,
    ImageSearch,
    InstanceRef,
    Place,
    Searched,
    TemplateRef,
    TemplateVersion,
    Unresolved,
    Unusable,
    Value,
    parse_image,
)

K = TypeVar("K")
T = TypeVar("T")
V = TypeVar("V")

LOOKUP = "an image lookup"
_TEMPLATES = 3
"""How many launch templates can stand behind one another: what the plan puts into one can come from
another one."""


Key: TypeAlias = Hashable
"""A question and which of its places it is, or that and the version of a launch template."""
Trails = dict[Key, Trail | Unresolved]


def ask_the_way(trails: Trails, catalog: ImageCatalog) -> Trails:
    """Every trail at the id of an image, or lost. An alias can stand in a launch template.

    A trail at every version of a launch template parts there: its key then stands for none, and a
    pair of key and version for each.
    """
    for _ in range(_TEMPLATES):
        trails = _part(trails, catalog)
        trails = _follow(trails, catalog, TEMPLATES, TemplateRef, _as_it_is, _through_template)
    trails = {key: _no_further(trail) for key, trail in trails.items()}
    trails = _follow(trails, catalog, INSTANCES, InstanceRef, _id, _through_instance)
    trails = _follow(trails, catalog, SEARCHES, ImageSearch, _as_it_is, _through_search)
    return _follow(trails, catalog, PARAMETERS, Alias, _query, _through_alias)


def _part(trails: Trails, catalog: ImageCatalog) -> Trails:
    """One wave: each version of the templates of which any may be meant."""
    standing = {
        key: (trail, trail.value)
        for key, trail in trails.items()
        if isinstance(trail, Trail) and isinstance(trail.value, EveryVersion)
    }
    if not standing:
        return trails
    asked = dict.fromkeys((trail.place, template) for trail, template in standing.values())
    answers = catalog.ask(EVERY_VERSION, asked)
    parted: Trails = {key: trail for key, trail in trails.items() if key not in standing}
    for key, (trail, template) in standing.items():
        answer = answers[trail.place, template]
        if isinstance(answer, Absent | Unavailable):
            any_version = TemplateRef(template.id, template.name)
            parted[key] = _through_template(trail, any_version, answer)
            continue
        for version in answer:
            number = str(version.number)
            ref = TemplateRef(template.id, template.name, number)
            parted[key, number] = _through_template(trail, ref, version)
        built = _built(trail, template, answer)
        if built is not None:
            parted[key, "$Latest"] = built
    return parted


def _built(
    trail: Trail, template: EveryVersion, versions: Collection[TemplateVersion]
) -> Trail | Unresolved | None:
    """One version more of a template, where something in the plan adds it."""
    newest = next(iter(versions), None)
    latest = TemplateRef(template.id, template.name, "$Latest")
    left = _left_by_the_plan(trail, latest, newest) if newest else None
    return None if left is None else onward(trail, left)


def _follow(
    trails: Trails,
    catalog: ImageCatalog,
    question: Question[tuple[Place, K], T],
    kind: type[V],
    key: Callable[[V], K],
    through: Callable[[Trail, V, Answer[T]], Trail | Unresolved],
) -> Trails:
    """One wave: ask about every trail that stands at a value of one kind, once for each key."""
    standing: dict[Key, tuple[Trail, V]] = {
        name: (trail, trail.value)
        for name, trail in trails.items()
        if isinstance(trail, Trail) and isinstance(trail.value, kind)
    }
    if not standing:
        return trails
    keys = {name: (trail.place, key(value)) for name, (trail, value) in standing.items()}
    answers = catalog.ask(question, dict.fromkeys(keys.values()))
    moved = {
        name: through(trail, value, answers[keys[name]])
        for name, (trail, value) in standing.items()
    }
    return {**trails, **moved}


def _as_it_is(value: V) -> V:
    return value


def _id(ref: InstanceRef) -> str:
    return ref.id


def _query(alias: Alias) -> str:
    return alias.query


def _no_further(trail: Trail | Unresolved) -> Trail | Unresolved:
    """The end of a trail that goes from template to template."""
    if isinstance(trail, Trail) and isinstance(trail.value, TemplateRef | EveryVersion):
        return onward(
            trail,
            Unusable(
                "comes from launch templates that lead to one another", "give one of them an AMI id"
            ),
        )
    return trail


def _through_template(
    trail: Trail, ref: TemplateRef, answer: Answer[TemplateVersion]
) -> Trail | Unresolved:
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
    left = _left_by_the_plan(trail, ref, answer)
    if left is not None:
        return onward(replace(trail, evidence=(*trail.evidence, asked)), left)
    step = f"launch template {answer.name} ({answer.template_id}) version {answer.number}"
    if not ref.pinned:
        step = f"{step}, now its {ref.version}"
    image = parse_image(answer.image)
    if image is None:
        lost = trail.lost(Cause.UNRESOLVED, f"{step} names no image", asked)
        return replace(lost, imageless=not trail.derivations)
    if not isinstance(image, AmiId | Alias):
        reason = f"{step} holds an image value EC2 does not take"
        return trail.lost(Cause.UNRESOLVED, reason, asked)
    there = replace(
        trail,
        via=(*trail.via, step),
        moving=trail.moving if ref.pinned else (*trail.moving, f"launch template {ref}"),
        evidence=(*trail.evidence, asked),
    )
    return onward(there, image)


def _left_by_the_plan(trail: Trail, ref: TemplateRef, now: TemplateVersion) -> Value | None:
    """What the version of an existing template will hold, where this plan moves it."""
    return template_after_plan(ref, now.template_id, now.name, trail.place, trail.changes)


def _through_instance(trail: Trail, ref: InstanceRef, answer: Answer[str]) -> Trail | Unresolved:
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


def _through_alias(trail: Trail, alias: Alias, answer: Answer[str]) -> Trail | Unresolved:
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


def _through_search(
    trail: Trail, search: ImageSearch, answer: Answer[Searched]
) -> Trail | Unresolved:
    """Nothing of what a lookup asks for is told: filters can hold anything."""
    asked = Evidence("ec2:DescribeImages", "for data aws_ami", trail.place)
    match answer:
        case Absent():
            reason = f"no image matches the lookup, as seen from {trail.place}"
            return trail.lost(Cause.UNRESOLVED, reason, asked)
        case Unavailable(reason):
            return trail.lost(Cause.LOOKUP_FAILED, reason, asked)
    if answer.image_id is None:
        unclear = (
            "more than one of them is the newest"
            if search.most_recent
            else "it does not say most_recent, so Terraform takes none"
        )
        reason = f"{answer.matches} images match the lookup, and {unclear}"
        return trail.lost(Cause.UNRESOLVED, reason, asked)
    image = parse_image(answer.image_id)
    if not isinstance(image, AmiId):
        return trail.lost(Cause.UNRESOLVED, "the lookup found no AMI id", asked)
    found = f"newest of {answer.matches}" if answer.matches > 1 else "one match"
    return replace(
        trail,
        value=image,
        via=(*trail.via, f"{LOOKUP}, {found}"),
        moving=trail.moving if search.pinned else _also_by_lookup(trail),
        evidence=(*trail.evidence, asked),
    )


def _also_by_lookup(trail: Trail) -> tuple[str, ...]:
    """What can move, the lookup included; the step that leads to it can be one of those already."""
    if trail.via and trail.moving[-1:] == trail.via[-1:]:
        return (*trail.moving[:-1], f"{trail.moving[-1]}, {LOOKUP}")
    return (*trail.moving, LOOKUP)
