"""Launch templates: which of them this plan makes or changes, and the image they will hold.

Facts: hashicorp/aws documentation of aws_launch_template: a change of its data makes a new version;
`$Default` moves only with `update_default_version` or `default_version`.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

from assay.inputs.plan.document.planned import Opened, PlannedResources
from assay.inputs.plan.document.values import NO_ID, NO_NAME, is_template, parse_template
from assay.inputs.plan.document.walk import Leaf, Step
from assay.inputs.plan.made.lookups import template_looked_up
from assay.inputs.plan.made.planned_templates import NEW, PlannedTemplates
from assay.inputs.plan.places.providers import Providers
from assay.inputs.plan.trails.choices import any_of
from assay.inputs.plan.trails.ends import Ends
from assay.inputs.plan.trails.holders import Sought
from assay.inputs.plan.trails.known import texts
from assay.inputs.plan.trails.trail import Dead, End, Fixed, Target
from assay.inputs.plan.trails.waiting import Order, Waiting
from assay.inputs.surface import Row
from assay.model import (
    Action,
    Already,
    EveryVersion,
    Place,
    TemplateRef,
    Unknown,
    Unplaced,
    Unusable,
    Value,
    may_be_same,
)

_NEWEST = (("latest_version",), ("latest_version_number",))
_DEFAULT = (("default_version",), ("default_version_number",))


Writes: TypeAlias = Callable[[tuple[Step, ...]], bool | None]
"""Whether the configuration may write what stands at a path; None where there is none."""
_ANY = object()
"""A version that is known only after apply."""
_Template: TypeAlias = Opened | TemplateRef
"""A template of this plan, or one by name of which the version does not count yet."""


class Templates:
    """Reads launch template blocks against the templates that the plan itself leaves behind."""

    def __init__(
        self,
        planned: PlannedResources,
        ends: Ends,
        providers: Providers,
        image: Callable[[Opened, tuple[Step, ...]], Value],
        moved: Callable[[Opened, str | None], Value | None],
    ) -> None:
        """`image` says what an unknown image value of a resource will be; `moved`, what a version
        of a template will hold that something else in the plan moves.
        """
        self._planned = PlannedTemplates(planned, providers, image, moved)
        self._ends = ends
        self._providers = providers
        self._order = Order(planned)
        self._values: dict[tuple[object, ...], Value] = {}

    def of_leaf(
        self,
        row: Row,
        leaf: Leaf,
        place: Place | Unplaced,
        writes: Writes,
        resource: Callable[[], Opened],
        waiting: Waiting | None = None,
    ) -> Value | None:
        """What a block in which something is known says; opens `resource` only for a trail."""
        if leaf.value is None:
            return None
        if row.template is None or not isinstance(leaf.value, dict):
            return Unusable("is not a launch template block", "name a template by id or name")
        fields, mask = row.template, leaf.mask if isinstance(leaf.mask, dict) else {}
        id, name = leaf.value.get(fields.id), leaf.value.get(fields.name)
        is_named = id not in NO_ID or name not in NO_NAME
        paths = [
            (*leaf.steps, field) for field in (fields.id, fields.name) if mask.get(field) is True
        ]
        if not is_named and not paths:
            return None
        at = (*leaf.steps, fields.version)
        version: Any = leaf.value.get(fields.version)
        if mask.get(fields.version) is True:
            version = "$Default" if writes(at) is False else _ANY
        elif version in (None, ""):
            version = self._null(at, resource) if writes(at) else "$Default"
        if is_named:
            known = leaf.value if version is not _ANY else {**leaf.value, fields.version: None}
            ref = parse_template(known, fields)
            if isinstance(ref, Unusable):
                return ref
            return self._at([ref], version, at, place, resource, waiting)
        return self._of_unknown(resource(), paths, version, at, place)

    def of_instance(self, resource: Opened, row: Row) -> Value | None:
        """The template that a planned instance is launched from."""
        steps: tuple[Step, ...] = ("launch_template", 0)
        leaf = Leaf(steps, resource.value(steps), resource.mask(steps), sensitive=False)
        place = self._place(resource)
        waiting = Waiting(resource.module, resource.configured)
        return self.of_leaf(
            row, leaf, place, lambda path: resource.writes(*path), lambda: resource, waiting
        )

    def _of_unknown(
        self,
        resource: Opened,
        paths: list[tuple[Step, ...]],
        version: Any,
        at: tuple[Step, ...],
        place: Place | Unplaced,
    ) -> Value:
        """The template of an unknown id or name, found once for all instances of a block."""
        wanted = None if version is _ANY else str(version)
        key = (*self._ends.alike(resource), *paths, wanted, at, place, self._place(resource))
        value = self._values.get(key)
        if value is None:
            found = self._named(resource, paths)
            value = self._values[key] = (
                found
                if isinstance(found, Unknown | Unusable)
                else self._at(found, version, at, place, lambda: resource)
            )
        return value

    def of_data(self, resource: Opened, version: str) -> Value:
        """A version of the template that a data source will read during apply."""
        found = self._read_later(resource)
        if isinstance(found, Unknown | Unusable):
            return found
        values = [self._of(each, version, self._place(resource)) for each in found]
        return any_of([Target(resource, ())], values)

    def new_default(self, resource: Opened) -> Value | None:
        """What an update makes a template's default, where that is not the version it makes."""
        return self._planned.new_default(resource)

    def _named(
        self, resource: Opened, paths: list[tuple[Step, ...]]
    ) -> list[_Template] | Unknown | Unusable:
        """The templates that an unknown id or name at `paths` can mean."""
        lost: Unknown | Unusable | None = None
        for path in paths:
            ends = self._ends.of(resource, path, Sought.TEMPLATE)
            if isinstance(ends, Dead):
                lost = lost or Unknown((ends.reference,))
                continue
            found = self._meant(ends, by_name=str(path[-1]).endswith("name"))
            here = self._place(resource)
            if not isinstance(found, Unknown | Unusable) and any(
                isinstance(each, Opened) and not may_be_same(self._place(each), here)
                for each in found
            ):
                return Unusable("is a launch template of another place")
            return found
        return lost or Unknown()

    def _meant(self, ends: list[End], *, by_name: bool) -> list[_Template] | Unknown | Unusable:
        found: dict[object, _Template] = {}
        for end in ends:
            if isinstance(end, Target):
                more = self._read_later(end.resource) if end.resource.is_data else [end.resource]
            else:
                more = _known_templates(end, by_name=by_name)
            if isinstance(more, Unknown | Unusable):
                return more
            found.update((id(each) if isinstance(each, Opened) else each, each) for each in more)
        return list(found.values()) or Unknown(tuple(dict.fromkeys(map(_name, ends))))

    def _read_later(self, resource: Opened) -> list[_Template] | Unknown | Unusable:
        """The template that a data source names; code has no other data sources than such."""
        address = resource.change.address
        ref = template_looked_up(resource, "$Latest")
        if self._ends.is_code:
            return [resource]
        if isinstance(ref, Unusable):
            return ref
        if ref is not None and not any(resource.is_unknown((name,)) for name in ("id", "name")):
            return [ref]
        written = [(name,) for name in ("id", "name") if resource.writes(name)]
        if len(written) != 1:
            return Unknown((address,))
        ((name,),) = written
        if not resource.is_unknown((name,)):
            ref = template_looked_up(resource, "$Latest")
            return [ref] if isinstance(ref, TemplateRef) else Unknown((address,))
        return self._named(resource, [(name,)])

    def _null(self, at: tuple[Step, ...], resource: Callable[[], Opened]) -> Any:
        """A version that is written and planned as null.

        That is what a provider makes of an unknown one; it is null only if nothing that is read is
        unknown.
        """
        opened = resource()
        if self._ends.is_code:
            return "$Default"
        return _ANY if self._ends.may_lead(opened, at, Sought.VERSION) else "$Default"

    def _at(
        self,
        templates: list[_Template],
        version: Any,
        at: tuple[Step, ...],
        place: Place | Unplaced,
        resource: Callable[[], Opened],
        waiting: Waiting | None = None,
    ) -> Value:
        """The images of templates at a version, or at those that stand at `at` when it is known."""
        if version is not _ANY:
            if len(templates) == 1:
                return self._of(templates[0], version, place, waiting)
            values = [self._of(each, version, place) for each in templates]
            return any_of([Target(resource(), at)], values)
        planned = [self._planned_of(each, place) for each in templates]
        if all(each is not None and each.action in NEW for each in planned):
            made = (self._planned.at(each, None) for each in planned if each is not None)
            return any_of([Target(resource(), at)], [each or Unknown() for each in made])
        ends = self._ends.of(resource(), at, Sought.VERSION)
        if isinstance(ends, Dead):
            return Unknown((ends.reference,))
        if not any(isinstance(end, Target) for end in ends):
            return Unknown((_name(ends[0]),))  # any number may come out of it
        if len(planned) == 1 and planned[0] is not None and _is_newest(ends, planned[0]):
            return self._planned.at(planned[0], None) or Unknown()
        looked_up = [each for each in templates if isinstance(each, Opened) and each.is_data]
        if len(looked_up) == len(templates) == 1 and _is_newest(ends, looked_up[0]):
            return self._of(looked_up[0], "$Latest", place)
        return any_of(ends, [self._every(each, place) for each in templates])

    def _every(self, template: _Template, place: Place | Unplaced) -> Value:
        """All versions of a template: those that exist, and the one that this plan makes."""
        planned = self._planned_of(template, place)
        if planned is None:
            if isinstance(template, Opened):  # of code alone, which looks it up
                return Unknown((f"{template.change.address}.default_version",))
            return EveryVersion(template.id, template.name)
        return self._planned.every(planned)

    def _planned_of(self, template: _Template, place: Place | Unplaced) -> Opened | None:
        """The template as a resource of this plan, if the plan touches it."""
        if isinstance(template, Opened):
            return template if not template.is_data else None
        names = (template.id,) if template.id else (template.name,)
        return next(self._planned.touched(names, place, by_id=template.id is not None), None)

    def _of(
        self, template: _Template, version: str, place: Place | Unplaced, by: Waiting | None = None
    ) -> Value:
        """A template at a version: as this plan will leave it, if it touches it."""
        if isinstance(template, Opened):
            return self._planned.at(template, version) or Unknown((template.change.address,))
        ref = TemplateRef(template.id, template.name, version)
        planned = self._planned_of(ref, place)
        if planned is None:
            return ref
        value = self._planned.at(planned, version) or ref
        created = planned.action is Action.CREATE and not self._ends.is_code
        early = self._order.follows(planned, by)
        if not early and (not created or self._order.waits(by, planned)):
            return value
        return any_of([], [value, Already(ref)])

    def _place(self, resource: Opened) -> Place | Unplaced:
        return self._providers.place(resource.own_region, resource.configured)


def _is_newest(ends: list[End], template: Opened) -> bool:
    """Whether all that a version can be is the version that this plan makes of a template."""
    moved = template.value(("update_default_version",)) is True
    newest = (*_NEWEST, *(_DEFAULT if moved else ()))
    return all(
        isinstance(end, Target) and end.resource is template and end.path[:1] in newest
        for end in ends
    )


def _known_templates(end: Fixed, *, by_name: bool) -> list[_Template] | Unknown:
    """The templates of which a known value holds the ids; names could be any text in it."""
    found = [
        TemplateRef(each, None) for each in dict.fromkeys(texts(end.value)) if is_template(each)
    ]
    if not end.wide and (
        (end.late and not found) or (by_name and next(texts(end.value), None) is not None)
    ):
        return Unknown((end.reference,))
    return [*found]


def _name(end: End) -> str:
    return end.resource.change.address if isinstance(end, Target) else end.reference
