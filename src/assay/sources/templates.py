"""Launch templates: which of them this plan makes or changes, and the image they will hold.

Facts: hashicorp/aws documentation of aws_launch_template: a change of its data makes a new version;
`$Default` moves only with `update_default_version` or `default_version`.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import Any

from assay.model import (
    Action,
    Imageless,
    Made,
    Place,
    Planned,
    TemplateRef,
    Unknown,
    Unplaced,
    Unusable,
    Value,
    parse_image,
    same_place,
)
from assay.sources.configuration import Configured
from assay.sources.document import ResourceChange
from assay.sources.lookups import template_looked_up
from assay.sources.planned import Opened, PlannedResources
from assay.sources.providers import Providers
from assay.sources.surface import Row
from assay.sources.trail import Dead, Found, Trailing
from assay.sources.values import NOT_SET, parse_template
from assay.sources.walk import Leaf, Step

_NEW = (Action.CREATE, Action.REPLACE)
_CHANGING = (*_NEW, Action.UPDATE, Action.IMPORT)


class Templates:
    """Reads launch template blocks against the templates that the plan itself leaves behind."""

    def __init__(
        self,
        planned: PlannedResources,
        trails: Trailing,
        providers: Providers,
        image: Callable[[Opened, tuple[Step, ...]], Value],
        moved: Callable[[Opened, str | None], Value | None],
    ) -> None:
        """`image` says what an unknown image value of a resource will be; `moved`, what a version
        of a template will hold that something else in the plan moves.
        """
        self._planned = planned
        self._trails = trails
        self._providers = providers
        self._image = image
        self._moved = moved

    def of_leaf(
        self,
        row: Row,
        leaf: Leaf,
        configured: Configured | None,
        place: Place | Unplaced,
        resource: Callable[[], Opened],
    ) -> Value | None:
        """What a block in which something is known says; opens `resource` only for a trail."""
        if leaf.value is None:
            return None
        if row.template is None or not isinstance(leaf.value, dict):
            return Unusable("is not a launch template block")
        fields, mask = row.template, leaf.mask if isinstance(leaf.mask, dict) else {}
        named = (
            leaf.value.get(fields.id) not in NOT_SET or leaf.value.get(fields.name) not in NOT_SET
        )
        version = (*leaf.steps, fields.version)
        open_version = mask.get(fields.version) is True and (
            configured is None or configured.writes(*version)
        )
        if named and not open_version:
            ref = parse_template(leaf.value, fields)
            return self._as_planned(ref, place) if isinstance(ref, TemplateRef) else ref
        open_name = mask.get(fields.id) is True or mask.get(fields.name) is True
        if not named and not open_name:
            return None
        paths = ((*leaf.steps, fields.id), (*leaf.steps, fields.name))
        if open_version:
            return self._at_version(resource(), paths, version, place)
        return self._named(resource(), paths, leaf.value.get(fields.version) or "$Default")

    def of_instance(self, resource: Opened, row: Row) -> Value | None:
        """The template that a planned instance is launched from."""
        steps: tuple[Step, ...] = ("launch_template", 0)
        leaf = Leaf(steps, resource.value(steps), resource.mask(steps), sensitive=False)
        place = self._place(resource)
        return self.of_leaf(row, leaf, resource.configured, place, lambda: resource)

    def _named(self, resource: Opened, paths: tuple[tuple[Step, ...], ...], version: Any) -> Value:
        """The image of the template that an unknown id or name at `paths` means."""
        dead: Dead | None = None
        for path in paths:
            ends = self._trails.of(resource, path)
            if isinstance(ends, Dead):
                dead = dead or ends
                continue
            if any(self._place(end.resource) != self._place(resource) for end in ends):
                return Unusable("is a launch template of another place")
            values = [self._planned_template(end.resource, version) for end in ends]
            return only(ends, values)
        return Unknown((dead.reference,) if dead else ())

    def _at_version(
        self,
        resource: Opened,
        paths: tuple[tuple[Step, ...], ...],
        version: tuple[Step, ...],
        place: Place | Unplaced,
    ) -> Value:
        """A template at a version that is unknown: that of a template this plan makes."""
        named = {resource.value(path) for path in paths} - set(NOT_SET)
        for template in self._touched(named, place, by_id=False):
            if template.action in _NEW:
                return self._planned_template(template, None) or Unknown()  # it has no other
        ends = self._trails.of(resource, version)
        if isinstance(ends, Dead):
            return Unknown((ends.reference,))
        for end in ends:
            template = end.resource
            own = {template.value(("id",)), template.value(("name",))}
            known = end.path == ("latest_version",) or (
                end.path == ("default_version",) and template.action in _NEW
            )
            if not known or (named and not named & own):
                return Unknown((template.change.address,))
        return only(ends, [self._planned_template(end.resource, None) for end in ends])

    def _as_planned(self, ref: TemplateRef, place: Place | Unplaced) -> Value:
        """A template named by a known id or name: as this plan will leave it, if it touches it."""
        names = (ref.id,) if ref.id else (ref.name,)
        for resource in self._touched(names, place, by_id=ref.id is not None):
            return self._planned_template(resource, ref.version) or ref
        return ref

    def _touched(
        self, names: Iterable[str | None], place: Place | Unplaced, *, by_id: bool
    ) -> Iterator[Opened]:
        """The templates of one place, by id or by name, that this plan makes or changes."""
        for name in names:
            for change in self._by_name.get((by_id, name), ()):
                resource = self._planned.open(change)
                if resource.action in _CHANGING and same_place(self._place(resource), place):
                    yield resource

    @cached_property
    def _by_name(self) -> dict[tuple[bool, object], list[ResourceChange]]:
        found: defaultdict[tuple[bool, object], list[ResourceChange]] = defaultdict(list)
        for change, names in self._planned.names_of_type("aws_launch_template"):
            for by_id, name in ((True, names.id), (False, names.name)) if names else ():
                if isinstance(name, str):
                    found[by_id, name].append(change)
        return dict(found)

    def _planned_template(self, resource: Opened, version: str | None) -> Value | None:
        """A template's image at a version; None as version means that of this very plan."""
        if not resource.change.type.endswith("_launch_template"):
            return None
        if resource.is_data:
            found = template_looked_up(resource, version)
            return found or Unknown((resource.change.address,))
        moved = self._moved(resource, version)
        if moved is not None:
            step = f"launch template {resource.change.address}, at its {version}"
            return Planned(step, moved, moving=True)
        new = resource.action in _NEW
        current = version is None or version == "$Latest"
        if new and version in ("$Default", "1"):
            current = True
        if version == "$Default" and not new:
            current = resource.value(("update_default_version",)) is True
        if not current:
            return self._existing(resource, version or "$Default")
        held: tuple[Step, ...] = ("image_id",)
        if resource.change.type == "awscc_ec2_launch_template":
            held = ("launch_template_data", "image_id")
        image: Value | None
        if resource.is_unknown(held):
            image = self._image(resource, held)
        else:
            image = parse_image(resource.value(held))
        moving = version in ("$Latest", "$Default")
        step = f"launch template {resource.change.address}"
        if moving:
            step = f"{step}, at its {version}"
        return Planned(
            step,
            image or Imageless(),
            moving,
            sensitive=resource.is_sensitive(held),
        )

    def _existing(self, resource: Opened, version: str) -> Value:
        """A version that this plan does not make: EC2 knows it, if the template exists at all."""
        template_id = resource.value(("id",))
        if resource.action not in _NEW and resource.is_unknown(("id",)):
            return Unknown((f"{resource.change.address}.default_version",))
        if resource.action in _NEW or not isinstance(template_id, str):
            return Unusable(f"is version {version} of a template that this plan makes anew")
        number = resource.value(("default_version",))
        if version == "$Default" and resource.is_unknown(("default_version",)):
            return Unknown((f"{resource.change.address}.default_version",))
        if version == "$Default" and isinstance(number, int):
            step = f"launch template {resource.change.address}, at its $Default"
            return Planned(step, TemplateRef(template_id, None, str(number)), moving=True)
        return TemplateRef(template_id, None, version)

    def _place(self, resource: Opened) -> Place | Unplaced:
        return self._providers.place(resource.own_region, resource.configured)


def only(ends: Found, values: list[Value | None]) -> Value:
    """The one value that all ends agree on; where several could decide, nobody knows.

    Two copies of one image are as good as one: what is judged is their source.
    """
    distinct = {_essence(value): value for value in values if value is not None}
    if len(distinct) == 1:
        return next(iter(distinct.values()))
    return Unknown(tuple(dict.fromkeys(end.resource.change.address for end in ends)))


def _essence(value: Value) -> object:
    """What two values have in common when they come from the same image in the same way."""
    match value:
        case Made(_, how, source, place, sensitive):
            return Made, how, _essence(source), place, sensitive
        case Planned(_, inner, moving, sensitive):
            return _essence(inner), moving, sensitive
    return value
