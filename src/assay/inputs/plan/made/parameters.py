"""The SSM parameters that this plan writes or deletes, and their future values.

Facts: hashicorp/aws, `aws_ssm_parameter`: every change except of tags and of `overwrite` writes the
value again (`insecure_value` before `value`); `value_wo` is write-only, so no plan contains it;
`name` cannot be changed in place; creating a parameter overwrites another one only with
`overwrite`. AWS CloudFormation, `AWS::SSM::Parameter`, on which hashicorp/awscc is based, never
overwrites another one. EC2 resolves parameters of type String (EC2 User Guide, "Use a Systems
Manager parameter instead of an AMI ID").

A name that is known only after apply can be that of an existing parameter only if it may be
overwritten: creating it would fail otherwise.
"""

from collections.abc import Callable, Iterator

from assay.inputs.plan.document.planned import PlannedResource, PlannedResources
from assay.inputs.plan.places.providers import Providers
from assay.model import (
    Action,
    AmiId,
    ParameterChange,
    Place,
    Planned,
    Unknown,
    Unplaced,
    Unusable,
    Value,
    is_same,
    parameter_named,
    parse_image,
)
from assay.model.addresses import Step

TYPES = ("aws_ssm_parameter", "awscc_ssm_parameter")
READ = ("overwrite", "type", "value_wo_version")
"""The attributes of a parameter that are read besides those with its value."""
_PUT = "put an AMI id into the parameter, or use another parameter"
NO_IMAGE = Unusable("is a parameter that contains no AMI id", _PUT)
"""It did not contain one before either, so no name of an image leads there."""
_NO_LONGER = Unusable("is a parameter that will contain no AMI id", _PUT)
_WRITTEN = (Action.CREATE, Action.REPLACE, Action.UPDATE, Action.IMPORT)
_LEAVE_THE_VALUE = frozenset({"tags", "tags_all", "overwrite"})
"""A change of these attributes alone does not write a new value."""


class Parameters:
    """The parameters that are resources of the plan."""

    def __init__(
        self,
        planned: PlannedResources,
        providers: Providers,
        image: Callable[[PlannedResource, tuple[Step, ...], int], Value],
        *,
        is_code: bool = False,
    ) -> None:
        """`image` returns what an unknown image value of a resource will be, given its depth. With
        `is_code`, it is not known which resources already exist.
        """
        self._is_code = is_code
        self._planned = planned
        self._providers = providers
        self._image = image

    def changes(self) -> Iterator[ParameterChange]:
        """Yield the changes to each parameter that the plan touches."""
        for resource in self._planned.changing(TYPES):
            if resource.action in _WRITTEN and not resource.change.deposed:
                yield from self._written(resource)
            if resource.action in (Action.REPLACE, Action.DELETE):
                yield from self._deleted(resource)

    def leaves(self, resource: PlannedResource, depth: int = 0) -> Value:
        """Return the future value of the newest version of a planned parameter."""
        if resource.value(("type",)) not in (None, "String"):
            return Unusable(
                "is a parameter of a type other than String, which EC2 does not accept",
                "give it the type String and the data_type aws:ec2:image",
            )
        path = held_at(resource)
        step = ".".join((resource.change.address, *map(str, path)))
        value: Value | None
        if is_write_only(resource) and not resource.is_unknown(path) and not resource.value(path):
            return write_only(resource)
        if resource.is_unknown(path):
            value = _by_way_of(step, self._image(resource, path, depth))
        else:
            value = parse_image(resource.value(path))
            if value is None:
                return Unusable(
                    "is a parameter whose value is not in the plan",
                    "set value or insecure_value to an AMI id",
                )
            if not isinstance(value, AmiId):
                return _NO_LONGER if _held_an_image(resource) else NO_IMAGE
        return Planned(step, value, sensitive=resource.is_sensitive(path))

    def _written(self, resource: PlannedResource) -> Iterator[ParameterChange]:
        if not puts_a_value(resource) or _ignores_changes(resource):
            return
        over = resource.is_unknown(("overwrite",)) or resource.value(("overwrite",)) is True
        name = resource.value(("name",))
        if not isinstance(name, str) and not over:
            return
        replaced = resource.action is Action.REPLACE and resource.was(("name",)) == name
        called, place, told = self._named(resource, name)
        yield ParameterChange(
            resource.change.address,
            called,
            place,
            self.leaves(resource),
            anew=replaced or (resource.action in (Action.CREATE, Action.REPLACE) and not over),
            told=told,
            creates=resource.action is Action.CREATE and not over and not self._is_code,
        )

    def _deleted(self, resource: PlannedResource) -> Iterator[ParameterChange]:
        """Yield the deletion of the old parameter, unless it is created again under the same name."""
        name, address = resource.was(("name",)), resource.change.address
        if (
            name in (None, resource.value(("name",)))
            or "delete" not in resource.change.change.actions
        ):
            return
        called, place, told = self._named(resource, name)
        gone = Unusable(
            f"is a parameter that this plan deletes ({address})",
            "name a parameter that is not deleted",
        )
        yield ParameterChange(address, called, place, gone, anew=True, deletes=True, told=told)

    def _named(
        self, resource: PlannedResource, name: object
    ) -> tuple[str | None, Place | Unplaced, Place | Unplaced | None]:
        """Return the name, the place by the provider, and the place by an existing parameter's ARN.

        The ARN of a planned parameter can be an argument, which proves nothing.
        """
        place = self._providers.place(resource.own_region, resource.configured)
        arn, told = resource.was(("arn",)), None
        if isinstance(arn, str):
            _, told = parameter_named(arn, place)
            if is_same(told, place) is False:
                place, told = Unplaced("its provider is in another account or Region"), None
        return (parameter_named(name, place)[0] if isinstance(name, str) else None), place, told


def _held_an_image(resource: PlannedResource) -> bool:
    """Whether a parameter was an image, or may have been: `overwrite` hides the old value."""
    before = [parse_image(resource.was((name,))) for name in ("insecure_value", "value")]
    return resource.value(("overwrite",)) is True or any(isinstance(i, AmiId) for i in before)


def _by_way_of(step: str, value: Value) -> Value:
    """Name an unknown value by the attribute that will contain it, unless only a variable is unset."""
    if not isinstance(value, Unknown) or value.references[:1] == (step,):
        return value
    source = next(iter(value.references), None)
    if source is None or source.startswith("var."):
        return value if source else Unknown((step,), value.when)
    return Unknown((f"{step}, which comes from {source}",), value.when)


def held_at(resource: PlannedResource) -> tuple[Step, ...]:
    """The attribute with the future value of a parameter; the provider prefers `insecure_value`."""
    path: tuple[Step, ...]
    if is_write_only(resource):
        return ("value_wo",)
    for path in (("insecure_value",), ("value",)):
        if resource.value(path) not in (None, ""):
            return path
    written = resource.writes("insecure_value")
    return ("insecure_value",) if written else ("value",)


def is_write_only(resource: PlannedResource) -> bool:
    """Whether a parameter is set by an argument that no plan contains."""
    if resource.writes("value_wo"):
        return True
    version = ("value_wo_version",)
    return resource.is_unknown(version) or resource.value(version) is not None


def write_only(resource: PlannedResource) -> Unusable:
    """Why the value of a write-only parameter is not known."""
    return Unusable(
        f"is what {resource.change.address}.value_wo sets, a write-only argument that no plan contains",
        "set value or insecure_value instead of value_wo: an AMI id is not a secret",
    )


def _ignores_changes(resource: PlannedResource) -> bool:
    """Whether the code ignores some changes, so that the value stays what it was.

    A plan already takes this into account; its configuration does not contain the lifecycle.
    """
    configured = resource.configured
    if configured is None or "lifecycle" not in (configured.block.expressions or {}):
        return False
    return configured.writes(("lifecycle", 0, "ignore_changes"), resource.count)


def puts_a_value(resource: PlannedResource) -> bool:
    """Whether the provider writes the parameter's value when it applies this change."""
    if resource.action not in (Action.UPDATE, Action.IMPORT):
        return True
    before, after, unknown = resource.was(()), resource.value(()), resource.mask(())
    if not isinstance(before, dict) or not isinstance(after, dict):
        return True
    names = {*before, *after} - _LEAVE_THE_VALUE
    mask = unknown if isinstance(unknown, dict) else {}
    return any(before.get(name) != after.get(name) or mask.get(name) is True for name in names)
