"""Launch templates: which of them this plan makes or changes, and the image they will hold.

Facts: hashicorp/aws documentation of aws_launch_template: a change of its data makes a new version;
`$Default` moves only with `update_default_version` or `default_version`.
"""

from collections.abc import Callable
from typing import Any

from assay.model import (
    Action,
    Place,
    Planned,
    TemplateRef,
    Unknown,
    Unplaced,
    Unusable,
    Value,
    parse_image,
)
from assay.sources.planned import Opened, PlannedResources
from assay.sources.providers import Providers
from assay.sources.surface import TemplateFields
from assay.sources.trail import Dead, Found, Trails
from assay.sources.values import NOT_SET, parse_template
from assay.sources.walk import Step, at_path

_NEW = (Action.CREATE, Action.REPLACE)


class Templates:
    """Reads launch template blocks against the templates that the plan itself leaves behind."""

    def __init__(
        self,
        planned: PlannedResources,
        trails: Trails,
        providers: Providers,
        image: Callable[[Opened, tuple[Step, ...]], Value],
    ) -> None:
        """`image` says what an unknown image value of a resource will be."""
        self._planned = planned
        self._trails = trails
        self._providers = providers
        self._image = image

    @staticmethod
    def settled(block: dict[str, Any], mask: Any, fields: TemplateFields) -> bool:
        """Whether a block names its template and version without anything unknown."""
        unknown = mask if isinstance(mask, dict) else {}
        named = block.get(fields.id) not in NOT_SET or block.get(fields.name) not in NOT_SET
        open_name = unknown.get(fields.id) is True or unknown.get(fields.name) is True
        return unknown.get(fields.version) is not True and (named or not open_name)

    def known(
        self, block: dict[str, Any], fields: TemplateFields, place: Place | Unplaced
    ) -> Value | None:
        """The template of a settled block; None where the block names none."""
        if block.get(fields.id) in NOT_SET and block.get(fields.name) in NOT_SET:
            return None
        ref = parse_template(block, fields)
        return self._as_planned(ref, place) if isinstance(ref, TemplateRef) else ref

    def block(
        self, resource: Opened, steps: tuple[Step, ...], fields: TemplateFields
    ) -> Value | None:
        """The template of the block at `steps` of a resource, whatever of it is unknown."""
        block = resource.value(steps)
        if not isinstance(block, dict):
            return Unknown()
        if self.settled(block, at_path(resource.unknown, steps), fields):
            place = self._providers.place(resource.value(("region",)), resource.configured)
            return self.known(block, fields, place)
        paths = ((*steps, fields.id), (*steps, fields.name))
        version = (*steps, fields.version)
        if resource.is_unknown(version):
            return self._at_version(resource, paths, version)
        return self._named(resource, paths, block.get(fields.version) or "$Default")

    def _named(self, resource: Opened, paths: tuple[tuple[Step, ...], ...], version: Any) -> Value:
        """The image of the template that an unknown id or name at `paths` means."""
        dead: Dead | None = None
        for path in paths:
            ends = self._trails.of(resource, path)
            if isinstance(ends, Dead):
                dead = dead or ends
                continue
            values = [self._planned_template(end.resource, version) for end in ends]
            return only(ends, values)
        return Unknown((dead.reference,) if dead else ())

    def _at_version(
        self, resource: Opened, paths: tuple[tuple[Step, ...], ...], version: tuple[Step, ...]
    ) -> Value:
        """A template whose version is an attribute of a planned template: the one it will make."""
        ends = self._trails.of(resource, version)
        if isinstance(ends, Dead):
            return Unknown((ends.reference,))
        named = {resource.value(path) for path in paths} - set(NOT_SET)
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
        for resource in self._planned.of_type("aws_launch_template"):
            if resource.action is Action.NO_OP or not self._is_at(resource, place):
                continue
            by_id = ref.id is not None and resource.value(("id",)) == ref.id
            by_name = ref.id is None and resource.value(("name",)) == ref.name
            if by_id or by_name:
                return self._planned_template(resource, ref.version) or ref
        return ref

    def _planned_template(self, resource: Opened, version: str | None) -> Value | None:
        """A template's image at a version; None as version means that of this very plan."""
        if not resource.change.type.endswith("_launch_template"):
            return None
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
        return Planned(step, image or Unusable("is a template without an image"), moving)

    def _existing(self, resource: Opened, version: str) -> Value:
        """A version that this plan does not make: EC2 knows it, if the template exists at all."""
        template_id = resource.value(("id",))
        if resource.action in _NEW or not isinstance(template_id, str):
            return Unusable(f"is version {version} of a template that this plan makes anew")
        number = resource.value(("default_version",))
        if version == "$Default" and resource.is_unknown(("default_version",)):
            return Unknown((f"{resource.change.address}.default_version",))
        if version == "$Default" and isinstance(number, int):
            step = f"launch template {resource.change.address}, at its $Default"
            return Planned(step, TemplateRef(template_id, None, str(number)), moving=True)
        return TemplateRef(template_id, None, version)

    def _is_at(self, resource: Opened, place: Place | Unplaced) -> bool:
        return self._providers.place(resource.value(("region",)), resource.configured) == place


def only(ends: Found, values: list[Value | None]) -> Value:
    """The one value that all ends agree on; where several could decide, nobody knows."""
    distinct = list(dict.fromkeys(value for value in values if value is not None))
    if len(distinct) == 1:
        return distinct[0]
    return Unknown(tuple(dict.fromkeys(end.resource.change.address for end in ends)))
