"""Launch templates that this plan creates or changes, and the contents of each of their versions.

Facts: hashicorp/aws documentation of aws_launch_template: a change of its data makes a new version;
`$Default` moves only with `update_default_version` or `default_version`.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property

from assay.inputs.plan.document.document import ResourceChange
from assay.inputs.plan.document.planned import PlannedResource, PlannedResources
from assay.inputs.plan.made.lookups import template_looked_up
from assay.inputs.plan.places.providers import Providers
from assay.inputs.plan.trails.choices import any_of
from assay.model import (
    Action,
    EveryVersion,
    Imageless,
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
from assay.model.addresses import Step

NEW = (Action.CREATE, Action.REPLACE)
_CHANGING = (*NEW, Action.UPDATE, Action.IMPORT)
_CLOUD_CONTROL = "awscc_ec2_launch_template"


class PlannedTemplates:
    """The templates of one plan."""

    def __init__(
        self,
        planned: PlannedResources,
        providers: Providers,
        image: Callable[[PlannedResource, tuple[Step, ...]], Value],
        moved: Callable[[PlannedResource, str | None], Value | None],
    ) -> None:
        """`image` returns what an unknown image value of a resource will be; `moved` returns the
        future contents of a template's version that something else in the plan moves.
        """
        self._planned = planned
        self._providers = providers
        self._image = image
        self.moved = moved

    def touched(
        self, names: Iterable[str | None], place: Place | Unplaced, *, by_id: bool
    ) -> Iterator[PlannedResource]:
        """Yield the templates in one place, by id or by name, that this plan creates or changes."""
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
        for resource in self._planned.of_type(_CLOUD_CONTROL):
            known = ((True, id_of(resource)), (False, resource.value(("launch_template_name",))))
            for by_id, name in known:
                if isinstance(name, str):
                    found[by_id, name].append(resource.change)
        return dict(found)

    def at(self, resource: PlannedResource, version: str | None) -> Value | None:
        """Return a template's image at a version; None stands for the version that this plan makes."""
        if not resource.change.type.endswith("_launch_template"):
            return None
        if resource.is_data:
            found = template_looked_up(resource, version)
            return found or Unknown((resource.change.address,))
        moved = self.moved(resource, version)
        if moved is not None:
            step = f"launch template {resource.change.address}, at its {version}"
            return Planned(step, moved, moving=True)
        # Find out if this is the version that the plan makes: `$Latest` always is, `$Default` is
        # for a new template or if updates move it, and a number is only if it is the first
        new = resource.action in NEW
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

    def every(self, resource: PlannedResource) -> Value:
        """Return all versions of a template: the existing ones, and the one that this plan makes."""
        address = resource.change.address
        newest = self.at(resource, None) or Unknown((address,))
        if resource.action in NEW:
            return newest
        id = id_of(resource)
        if id is None:
            return Unknown((address,))
        # An unknown version may be any that EC2 has, so all of those have to pass, too
        existing = Planned(f"launch template {address}", EveryVersion(id, None))
        moved = self.moved(resource, "$Latest")
        return any_of([], [newest, existing, *([moved] if moved is not None else ())])

    def new_default(self, resource: PlannedResource) -> Value | None:
        """Return the version that an update makes the default, if the update does not create it.

        The users of the template's `$Default` need not be in the plan.
        """
        path = ("default_version",)
        updated = resource.action in (Action.UPDATE, Action.IMPORT)
        if not updated or resource.value(("update_default_version",)) is True:
            return None
        if resource.is_unknown(path):
            return self.every(resource) if resource.writes(*path) else None
        number, newest = resource.value(path), resource.was(("latest_version",))
        # If the number has not changed, there is nothing to judge. One beyond the newest is the
        # version that the update makes, which is judged where it is made
        if number in (None, resource.was(path)) or (isinstance(newest, int) and number > newest):
            return None
        return self.at(resource, str(number))

    def _existing(self, resource: PlannedResource, version: str) -> Value:
        """A version that this plan does not make: EC2 has it, if the template already exists."""
        template_id = id_of(resource)
        default = "default_version"
        if resource.change.type == _CLOUD_CONTROL:
            default = "default_version_number"
        if resource.action not in NEW and template_id is None and resource.is_unknown(("id",)):
            return Unknown((f"{resource.change.address}.{default}",))
        if resource.action in NEW or template_id is None:
            return Unusable(
                f"is version {version} of a template that this plan creates",
                "name the template's latest_version",
            )
        # The plan contains the current number of the default; if that is moved before the apply, so
        # is the image
        number = resource.value((default,))
        if version == "$Default" and resource.is_unknown((default,)):
            return Unknown((f"{resource.change.address}.{default}",))
        if version == "$Default" and str(number).isdecimal():
            step = f"launch template {resource.change.address}, at its $Default"
            return Planned(step, TemplateRef(template_id, None, str(number)), moving=True)
        return TemplateRef(template_id, None, version)

    def _place(self, resource: PlannedResource) -> Place | Unplaced:
        return self._providers.place(resource.own_region, resource.configured)


def id_of(resource: PlannedResource) -> str | None:
    """Return the template's id, if it already has one."""
    names = ("launch_template_id", "id") if resource.change.type == _CLOUD_CONTROL else ("id",)
    found = (resource.value((name,)) for name in names)
    return next((each for each in found if isinstance(each, str)), None)
