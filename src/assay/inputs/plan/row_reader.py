"""Reads one leaf of a planned resource as a value, according to the form that its row declares."""

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from assay.inputs.plan.blanked import BLANKED, is_blanked
from assay.inputs.plan.chosen import Resource, Said, block_of, left_to_services
from assay.inputs.plan.document.configuration import Configured
from assay.inputs.plan.document.document import ResourceChange
from assay.inputs.plan.document.narrow import Narrowed
from assay.inputs.plan.document.planned import PlannedResource, PlannedResources
from assay.inputs.plan.document.values import NO_ID, NO_NAME, parse_build_parent, parse_parameter
from assay.inputs.plan.document.walk import Leaf, at_path, leaves
from assay.inputs.plan.filled_in import Writes, computed_only, is_set
from assay.inputs.plan.made.distributions import builds
from assay.inputs.plan.made.images import Makers
from assay.inputs.plan.made.parameters import puts_a_value, write_only
from assay.inputs.plan.trails.choices import any_of
from assay.inputs.plan.trails.waiting import Waiting
from assay.inputs.surface import Form, Row, rows_by_type
from assay.model import (
    Action,
    Alias,
    AmiId,
    Place,
    Planned,
    Registered,
    Unknown,
    Unplaced,
    Unusable,
    Value,
    parse_image,
)
from assay.model.addresses import Step


class RowReader:
    """Turns leaves into values; decodes a whole resource only if a trail has to be followed."""

    def __init__(self, planned: PlannedResources, makers: Makers) -> None:
        self._planned = planned
        self._makers = makers

    def value(
        self,
        row: Row,
        leaf: Leaf,
        view: Narrowed,
        change: ResourceChange,
        configured: Configured | None,
        place: Place | Unplaced,
    ) -> Value | None:
        """Return the value of a leaf, or None if it names no image."""
        writes = self._writes(view, change, configured)
        if row.overridden_by and is_set(row.overridden_by, view, writes):
            return None
        if not _applies(row, leaf, view) or _is_behind(row, leaf, view, configured):
            return None
        if row.written_with and leaf.value is None and not leaf.unknown:
            return self._write_only(view, change)
        if not leaf.unknown:
            if leaf.sensitive and is_blanked(row, leaf, view, configured):
                return BLANKED
            return self._known(row, leaf, view, change, configured, place)
        if computed_only(row, leaf, view, writes):
            return None
        return self._unknown(row, leaf, view, change, place)

    def _writes(
        self, view: Narrowed, change: ResourceChange, configured: Configured | None
    ) -> Writes | None:
        """Return whether the configuration sets a path to something other than null."""
        if configured is None:
            return None
        ends, planned = self._makers.ends, self._planned
        return lambda path: (
            configured.writes(path, view.count)
            and not ends.come_to_null(planned.open(change), path)
        )

    def names_an_image(self, row: Row, leaf: Leaf, view: Narrowed) -> bool:
        """Whether a leaf of a resource that is not judged names an image, or leads to one."""
        if row.overridden_by and view.after.get(row.overridden_by) not in (None, "", []):
            return False
        if leaf.value in (None, "", []) or not _applies(row, leaf, view):
            return False
        if _is_behind(row, leaf, view, None):
            return False
        if row.form is Form.PARAMETER:
            return parse_parameter(leaf.value, view.after.get("data_type")) is not None
        return True

    def attribute(self, row: Row, leaf: Leaf) -> str:
        """The attribute path to show; for a template block, that of the field naming the template."""
        if row.template is None or not isinstance(leaf.value, dict):
            return leaf.path
        fields = row.template
        by_name = leaf.value.get(fields.id) in NO_ID and leaf.value.get(fields.name) not in NO_NAME
        return f"{leaf.path}.{fields.name if by_name else fields.id}"

    def _known(
        self,
        row: Row,
        leaf: Leaf,
        view: Narrowed,
        change: ResourceChange,
        configured: Configured | None,
        place: Place | Unplaced,
    ) -> Value | None:
        """Read a planned value that is known."""
        match row.form:
            case Form.IMAGE:
                return parse_image(leaf.value)
            case Form.PARAMETER:
                return parse_parameter(leaf.value, view.after.get("data_type"))
            case Form.BUILD_PARENT:
                return parse_build_parent(leaf.value)
            case Form.TEMPLATE:
                templates = self._makers.templates
                return templates.of_leaf(
                    row,
                    leaf,
                    place,
                    lambda path: configured.writes(path, view.count) if configured else None,
                    lambda: self._planned.open(change),
                    Waiting(change.module_address or "", configured),
                )
        return self._other(row, leaf, change)

    def _write_only(self, view: Narrowed, change: ResourceChange) -> Value | None:
        """The value of an image parameter set by a write-only argument, which no plan contains.

        None for parameters of other types, which can contain anything.
        """
        if view.after.get("data_type") != "aws:ec2:image":
            return None
        resource = self._planned.open(change)
        return write_only(resource) if puts_a_value(resource) else None

    def _unknown(
        self,
        row: Row,
        leaf: Leaf,
        view: Narrowed,
        change: ResourceChange,
        place: Place | Unplaced,
    ) -> Value | None:
        """Find out what a value that the plan does not know yet will be."""
        resource = self._planned.open(change)
        if row.region:
            place = self._makers.elsewhere(resource, place, row.region)
        match row.form:
            case Form.PARAMETER:
                if view.after.get("data_type") != "aws:ec2:image":
                    return None
                return self._makers.image(resource, leaf.steps)
            case Form.IMAGE | Form.BUILD_PARENT:
                return self._makers.image(resource, leaf.steps, at=place)
            case Form.TEMPLATE:
                return Unknown(_references(resource, leaf))
        return self._other(row, leaf, change)

    def _other(self, row: Row, leaf: Leaf, change: ResourceChange) -> Value | None:
        """Read the forms that lead through another resource, whether or not their value is known."""
        if not leaf.unknown and leaf.value in (None, ""):
            return None
        resource = self._planned.open(change)
        match row.form:
            case Form.REGISTERED:
                return Registered(change.address) if leaf.unknown else parse_image(leaf.value)
            case Form.INSTANCE:
                return self._makers.of_instance(resource, leaf.steps)
            case Form.RECIPE:
                return self._recipe(resource)
            case Form.LAUNCH_CONFIGURATION:
                return self._makers.launch_configuration(resource, leaf.steps)
            case Form.GROUP:
                return self._group(resource, leaf.steps)
        return Unusable("has a form that assay does not read")

    def _group(self, resource: PlannedResource, path: tuple[Step, ...]) -> Value | None:
        """What the groups launch that the plan leaves unchanged; all others get their own verdicts."""
        groups = self._makers.groups(resource, path)
        if isinstance(groups, Unknown | Unusable):
            return groups
        unchanged = [each for each in groups if each.action is Action.NO_OP]
        return any_of([], [self._launched(each) for each in unchanged]) if unchanged else None

    def _launched(self, other: PlannedResource) -> Value:
        """Everything that a resource itself launches: images it names, and those left to services."""
        view = Narrowed(other.value(()), other.mask(()), None)
        place, rows = self._makers.place(other), rows_by_type()[other.change.type]
        said = [
            Said(row, leaf, value)
            for row in rows
            if row.form is not Form.SERVICE and not view.lacks(row)
            for leaf in leaves(row.path, view.after, view.unknown, None)
            if (value := self.value(row, leaf, view, other.change, other.configured, place))
        ]
        said += left_to_services(rows, Resource(view, other.configured), said)
        step, values = (
            f"{other.change.address}, which does not change",
            [each.value for each in said],
        )
        return Planned(step, any_of([], values)) if values else Unknown((other.change.address,))

    def _recipe(self, resource: PlannedResource) -> Value:
        """The parent of a recipe. For an image, this is what its build instance is launched from."""
        value = self._makers.recipe(resource)
        if not builds(resource):
            return value
        return Planned(f"{resource.change.address}, which launches it during apply", value)

    def of_default(self, rows: Sequence[Row], change: ResourceChange) -> list[Said]:
        """The version that an update makes a launch template's default, if it is an older one."""
        if change.type != "aws_launch_template":
            return []
        value = self._makers.templates.new_default(self._planned.open(change))
        leaf = Leaf(("default_version",), None, None, sensitive=False)
        return [Said(rows[0], leaf, value)] if value is not None else []

    def of_services(
        self, rows: Iterable[Row], resource: Resource, said: Sequence[Said], change: ResourceChange
    ) -> list[Said]:
        """The images that services will or may choose, unless another resource of the plan decides."""
        found: list[Said] = []
        for each in left_to_services(rows, resource, said):
            others = self._deciding(each, change)
            unchanged = [other for other in others or () if other.action is Action.NO_OP]
            if unchanged:
                found.append(replace(each, value=any_of([], [*map(self._launched, unchanged)])))
            elif others is None:
                found.append(each)
        return found

    def _deciding(self, said: Said, change: ResourceChange) -> list[PlannedResource] | None:
        """Return the resources of this plan that decide about an image, or None if there are none."""
        to, leaf = said.elsewhere, said.leaf
        if to is None:
            return None
        resource = self._planned.open(change)
        if leaf.unknown:
            return [] if self._makers.ends.are_all(resource, leaf.steps, to.types) else None
        within: tuple[Step, ...] | None = (to.within,) if to.within else None
        found = [
            other
            for kind in to.types
            for other in self._planned.named(kind, leaf.value, "name", "id", "template_name")
            if within is None or other.value(within) == resource.value(within)
        ]
        return found or None


def _references(resource: PlannedResource, leaf: Leaf) -> tuple[str, ...]:
    return resource.configured.references(leaf.steps) if resource.configured else ()


def _applies(row: Row, leaf: Leaf, view: Narrowed) -> bool:
    """Whether the block around a leaf has, or may get, the fields that the row requires.

    If one of these fields is not known yet, the value counts only if it is an image or unknown too.
    """
    if not row.when or leaf.steps[-1] != row.path.rpartition(".")[2]:
        return True
    block, mask = (at_path(tree, leaf.steps[:-1]) for tree in (view.after, view.unknown))
    if not isinstance(block, dict):
        return False
    later = {name for name, _ in row.when if at_path(mask, (name,)) is True}
    if not all(name in later or block.get(name) == value for name, value in row.when):
        return False
    return not later or leaf.unknown or isinstance(parse_image(leaf.value), AmiId | Alias)


def _is_behind(row: Row, leaf: Leaf, view: Narrowed, configured: Configured | None) -> bool:
    """Whether something else provides the image for all that the block around a leaf launches."""
    return any(
        _brings(path, Resource(view, configured), block_of(leaf.steps)) for path in row.behind
    )


def _brings(path: str, resource: Resource, block: tuple[Step, ...]) -> bool:
    """Whether a path is or will be set everywhere in the block."""
    found = list(resource.leaves(path, block))
    last = path.rpartition(".")[2]
    return bool(found) and all(
        leaf.steps[-1] == last
        and (resource.is_open(leaf) if leaf.unknown else leaf.value not in (None, ""))
        for leaf in found
    )
