"""Asks AWS about the steps from a reference to an image, in one wave for each kind of value.

A wave asks once for all references that have reached a value of its kind, however many there are.
"""

from collections.abc import Callable, Collection, Hashable
from typing import TypeAlias, TypeVar

from msgspec.structs import replace

from assay.catalog.interface import Absent, Answer, ImageCatalog, Question, Unavailable
from assay.catalog.questions import EVERY_VERSION, INSTANCES, PARAMETERS, SEARCHES, TEMPLATES
from assay.lookup.meaning import template_after_plan
from assay.lookup.way import Pending, onward
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
"""How many launch templates are followed one after the other: the plan can put the image of one
template into another."""


Key: TypeAlias = Hashable
"""A question and the number of its place, or such a key and the version of a launch template."""
Progress = dict[Key, Pending | Unresolved]


def ask_the_way(progress: Progress, catalog: ImageCatalog) -> Progress:
    """Follow every pending reference to an AMI id, or to the reason why there is none.

    Aliases come last, because a launch template can contain one. A pending reference to every version
    of a launch template splits up: its key is replaced by one pair of key and version for each.
    """
    for _ in range(_TEMPLATES):
        progress = _part(progress, catalog)
        progress = _follow(progress, catalog, TEMPLATES, TemplateRef, _as_it_is, _through_template)
    progress = {key: _no_further(pending) for key, pending in progress.items()}
    progress = _follow(progress, catalog, INSTANCES, InstanceRef, _id, _through_instance)
    progress = _follow(progress, catalog, SEARCHES, ImageSearch, _as_it_is, _through_search)
    return _follow(progress, catalog, PARAMETERS, Alias, _query, _through_alias)


def _part(progress: Progress, catalog: ImageCatalog) -> Progress:
    """One wave: all versions of the templates of which any version may be meant."""
    standing = {
        key: (pending, pending.value)
        for key, pending in progress.items()
        if isinstance(pending, Pending) and isinstance(pending.value, EveryVersion)
    }
    if not standing:
        return progress
    asked = dict.fromkeys((pending.place, template) for pending, template in standing.values())
    answers = catalog.ask(EVERY_VERSION, asked)
    parted: Progress = {key: pending for key, pending in progress.items() if key not in standing}
    for key, (pending, template) in standing.items():
        answer = answers[pending.place, template]
        if isinstance(answer, Absent | Unavailable):
            any_version = TemplateRef(template.id, template.name)
            parted[key] = _through_template(pending, any_version, answer)
            continue
        for version in answer:
            number = str(version.number)
            ref = TemplateRef(template.id, template.name, number)
            parted[key, number] = _through_template(pending, ref, version)
        built = _built(pending, template, answer)
        if built is not None:
            parted[key, "$Latest"] = built
    return parted


def _built(
    pending: Pending, template: EveryVersion, versions: Collection[TemplateVersion]
) -> Pending | Unresolved | None:
    """The additional version of a template, if the plan adds one."""
    newest = next(iter(versions), None)
    latest = TemplateRef(template.id, template.name, "$Latest")
    left = _left_by_the_plan(pending, latest, newest) if newest else None
    return None if left is None else onward(pending, left)


def _follow(
    progress: Progress,
    catalog: ImageCatalog,
    question: Question[tuple[Place, K], T],
    kind: type[V],
    key: Callable[[V], K],
    through: Callable[[Pending, V, Answer[T]], Pending | Unresolved],
) -> Progress:
    """One wave: ask about all pending references that have reached a value of type `kind`.

    Each key is asked once, and `through` moves the reference on with the answer.
    """
    standing: dict[Key, tuple[Pending, V]] = {
        name: (pending, pending.value)
        for name, pending in progress.items()
        if isinstance(pending, Pending) and isinstance(pending.value, kind)
    }
    if not standing:
        return progress
    keys = {name: (pending.place, key(value)) for name, (pending, value) in standing.items()}
    answers = catalog.ask(question, dict.fromkeys(keys.values()))
    moved = {
        name: through(pending, value, answers[keys[name]])
        for name, (pending, value) in standing.items()
    }
    return {**progress, **moved}


def _as_it_is(value: V) -> V:
    return value


def _id(ref: InstanceRef) -> str:
    return ref.id


def _query(alias: Alias) -> str:
    return alias.query


def _no_further(pending: Pending | Unresolved) -> Pending | Unresolved:
    """End a pending reference that still goes from template to template."""
    if isinstance(pending, Pending) and isinstance(pending.value, TemplateRef | EveryVersion):
        return onward(
            pending,
            Unusable(
                "comes from launch templates that refer to one another",
                "give one of them an AMI id",
            ),
        )
    return pending


def _through_template(
    pending: Pending, ref: TemplateRef, answer: Answer[TemplateVersion]
) -> Pending | Unresolved:
    asked = Evidence("ec2:DescribeLaunchTemplateVersions", str(ref), pending.place)
    match answer:
        case Absent():
            return pending.lost(
                Cause.NOT_VISIBLE,
                f"EC2 shows no launch template {ref} to {pending.place}",
                asked,
            )
        case Unavailable(reason):
            return pending.lost(Cause.LOOKUP_FAILED, reason, asked)
    left = _left_by_the_plan(pending, ref, answer)
    if left is not None:
        return onward(replace(pending, evidence=(*pending.evidence, asked)), left)
    step = f"launch template {answer.name} ({answer.template_id}) version {answer.number}"
    if not ref.pinned:
        step = f"{step} (now its {ref.version})"
    image = parse_image(answer.image)
    if image is None:
        lost = pending.lost(Cause.UNRESOLVED, f"{step} contains no image", asked)
        return replace(lost, imageless=not pending.derivations)
    if not isinstance(image, AmiId | Alias):
        reason = f"{step} contains an image value that EC2 does not accept"
        return pending.lost(Cause.UNRESOLVED, reason, asked)
    there = replace(
        pending,
        via=(*pending.via, step),
        moving=pending.moving if ref.pinned else (*pending.moving, f"launch template {ref}"),
        evidence=(*pending.evidence, asked),
    )
    return onward(there, image)


def _left_by_the_plan(pending: Pending, ref: TemplateRef, now: TemplateVersion) -> Value | None:
    """The image of the version after apply, if this plan changes which version is meant."""
    return template_after_plan(ref, now.template_id, now.name, pending.place, pending.changes)


def _through_instance(
    pending: Pending, ref: InstanceRef, answer: Answer[str]
) -> Pending | Unresolved:
    asked = Evidence("ec2:DescribeInstances", ref.id, pending.place)
    evidence = (*pending.evidence, asked)
    match answer:
        case Absent():
            reason = f"EC2 shows no instance {ref.id} to {pending.place}"
            return pending.lost(Cause.NOT_VISIBLE, reason, asked)
        case Unavailable(reason):
            return pending.lost(Cause.LOOKUP_FAILED, reason, asked)
    image = parse_image(answer)
    if not isinstance(image, AmiId):
        reason = f"instance {ref.id} has no image"
        return pending.lost(Cause.UNRESOLVED, reason, asked)
    return replace(
        pending, value=image, via=(*pending.via, f"instance {ref.id}"), evidence=evidence
    )


def _through_alias(pending: Pending, alias: Alias, answer: Answer[str]) -> Pending | Unresolved:
    asked = Evidence("ssm:GetParameters", alias.query, pending.place)
    match answer:
        case Absent():
            return pending.lost(
                Cause.NOT_VISIBLE,
                f"AWS shows no parameter {alias.query} to {pending.place}",
                asked,
            )
        case Unavailable(reason):
            return pending.lost(Cause.LOOKUP_FAILED, reason, asked)
    image = parse_image(answer)
    if not isinstance(image, AmiId):
        return pending.lost(
            Cause.UNRESOLVED, f"parameter {alias.query} does not contain an AMI id", asked
        )
    return replace(
        pending,
        value=image,
        via=(*pending.via, f"parameter {alias.query}"),
        moving=pending.moving if alias.pinned else (*pending.moving, str(alias)),
        evidence=(*pending.evidence, asked),
    )


def _through_search(
    pending: Pending, search: ImageSearch, answer: Answer[Searched]
) -> Pending | Unresolved:
    """Continue with the image that a lookup found. Messages never quote its filters, which can
    contain anything.
    """
    asked = Evidence("ec2:DescribeImages", "for data aws_ami", pending.place)
    match answer:
        case Absent():
            reason = f"the lookup finds no image visible to {pending.place}"
            return pending.lost(Cause.UNRESOLVED, reason, asked)
        case Unavailable(reason):
            return pending.lost(Cause.LOOKUP_FAILED, reason, asked)
    if answer.image_id is None:
        unclear = (
            "several of them are equally new"
            if search.most_recent
            else "most_recent is not set, so Terraform takes none of them"
        )
        reason = f"{answer.matches} images match the lookup, and {unclear}"
        return pending.lost(Cause.UNRESOLVED, reason, asked)
    image = parse_image(answer.image_id)
    if not isinstance(image, AmiId):
        return pending.lost(Cause.UNRESOLVED, "the lookup found no AMI id", asked)
    found = f"newest of {answer.matches}" if answer.matches > 1 else "one match"
    return replace(
        pending,
        value=image,
        via=(*pending.via, f"{LOOKUP}, {found}"),
        moving=pending.moving if search.pinned else _also_by_lookup(pending),
        evidence=(*pending.evidence, asked),
    )


def _also_by_lookup(pending: Pending) -> tuple[str, ...]:
    """The moving steps and the lookup, joined with the last step if that leads to the lookup."""
    if pending.via and pending.moving[-1:] == pending.via[-1:]:
        return (*pending.moving[:-1], f"{pending.moving[-1]}, {LOOKUP}")
    return (*pending.moving, LOOKUP)
