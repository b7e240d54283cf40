"""The images that this very plan makes from other images.

Facts: hashicorp/aws documentation of aws_ami_copy (CopyImage), aws_ami_from_instance (CreateImage)
and aws_ami (RegisterImage).
"""

from collections.abc import Iterator
from typing import Any

from assay.model import (
    Action,
    Alias,
    AmiId,
    InstanceRef,
    Made,
    Place,
    Planned,
    Registered,
    Unknown,
    Unplaced,
    Unusable,
    Value,
    parse_image,
    same_place,
)
from assay.sources.distributions import Distributions
from assay.sources.lookups import looked_up
from assay.sources.parameters import Parameters
from assay.sources.planned import UNKNOWN, Opened, PlannedResources
from assay.sources.providers import Providers
from assay.sources.surface import ROWS
from assay.sources.templates import Templates, only
from assay.sources.trail import IMAGE_ATTRIBUTES, Dead, Target, Trailing
from assay.sources.values import parse_build_parent, parse_instance
from assay.sources.walk import Step

_BLOCK = next(row for row in ROWS if row.path == "launch_template[*]")
_CONFIGURATIONS = (
    ("aws_launch_configuration", "name"),
    ("awscc_autoscaling_launch_configuration", "launch_configuration_name"),
)
"""The types of launch configurations, and the attribute that holds their name."""
_DEEPEST = 50
_MAKERS = (
    *("aws_ami", "aws_ami_copy", "aws_ami_from_instance"),
    *("aws_imagebuilder_image", "awscc_imagebuilder_image"),
)


class Makers:
    """Turns an unknown value into what the plan will put there."""

    def __init__(self, planned: PlannedResources, trails: Trailing, providers: Providers) -> None:
        self._planned = planned
        self._trails = trails
        self._providers = providers
        self.distributions = Distributions(planned, trails, providers, self.recipe)
        self.parameters = Parameters(planned, providers, self.image)
        moved = self.distributions.of_template
        self.templates = Templates(planned, trails, providers, self.image, moved)

    # ------------------------------------------------------------------------------ images

    def image(
        self,
        resource: Opened,
        path: tuple[Step, ...],
        depth: int = 0,
        at: Place | Unplaced | None = None,
    ) -> Value:
        """What the unknown image value at `path` of a resource will be.

        `at` is where the image must be, which is where the resource is unless it copies.
        """
        ends = self._trails.of(resource, path)
        if isinstance(ends, Dead) or depth > _DEEPEST:
            return Unknown((ends.reference,) if isinstance(ends, Dead) else ())
        at = at or self._place(resource)
        return only(ends, [self._image_at(target, at, depth + 1) for target in ends])

    def _image_at(self, target: Target, at: Place | Unplaced, depth: int) -> Value | None:
        """The image that an attribute of a planned resource holds; None if it holds none."""
        resource = target.resource
        address, place = resource.change.address, self._place(resource)
        if resource.is_data:
            if place != at:
                return Unusable(f"is an image that {address} looks up in another place")
            return looked_up(resource, target.path)
        if resource.change.type in _MAKERS and place != at:
            return Unusable(f"is an image that {address} makes in another place")
        match resource.change.type, target.path[:1]:
            case "aws_ami_copy", ("id",) | ():
                return self._copy(resource, place, depth)
            case "aws_ami_from_instance", ("id",) | ():
                source = self.of_instance(resource, ("source_instance_id",), depth)
                return Made(address, "CreateImage", source, place)
            case "aws_ami", ("id",) | ():
                return Registered(address)
            case "aws_imagebuilder_image", ("output_resources",) | ():
                return Made(address, "Image Builder", self.recipe(resource, depth), place)
            case "awscc_imagebuilder_image", ("image_id",) | ():
                return Made(address, "Image Builder", self.recipe(resource, depth), place)
            case "aws_ssm_parameter", ("arn",) | ("id",) | ("name",) | ("version",):
                return self._alias(resource, depth)
        return self._held(resource, target.path, depth)

    def _held(self, resource: Opened, path: tuple[Step, ...], depth: int) -> Value | None:
        """What a planned resource holds at `path`: an image, or where it comes from.

        None for a known value that is no image. What a resource will make of its arguments is not
        known, so only attributes that hold an AMI id are followed further.
        """
        if resource.is_unknown(path):
            if path[:1] not in {(name,) for name in IMAGE_ATTRIBUTES.get(resource.change.type, ())}:
                return Unknown((".".join((resource.change.address, *map(str, path))),))
            value = self.image(resource, path, depth)
        else:
            held = parse_image(resource.value(path))
            if not isinstance(held, AmiId | Alias):
                return None
            value = held
        step = ".".join((resource.change.address, *map(str, path)))
        return Planned(step, value, sensitive=resource.is_sensitive(path))

    def _alias(self, parameter: Opened, depth: int) -> Value:
        """`resolve:ssm:` and a name or an ARN that AWS has still to give a parameter of the plan.

        Nothing else that an image can be made of holds such an attribute.
        """
        step = f"parameter {parameter.change.address}"
        return Planned(step, self.parameters.leaves(parameter, depth), moving=True)

    def _copy(self, resource: Opened, place: Place | Unplaced, depth: int) -> Value:
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
            source or Unusable("names no source image"),
            at,
            sensitive=resource.is_sensitive(path),
        )

    def elsewhere(self, resource: Opened, place: Place | Unplaced, region: str) -> Place | Unplaced:
        """The place in the Region that an argument of the resource names, if it names any."""
        unknown = resource.is_unknown((region,))
        return self._providers.elsewhere(place, UNKNOWN if unknown else resource.value((region,)))

    def of_instance(self, resource: Opened, path: tuple[Step, ...], depth: int = 0) -> Value:
        """The image of the instance whose id stands at `path`."""
        if not resource.is_unknown(path):
            found = parse_instance(resource.value(path))
            return self._planned_instance(found, depth) if isinstance(found, InstanceRef) else found
        ends = self._trails.of(resource, path)
        if isinstance(ends, Dead):
            return Unknown((ends.reference,))
        return only(ends, [self._launched(end.resource, depth) for end in ends])

    def _planned_instance(self, ref: InstanceRef, depth: int) -> Value:
        """An existing instance; one that the plan changes is judged as it will be."""
        for resource in self._planned.of_type("aws_instance"):
            if resource.value(("id",)) == ref.id and resource.action is not Action.NO_OP:
                return self._launched(resource, depth) or ref
        return ref

    def _launched(self, resource: Opened, depth: int) -> Value | None:
        if resource.change.type not in ("aws_instance", "aws_spot_instance_request"):
            return None
        path = ("ami",)
        if resource.is_data:
            return looked_up(resource, path)
        written = resource.configured is not None and resource.configured.writes("ami")
        block = resource.value(("launch_template", 0))
        if resource.is_unknown(path) and not written and isinstance(block, dict):
            return self.templates.of_instance(resource, _BLOCK)
        return self._held(resource, path, depth)

    def recipe(self, resource: Opened, depth: int = 0) -> Value:
        """The parent image of the recipe that an Image Builder image or pipeline names."""
        path = ("image_recipe_arn",)
        wanted = resource.value(path)
        if resource.is_unknown(path):
            ends = self._trails.of(resource, path)
            if isinstance(ends, Dead):
                return Unknown((ends.reference,))
            return only(ends, [self._parent(end.resource, depth) for end in ends])
        for kind in ("aws_imagebuilder_image_recipe", "awscc_imagebuilder_image_recipe"):
            for found in self._planned.of_type(kind):
                if wanted and found.value(("arn",)) == wanted:
                    return self._parent(found, depth) or Unusable("is a recipe of no image")
        return Unusable("is an Image Builder recipe that is not in this plan")

    def _parent(self, recipe: Opened, depth: int) -> Value | None:
        path = ("parent_image",)
        if not recipe.change.type.endswith("imagebuilder_image_recipe"):
            return None
        value = (
            self.image(recipe, path, depth)
            if recipe.is_unknown(path)
            else parse_build_parent(recipe.value(path))
        )
        return Planned(f"{recipe.change.address}.parent_image", value) if value else None

    # ------------------------------------------------------- instances and configurations

    def launch_configuration(self, resource: Opened, path: tuple[Step, ...]) -> Value:
        """The image of the launch configuration whose name stands at `path`, in the same place."""
        here = self._place(resource)
        if resource.is_unknown(path):
            ends = self._trails.of(resource, path)
            if isinstance(ends, Dead):
                return Unknown((ends.reference,))
            if any(self._place(end.resource) != here for end in ends):
                return Unusable("is a launch configuration of another place")
            found = [end.resource for end in ends]
        else:
            found = list(self._configurations(resource.value(path), here))
            ends = [Target(each, ()) for each in found]
        if not found:
            return Unusable("is a launch configuration that is not in this plan")
        return only(ends, [self._held(each, ("image_id",), 0) for each in found])

    def _configurations(self, name: Any, place: Place | Unplaced) -> Iterator[Opened]:
        """The planned launch configurations of one name in one place."""
        for kind, named in _CONFIGURATIONS:
            for each in self._planned.of_type(kind):
                if each.value((named,)) == name and same_place(self._place(each), place):
                    yield each

    def _place(self, resource: Opened) -> Place | Unplaced:
        return self._providers.place(resource.own_region, resource.configured)
