"""Finds what a name will mean after apply, if the plan itself changes its meaning.

Facts: Systems Manager User Guide, "Working with parameter versions" (a version never changes; each
PutParameter adds one) and "Working with parameter labels" (a label stays at its version until it is
moved, and is deleted with the parameter); EC2 User Guide, "Launch templates" (versions are never
edited). Terraform moves no labels.
"""

from collections.abc import Iterable

from assay.model import (
    Alias,
    Changes,
    ParameterChange,
    Place,
    Planned,
    TemplateChange,
    TemplateRef,
    Unplaced,
    Unusable,
    Value,
    is_meant,
    is_same,
    parameter_named,
)


def after_plan(
    alias: Alias,
    place: Place | Unplaced,
    changes: Iterable[Changes],
    unplaced: Unplaced | None = None,
) -> Value | None:
    """Return what an alias means after apply; None if the plan does not change its meaning.

    `unplaced` is the place as the plan describes it, if `place` is only a candidate.
    """
    called, at = parameter_named(alias.parameter, place)
    ways = (at, unplaced) if unplaced is not None and at == place else (at,)
    writing: list[ParameterChange] = []
    for change in (found for each in changes for found in each.of_parameter(called)):
        meant = is_meant(change, alias, *ways)
        if meant is False or (alias.selector is not None and not change.anew):
            continue  # existing versions and labels do not change
        if meant is None:
            return Unusable(
                f"is a parameter that {change.by} may write, according to the plan",
                "name the AMI id, or give name, region and account of what is written as constants",
            )
        writing.append(change)
    return _agreed([(each.by, _left(each, alias)) for each in _last(writing)])


def template_after_plan(
    ref: TemplateRef, template_id: str, name: str, place: Place, changes: Iterable[Changes]
) -> Value | None:
    """Return the image of a version of an existing launch template after apply.

    None if the plan does not change it.
    """
    left: list[tuple[str, Value]] = []
    for change in (found for each in changes for found in each.of_template(template_id, name)):
        moves = change.deletes or ref.version == "$Latest" or (not ref.pinned and change.default)
        which = _which(change, template_id, name)
        same = is_same(change.place, place)
        if same is None and change.id == template_id:
            same = True  # ids of templates are unique
        if not moves or which is False or same is False:
            continue
        if which is None or same is None:
            what = f"is the {ref.version} of a launch template that {change.by} may move"
            return Unusable(
                f"{what}, according to the plan", "name a version of the template by its number"
            )
        if change.deletes:
            left.append((change.by, change.leaves))
        else:
            step = f"launch template {ref}, as {change.by} leaves it"
            left.append((change.by, Planned(step, change.leaves, moving=True)))
    return _agreed(left)


def _which(change: TemplateChange, template_id: str, name: str) -> bool | None:
    if change.id is None and change.name is None:
        return None
    return change.id == template_id or change.name == name


def _last(changes: list[ParameterChange]) -> list[ParameterChange]:
    """Ignore deletions if another resource writes the parameter: only its value can be launched."""
    return [each for each in changes if not each.deletes] or changes


def _left(change: ParameterChange, alias: Alias) -> Value:
    """What an alias means after one change that affects it."""
    if change.deletes:
        return change.leaves
    if alias.selector not in (None, "1"):
        what = "version" if alias.pinned else "label"
        return Unusable(
            f"is a {what} of a parameter that {change.by} creates again",
            "name the parameter without a version, or its version 1",
        )
    step = f"parameter {alias.query}, as {change.by} leaves it"
    return Planned(step, change.leaves, moving=not alias.pinned)


def _agreed(left: list[tuple[str, Value]]) -> Value | None:
    """The value that all changes of a name agree on: None without any, unusable if they differ."""
    if not left:
        return None
    (_, first), *others = left
    if any(_essence(value) != _essence(first) for _, value in others):
        by = " and ".join(dict.fromkeys(by for by, _ in left))
        return Unusable(f"is set by {by}, whichever runs last", "let only one of them write it")
    return first


def _essence(value: Value) -> Value:
    while isinstance(value, Planned):
        value = value.value
    return value
