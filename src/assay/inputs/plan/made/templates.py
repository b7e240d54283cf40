"""Launch templates: which of them this plan creates or changes, and the images in them.

Facts: hashicorp/aws documentation of aws_launch_template: a change of its data makes a new version;
`$Default` moves only with `update_default_version` or `default_version`.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

from assay.inputs.plan.document.planned import PlannedResource, PlannedResources
from assay.inputs.plan.document.values import NO_ID, NO_NAME, parse_template
from assay.inputs.plan.document.walk import Leaf
from assay.inputs.plan.made.meant_templates import Meant, MeantTemplates, Template
from assay.inputs.plan.made.planned_templates import NEW, PlannedTemplates
from assay.inputs.plan.places.providers import Providers
from assay.inputs.plan.trails.choices import agreed, any_of, unknown_from
from assay.inputs.plan.trails.ends import Ended, Ends
from assay.inputs.plan.trails.holders import Sought
from assay.inputs.plan.trails.trail import Dead, End, Target
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
)
from assay.model.addresses import Step

_NEWEST = (("latest_version",), ("latest_version_number",))
_DEFAULT = (("default_version",), ("default_version_number",))


Writes: TypeAlias = Callable[[tuple[Step, ...]], bool | None]
"""Whether the configuration may set the attribute at a path; None without a configuration."""
_ANY = object()
"""A version that is known only after apply."""


class Templates:
    """Reads launch template blocks, with the templates as the plan will leave them."""

    def __init__(
        self,
        planned: PlannedResources,
        ends: Ends,
        providers: Providers,
        image: Callable[[PlannedResource, tuple[Step, ...]], Value],
        moved: Callable[[PlannedResource, str | None], Value | None],
    ) -> None:
        """`image` returns what an unknown image value of a resource will be; `moved` returns the
        future contents of a template's version that something else in the plan moves.
        """
        self._planned = PlannedTemplates(planned, providers, image, moved)
        self._ends = ends
        self._providers = providers
        self._order = Order(planned)
        self._meant = MeantTemplates(ends, self._place)
        self._values: dict[tuple[object, ...], Value] = {}
        self._known: dict[tuple[object, ...], tuple[Value | None, Meant]] = {}
        self._new_ones: dict[tuple[object, ...], tuple[bool, Meant]] = {}

    def of_leaf(
        self,
        row: Row,
        leaf: Leaf,
        place: Place | Unplaced,
        writes: Writes,
        resource: Callable[[], PlannedResource],
        waiting: Waiting | None = None,
    ) -> Value | None:
        """Read a block in which something is known; `resource` is only called to follow a trail."""
        if leaf.value is None:
            return None
        if row.template is None or not isinstance(leaf.value, dict):
            return Unusable("is not a launch template block", "name a template by id or name")
        fields, mask = row.template, leaf.mask if isinstance(leaf.mask, dict) else {}
        id, name = leaf.value.get(fields.id), leaf.value.get(fields.name)
        is_named = id not in NO_ID or name not in NO_NAME
        # hashicorp/aws fills in what is not set: id and name are both unknown if one of them is
        paths = [
            (*leaf.steps, field) for field in (fields.id, fields.name) if mask.get(field) is True
        ]
        if not is_named and not paths:
            return None
        at = (*leaf.steps, fields.version)
        version: Any = leaf.value.get(fields.version)
        # The provider fills in an unknown version that the configuration does not set, with the one
        # it used
        if mask.get(fields.version) is True:
            version = "$Default" if writes(at) is False else _ANY
        elif version in (None, ""):
            version = self._null(at, resource) if writes(at) else "$Default"
        if is_named:
            known = leaf.value if version is not _ANY else {**leaf.value, fields.version: None}
            ref = parse_template(known, fields)
            if isinstance(ref, Unusable):
                return ref
            return self._at((ref,), version, at, place, resource, waiting)
        return self._of_unknown(resource(), paths, version, at, place)

    def of_instance(self, resource: PlannedResource, row: Row) -> Value | None:
        """Return the image of the template from which a planned instance is launched."""
        steps: tuple[Step, ...] = ("launch_template", 0)
        leaf = Leaf(steps, resource.value(steps), resource.mask(steps), sensitive=False)
        place = self._place(resource)
        waiting = Waiting(resource.module, resource.configured)
        return self.of_leaf(
            row, leaf, place, lambda path: resource.writes(*path), lambda: resource, waiting
        )

    def _of_unknown(
        self,
        resource: PlannedResource,
        paths: list[tuple[Step, ...]],
        version: Any,
        at: tuple[Step, ...],
        place: Place | Unplaced,
    ) -> Value:
        """Return the image of a template with unknown id or name, once for all instances."""
        wanted = None if version is _ANY else str(version)
        key = (*self._ends.alike(resource), *paths, wanted, at, place, self._place(resource))
        value = self._values.get(key)
        if value is None:
            found = self._meant.at(resource, paths)
            value = self._values[key] = (
                found
                if isinstance(found, Unknown | Unusable)
                else self._at(found, version, at, place, lambda: resource)
            )
        return value

    def of_data(self, resource: PlannedResource, version: str) -> Value:
        """Return a version of the template that a data source will read during apply."""
        found = self._meant.read_later(resource)
        if isinstance(found, Unknown | Unusable):
            return found
        values = [self._of(each, version, self._place(resource)) for each in found]
        return any_of([Target(resource, ())], values)

    def new_default(self, resource: PlannedResource) -> Value | None:
        """Return the version that an update makes the default, if the update does not create it."""
        return self._planned.new_default(resource)

    def _null(self, at: tuple[Step, ...], resource: Callable[[], PlannedResource]) -> Any:
        """Return the meaning of a version that is set, but null in the plan.

        Providers show an unknown version like this; it is really null only if the expression reads
        nothing unknown.
        """
        opened = resource()
        if self._ends.is_code:
            return "$Default"
        return _ANY if self._ends.may_lead(opened, at, Sought.VERSION) else "$Default"

    def _at(
        self,
        templates: Meant,
        version: Any,
        at: tuple[Step, ...],
        place: Place | Unplaced,
        resource: Callable[[], PlannedResource],
        waiting: Waiting | None = None,
    ) -> Value:
        """Return the images of templates at a version, or at the future value of `at`."""
        if version is not _ANY:
            if len(templates) == 1:
                return self._of(templates[0], version, place, waiting)
            found = self._agreed(
                (version, place), templates, lambda each: self._of(each, version, place)
            )
            return found or unknown_from([Target(resource(), at)])
        # A template that is created now has only one version, whatever its number will be
        if self._are_new(templates, place):
            found = self._agreed((None, place), templates, lambda each: self._new(each, place))
            return found or unknown_from([Target(resource(), at)])
        if self._ends.come_to_null(resource(), at):
            return self._at(templates, "$Default", at, place, resource, waiting)
        ends = self._ends.of(resource(), at, Sought.VERSION)
        if isinstance(ends, Dead):
            return Unknown((ends.reference,))
        if not any(isinstance(end, Target) for end in ends):
            return Unknown((_name(ends[0]),))  # this may be any number
        # `version = aws_launch_template.x.latest_version` at `id = aws_launch_template.x.id` is the
        # version that this plan makes; at another template's id it is just a number
        if len(templates) == 1:
            (only,) = templates
            planned = self._planned_of(only, place)
            if planned is not None and _is_newest(ends, planned):
                return self._planned.at(planned, None) or Unknown()
            if isinstance(only, PlannedResource) and only.is_data and _is_newest(ends, only):
                return self._of(only, "$Latest", place)
        every = self._agreed((_ANY, place), templates, lambda each: self._every(each, place))
        return every or unknown_from(ends)

    def _agreed(
        self, asked: tuple[object, ...], templates: Meant, value: Callable[[Template], Value]
    ) -> Value | None:
        """Return the value that several templates agree on, or any of theirs, once for all users."""
        key = (id(templates), *asked)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = agreed([value(each) for each in templates]), templates
        return known[0]

    def _are_new(self, templates: Meant, place: Place | Unplaced) -> bool:
        """Whether this plan creates all of the templates."""
        key = (id(templates), place)
        known = self._new_ones.get(key)
        if known is None:
            planned = (self._planned_of(each, place) for each in templates)
            are_new = all(each is not None and each.action in NEW for each in planned)
            known = self._new_ones[key] = are_new, templates
        return known[0]

    def _new(self, template: Template, place: Place | Unplaced) -> Value:
        planned = self._planned_of(template, place)
        return (planned and self._planned.at(planned, None)) or Unknown()

    def _every(self, template: Template, place: Place | Unplaced) -> Value:
        """Return all versions of a template: the existing ones, and the one that this plan makes."""
        planned = self._planned_of(template, place)
        if planned is None:
            if isinstance(template, PlannedResource):  # only in code, which looks it up
                return Unknown((f"{template.change.address}.default_version",))
            return EveryVersion(template.id, template.name)
        return self._planned.every(planned)

    def _planned_of(self, template: Template, place: Place | Unplaced) -> PlannedResource | None:
        """Return the template as a resource of this plan, if the plan touches it."""
        if isinstance(template, PlannedResource):
            return template if not template.is_data else None
        names = (template.id,) if template.id else (template.name,)
        return next(self._planned.touched(names, place, by_id=template.id is not None), None)

    def _of(
        self, template: Template, version: str, place: Place | Unplaced, by: Waiting | None = None
    ) -> Value:
        """Return a template at a version, as this plan will leave it if it touches the template."""
        if isinstance(template, PlannedResource):
            return self._planned.at(template, version) or Unknown((template.change.address,))
        ref = TemplateRef(template.id, template.name, version)
        planned = self._planned_of(ref, place)
        if planned is None:
            return ref
        value = self._planned.at(planned, version) or ref
        # With a name in plain text, the user may be created first. It then finds the existing
        # template of that name, or none. A user that waits for the template (by `depends_on` or a
        # reference) cannot be created first.
        created = planned.action is Action.CREATE and not self._ends.is_code
        early = self._order.follows(planned, by)
        if not early and (not created or self._order.waits(by, planned)):
            return value
        return any_of([], [value, Already(ref)])

    def _place(self, resource: PlannedResource) -> Place | Unplaced:
        return self._providers.place(resource.own_region, resource.configured)


def _is_newest(ends: Ended, template: PlannedResource) -> bool:
    """Whether a version can only be the version that this plan makes of a template."""
    # `default_version` is the newest if each update moves it, and an older one otherwise
    moved = template.value(("update_default_version",)) is True
    newest = (*_NEWEST, *(_DEFAULT if moved else ()))
    return all(
        isinstance(end, Target) and end.resource is template and end.path[:1] in newest
        for end in ends
    )


def _name(end: End) -> str:
    return end.resource.change.address if isinstance(end, Target) else end.reference
