"""The images that this plan itself makes from other images.

Facts: hashicorp/aws documentation of aws_ami_copy (CopyImage), aws_ami_from_instance (CreateImage)
and aws_ami (RegisterImage).
"""

from collections.abc import Callable
from functools import partial
from itertools import chain

from assay.inputs.plan.document.planned import UNKNOWN, PlannedResource, PlannedResources
from assay.inputs.plan.document.values import parse_build_parent, parse_instance
from assay.inputs.plan.made import missing
from assay.inputs.plan.made.alias_versions import leads_there, unnamed
from assay.inputs.plan.made.distributions import Distributions
from assay.inputs.plan.made.launch_configurations import named_configurations
from assay.inputs.plan.made.lookups import looked_up
from assay.inputs.plan.made.parameters import Parameters
from assay.inputs.plan.made.templates import Templates
from assay.inputs.plan.places.providers import Providers
from assay.inputs.plan.trails.choices import any_of, fixed_images, instances_in, targets
from assay.inputs.plan.trails.ends import Ended, Ends
from assay.inputs.plan.trails.holders import GROUPS, IMAGE_ATTRIBUTES, PARAMETER_NAMES, Sought
from assay.inputs.plan.trails.known import images_in
from assay.inputs.plan.trails.trail import Dead, End, Fixed, Target, Trails
from assay.inputs.surface import ROWS
from assay.model import (
    Action,
    InstanceRef,
    Made,
    Place,
    Planned,
    Registered,
    Unknown,
    Unplaced,
    Unusable,
    Value,
    may_be_same,
    parse_image,
    same_place,
)
from assay.model.addresses import Path

_BLOCK = next(row for row in ROWS if row.path == "launch_template[*]")
_DEEPEST = 50
_ONE_IMAGE = ("aws_ami", "aws_ami_copy", "aws_ami_from_instance", "awscc_imagebuilder_image")
MAKERS = (*_ONE_IMAGE, "aws_imagebuilder_image")


class Makers:
    """Finds the image that the plan will put in place of an unknown value."""

    def __init__(self, planned: PlannedResources, trails: Trails, providers: Providers) -> None:
        self._planned = planned
        self.ends = Ends(trails)
        self._found: dict[tuple[int, Place | Unplaced], tuple[Value, Ended]] = {}
        self._providers = providers
        self.distributions = Distributions(planned, self.ends, providers, self.recipe)
        self.parameters = Parameters(planned, providers, self.image, is_code=self.ends.is_code)
        moved = self.distributions.of_template
        self.templates = Templates(planned, self.ends, providers, self.image, moved)

    # ------------------------------------------------------------------------------ images

    def image(
        self,
        resource: PlannedResource,
        path: Path,
        depth: int = 0,
        at: Place | Unplaced | None = None,
    ) -> Value:
        """Return what the unknown image value at `path` of a resource will be.

        `at` is where the image must be: where the resource is, unless the resource copies it.
        """
        ends = self.ends.of(resource, path, Sought.IMAGE)
        if isinstance(ends, Dead) or depth > _DEEPEST:
            return Unknown((ends.reference,) if isinstance(ends, Dead) else ())
        here = at or self.place(resource)
        images = partial(self._images_at, at=here, depth=depth + 1)
        return self._once(ends, here, lambda: unnamed(ends) or [*chain(*map(images, ends))])

    def _once(
        self, ends: Ended, place: Place | Unplaced, values: Callable[[], list[Value]]
    ) -> Value:
        """Return the value of some ends in a place, which all instances of a block share."""
        found = self._found.get((id(ends), place))
        if found is None:
            found = self._found[id(ends), place] = any_of(ends, values()), ends
        return found[0]

    def _images_at(self, end: End, at: Place | Unplaced, depth: int) -> list[Value]:
        """Return the images that one end of a trail may contain."""
        if isinstance(end, Fixed):
            return fixed_images(end)
        resource, path = end.resource, end.path
        kind = resource.change.type
        found: list[Value | None] = []
        is_made = kind in MAKERS and (end.is_open or kind not in _ONE_IMAGE)
        if resource.is_data or is_made:
            if not may_be_same(self.place(resource), at):
                does = f"{resource.change.address} {'looks up' if resource.is_data else 'makes'}"
                return [Unusable(f"is an image that {does} in another account or Region")]
            found = [self._read_later(end) if resource.is_data else self._made(resource, depth)]
        elif kind == "aws_ssm_parameter" and path[:1] and path[0] in PARAMETER_NAMES:
            is_image = resource.value(("data_type",)) == "aws:ec2:image"
            found = [self._alias(end, at, depth)] if is_image or not end.wide else []
        elif path:
            found = [self._held(resource, path, depth)]
        else:
            names = IMAGE_ATTRIBUTES.get(kind, ())
            found = [self._held(resource, (name,), depth) for name in names]
        return [value for value in found if value is not None]

    def _made(self, resource: PlannedResource, depth: int) -> Value:
        """Return the image that a resource of this plan will make."""
        address, place = resource.change.address, self.place(resource)
        match resource.change.type:
            case "aws_ami_copy":
                return self._copy(resource, place, depth)
            case "aws_ami_from_instance":
                source = self.of_instance(resource, ("source_instance_id",), depth)
                return Made(address, "CreateImage", source, place)
            case "aws_ami":
                return Registered(address)
        return Made(address, "Image Builder", self.recipe(resource, depth), place)

    def _read_later(self, target: Target) -> Value:
        """Return what a data source will read: during apply, or (code alone) when Terraform plans."""
        resource, path = target.resource, target.path
        if self.ends.is_code:
            return looked_up(resource, path)
        if resource.change.type == "aws_launch_template" and path == ("image_id",):
            return self.templates.of_data(resource, "$Latest")
        return Unknown((target.name,))

    def _held(self, resource: PlannedResource, path: Path, depth: int) -> Value | None:
        """Return what a planned resource contains at `path`: an image, or where it comes from.

        None for a known value that is not an image. What a resource computes from its arguments is
        unknown, so only attributes that contain an AMI id are followed further.
        """
        step = ".".join((resource.change.address, *map(str, path)))
        value: Value
        if resource.is_unknown(path):
            if path[:1] not in {(name,) for name in IMAGE_ATTRIBUTES.get(resource.change.type, ())}:
                return Unknown((step,))
            value = self.image(resource, path, depth)
        else:
            held = images_in(resource.value(path))
            if not held:
                return None
            value = any_of([Target(resource, path)], held)
        return Planned(step, value, sensitive=resource.is_sensitive(path))

    def _alias(self, end: Target, at: Place | Unplaced, depth: int) -> Value:
        """Return the image of an alias made of `resolve:ssm:` and a planned parameter's name."""
        parameter, step = end.resource, f"parameter {end.resource.change.address}"
        if not leads_there(end, self.place(parameter), at):
            return Unusable(f"is an alias for {step}, which is in another account or Region")
        return Planned(step, self.parameters.leaves(parameter, depth), moving=True)

    def _copy(self, resource: PlannedResource, place: Place | Unplaced, depth: int) -> Value:
        path = ("source_ami_id",)
        at = self.elsewhere(resource, place, "source_ami_region")
        source: Value | None
        if resource.is_unknown(path):
            source = self.image(resource, path, depth, at)
        else:
            source = parse_image(resource.value(path))
        return Made(
            resource.change.address,
            "CopyImage",
            source or missing.NO_SOURCE,
            at,
            sensitive=resource.is_sensitive(path),
        )

    def elsewhere(
        self, resource: PlannedResource, place: Place | Unplaced, region: str
    ) -> Place | Unplaced:
        """The place in the Region that an argument of the resource names, if it names one."""
        unknown = resource.is_unknown((region,))
        return self._providers.elsewhere(place, UNKNOWN if unknown else resource.value((region,)))

    def groups(
        self, resource: PlannedResource, path: Path
    ) -> list[PlannedResource] | Unknown | Unusable:
        """Return this plan's Auto Scaling groups whose ARN may be at `path`; no others are known."""
        if resource.is_unknown(path):
            ends = self.ends.of(resource, path, Sought.GROUP)
            if isinstance(ends, Dead):
                return Unknown((ends.reference,))
            named = targets(ends, "arn:")
            if isinstance(named, Unknown):
                return named
            known = tuple(end.reference for end in ends if not isinstance(end, Target))
            return [end.resource for end in named] or Unknown(known)
        arn = resource.value(path)
        found = [each for kind, at in GROUPS for each in self._planned.named(kind, arn, at)]
        return found or missing.NO_GROUP

    def of_instance(self, resource: PlannedResource, path: Path, depth: int = 0) -> Value:
        """Return the image of the instance whose id is at `path`."""
        if not resource.is_unknown(path):
            found = parse_instance(resource.value(path))
            return self._planned_instance(found, depth) if isinstance(found, InstanceRef) else found
        ends = self.ends.of(resource, path, Sought.INSTANCE)
        if isinstance(ends, Dead):
            return Unknown((ends.reference,))
        return self._once(ends, self.place(resource), lambda: self._of_instances(ends, depth))

    def _of_instances(self, ends: Ended, depth: int) -> list[Value]:
        values: list[Value] = []
        for end in ends:
            if isinstance(end, Fixed):
                values.extend(self._planned_instance(ref, depth) for ref in instances_in(end.value))
            elif (launched := self._launched(end.resource, depth)) is not None:
                values.append(launched)
        return values

    def _planned_instance(self, ref: InstanceRef, depth: int) -> Value:
        """An existing instance, or the future image of one that the plan changes."""
        for resource in self._planned.named("aws_instance", ref.id, "id"):
            if resource.action is not Action.NO_OP:
                return self._launched(resource, depth) or ref
        return ref

    def _launched(self, resource: PlannedResource, depth: int) -> Value | None:
        if resource.change.type not in ("aws_instance", "aws_spot_instance_request"):
            return None
        path = ("ami",)
        if resource.is_data:
            return looked_up(resource, path)
        block = resource.value(("launch_template", 0))
        if isinstance(block, dict) and self.ends.leaves_open(resource, path):
            return self.templates.of_instance(resource, _BLOCK)
        return self._held(resource, path, depth)

    def recipe(self, resource: PlannedResource, depth: int = 0) -> Value:
        """Return the parent image of the recipe that an Image Builder image or pipeline names."""
        path = ("image_recipe_arn",)
        wanted = resource.value(path)
        if resource.is_unknown(path):
            ends = self.ends.of(resource, path, Sought.RECIPE)
            if isinstance(ends, Dead):
                return Unknown((ends.reference,))
            return self._once(ends, self.place(resource), lambda: self._parents(ends, depth))
        for kind in ("aws_imagebuilder_image_recipe", "awscc_imagebuilder_image_recipe"):
            for found in self._planned.named(kind, wanted or None, "arn"):
                return self._parent(found, depth) or missing.NO_PARENT
        return missing.NO_RECIPE

    def _parents(self, ends: Ended, depth: int) -> list[Value]:
        named = targets(ends, "arn:")
        if isinstance(named, Unknown):
            return [named]
        values = (self._parent(end.resource, depth) for end in named)
        return [value for value in values if value is not None]

    def _parent(self, recipe: PlannedResource, depth: int) -> Value | None:
        path = ("parent_image",)
        if not recipe.change.type.endswith("imagebuilder_image_recipe"):
            return None
        value = (
            self.image(recipe, path, depth)
            if recipe.is_unknown(path)
            else parse_build_parent(recipe.value(path))
        )
        return Planned(f"{recipe.change.address}.parent_image", value) if value else None

    def launch_configuration(self, resource: PlannedResource, path: Path) -> Value:
        """Return the image of the launch configuration whose name is at `path`, in the same place."""
        here = self.place(resource)
        if resource.is_unknown(path):
            ends = self.ends.of(resource, path, Sought.CONFIGURATION)
            if isinstance(ends, Dead):
                return Unknown((ends.reference,))
        else:
            ends = tuple(
                Target(each, ())
                for each in named_configurations(self._planned, resource.value(path))
                if same_place(self.place(each), here)
            )
            if not ends:
                return missing.NO_CONFIGURATION
        return self._once(ends, here, lambda: self._of_configurations(ends, here))

    def _of_configurations(self, ends: Ended, here: Place | Unplaced) -> list[Value]:
        named = targets(ends, "")
        if isinstance(named, Unknown):
            return [named]
        if not all(may_be_same(self.place(end.resource), here) for end in named):
            return [Unusable("is a launch configuration in another account or Region")]
        return [value for end in named if (value := self._held(end.resource, ("image_id",), 0))]

    def place(self, resource: PlannedResource) -> Place | Unplaced:
        return self._providers.place(resource.own_region, resource.configured)
