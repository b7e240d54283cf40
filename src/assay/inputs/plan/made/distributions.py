"""What Image Builder's distribution changes when this plan builds an image.

Facts: Image Builder User Guide, "Manage AMI distribution settings", and API Reference,
LaunchTemplateConfiguration: each build adds a version to the launch template, which becomes its
default unless `setDefaultVersion` is false; SsmParameterConfiguration: the id of the image is
written to the parameter, in the account that is named, or else in that of the build. A pipeline
builds on its schedule, not when it is applied.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any

import msgspec

from assay.inputs.plan.document.planned import UNKNOWN, PlannedResource, PlannedResources
from assay.inputs.plan.document.values import is_template
from assay.inputs.plan.document.walk import Leaf, leaves, texts
from assay.inputs.plan.places.providers import Providers
from assay.inputs.plan.trails.choices import targets
from assay.inputs.plan.trails.ends import Ends
from assay.inputs.plan.trails.holders import Sought
from assay.inputs.plan.trails.trail import Dead, Fixed, Target
from assay.model import (
    Action,
    Made,
    ParameterChange,
    Place,
    TemplateChange,
    Unknown,
    Unplaced,
    Unusable,
    Value,
    is_same,
    parameter_named,
)
from assay.model.addresses import Step

IMAGES = ("aws_imagebuilder_image", "awscc_imagebuilder_image")
_FIELDS = {
    "aws_imagebuilder_distribution_configuration": (
        "distribution[*]",
        "launch_template_configuration[*]",
        "ssm_parameter_configuration[*]",
        "default",
    ),
    "awscc_imagebuilder_distribution_configuration": (
        "distributions[*]",
        "launch_template_configurations[*]",
        "ssm_parameter_configurations[*]",
        "set_default_version",
    ),
}
"""Each provider's names for a distribution, its templates, its parameters, and "default"."""
BUILT = (Action.CREATE, Action.REPLACE)
_CIRCLE = Unusable(
    "is built from something that the build itself changes", "name the parent image by its AMI id"
)
_NUMBERED = "name a version of the template by its number"
_ANYWHERE = Unplaced("the distribution configuration is not in the plan")


class Moved(msgspec.Struct, frozen=True, gc=False):
    """A launch template whose newest version a build changes; `change` is the id() of its change."""

    change: int
    leaves: Value
    default: bool


Named = ParameterChange | TemplateChange | Moved


class _Built:
    """The changes that builds make to names and to launch templates."""

    def __init__(self, changes: tuple[Named, ...]) -> None:
        self.changes = changes
        self.moved: defaultdict[int, list[Moved]] = defaultdict(list)
        """By the id() of the template's change."""
        self._by_id: defaultdict[str | None, list[TemplateChange]] = defaultdict(list)
        for change in changes:
            if isinstance(change, Moved):
                self.moved[change.change].append(change)
            elif isinstance(change, TemplateChange):
                self._by_id[change.id].append(change)

    def of_template(self, id: object) -> list[TemplateChange]:
        """Return the changes of one template, and those for which the template is not known."""
        own = self._by_id.get(id, []) if isinstance(id, str) else []
        return [*own, *self._by_id.get(None, [])]


class Distributions:
    """The names given to images that this plan builds."""

    def __init__(
        self,
        planned: PlannedResources,
        ends: Ends,
        providers: Providers,
        parent: Callable[[PlannedResource], Value],
    ) -> None:
        """`parent` returns the image from which an Image Builder image is made."""
        self._planned = planned
        self._ends = ends
        self._providers = providers
        self._parent = parent
        self._known: _Built | None = None
        self._asked = False

    @property
    def changes(self) -> tuple[Named, ...]:
        """The changes to every name that a build of this plan changes."""
        return self._built.changes

    @property
    def _built(self) -> "_Built":
        """The changes by builds. A built image can come from an instance, and that from a template:
        a lookup that comes back here on this way learns only which names change.
        """
        if self._known is not None:
            return self._known
        if self._asked:
            return self._circle
        self._asked = True
        self._known = self._of_images(self._parent)
        return self._known

    @cached_property
    def _circle(self) -> "_Built":
        return self._of_images(lambda _: _CIRCLE)

    def _of_images(self, parent: Callable[[PlannedResource], Value]) -> "_Built":
        images = (image for image in self._planned.changing(IMAGES) if builds(image))
        return _Built(tuple(each for image in images for each in self._of_image(image, parent)))

    def of_template(self, template: PlannedResource, version: str | None) -> Value | None:
        """Return what a version of a template of this plan will contain, if a build moves it."""
        if version not in ("$Latest", "$Default"):
            return None
        built = self._built
        if not built.changes:
            return None
        own, place = template.value(("id",)), self._place(template)
        moved = built.moved.get(id(template.change), ())
        left = [each.leaves for each in moved if each.default or version == "$Latest"]
        for change in built.of_template(own):
            known = change.default or version == "$Latest"
            if known and is_same(change.place, place) is not False:
                what = f"is the {version} of a launch template that {change.by} may move"
                left.append(Unusable(what, _NUMBERED))
        if len(set(left)) > 1:
            return Unusable(
                f"is the {version} of a launch template that several builds move", _NUMBERED
            )
        return left[0] if left else None

    def _of_image(
        self, image: PlannedResource, parent: Callable[[PlannedResource], Value]
    ) -> Iterator[Named]:
        if _is_container(image):
            return
        path: tuple[Step, ...] = ("distribution_configuration_arn",)
        found: list[PlannedResource] = []
        if image.is_unknown(path):
            if image.configured is not None and not image.writes(*path):
                return
            ends = self._ends.of(image, path, Sought.DISTRIBUTION)
            named = Unknown() if isinstance(ends, Dead) else targets(ends, "arn:")
            found = [] if isinstance(named, Unknown) else [end.resource for end in named]
        elif not image.value(path):
            return
        else:
            found = [
                each
                for kind in _FIELDS
                for each in self._planned.named(kind, image.value(path), "arn")
            ]
        if not found or any(each.change.type not in _FIELDS for each in found):
            yield from _anything(image)
        for each in found:
            if each.change.type in _FIELDS:
                made = Made(
                    image.change.address, "Image Builder", parent(image), self._place(image)
                )
                yield from self._of_distribution(image, made, each)

    def _of_distribution(
        self, image: PlannedResource, made: Made, distribution: PlannedResource
    ) -> Iterator[Named]:
        blocks, templates, parameters, default = _FIELDS[distribution.change.type]
        for leaf in _leaves(blocks, distribution):
            if leaf.unknown:
                yield from _anything(image)
                continue
            block, mask = _tree(leaf.value), _tree(leaf.mask)
            region = UNKNOWN if mask.get("region") is True else block.get("region")
            at = self._providers.elsewhere(self._place(image), region)
            for each in leaves(templates, block, mask, None):
                steps = (*leaf.steps, *each.steps)
                yield from self._of_template(image, made, distribution, each, steps, at, default)
            for each in leaves(parameters, block, mask, None):
                yield _of_parameter(image, made, each, at)

    def _of_template(
        self,
        image: PlannedResource,
        made: Made,
        distribution: PlannedResource,
        leaf: Leaf,
        steps: tuple[Step, ...],
        at: Place | Unplaced,
        default: str,
    ) -> Iterator[TemplateChange | Moved]:
        """Yield the change to one template of a distribution; with an unknown id, to any template."""
        by, block, mask = image.change.address, _tree(leaf.value), _tree(leaf.mask)
        account = UNKNOWN if mask.get("account_id") is True else block.get("account_id")
        at = _of_account(at, account)
        moves = block.get(default) is not False
        value: Value = made
        if mask.get(default) is True:
            value = Unusable(f"is a version of a launch template that {by} may move", _NUMBERED)
        named = block.get("launch_template_id")
        if not leaf.unknown and isinstance(named, str):
            yield TemplateChange(by, named, None, at, value, moves)
            return
        ends = self._ends.of(distribution, (*steps, "launch_template_id"), Sought.TEMPLATE)
        if isinstance(ends, Dead) or any(isinstance(end, Fixed) and _may_name(end) for end in ends):
            yield TemplateChange(by, None, None, at, value, moves)
            return
        for end in ends:
            if isinstance(end, Target):
                yield Moved(id(end.resource.change), value, moves)

    def _place(self, resource: PlannedResource) -> Place | Unplaced:
        return self._providers.place(resource.own_region, resource.configured)


def builds(resource: PlannedResource) -> bool:
    """Whether an apply builds an image, launching its recipe's parent to do so.

    Fact: Image Builder User Guide, "How Image Builder works".
    """
    kind = resource.change.type in IMAGES
    return kind and resource.action in BUILT and not resource.change.deposed


def _may_name(end: Fixed) -> bool:
    """Whether a known value may be a template's id."""
    return any(not end.wide or is_template(text) for text in texts(end.value))


def _of_parameter(
    image: PlannedResource, made: Made, leaf: Leaf, at: Place | Unplaced
) -> ParameterChange:
    block, mask = _tree(leaf.value), _tree(leaf.mask)
    account = UNKNOWN if mask.get("ami_account_id") is True else block.get("ami_account_id")
    at, name = _of_account(at, account), block.get("parameter_name")
    if not isinstance(name, str):
        return ParameterChange(image.change.address, None, at, made)
    called, at = parameter_named(name, at)
    return ParameterChange(image.change.address, called, at, made)


def _anything(image: PlannedResource) -> Iterator[ParameterChange | TemplateChange]:
    """Yield the changes of a distribution that is not in this plan: it may change any name."""
    by = image.change.address
    what = Unusable(
        f"is a name that {by} may change: its distribution is not in this plan",
        "keep it in the same configuration as its distribution configuration",
    )
    yield ParameterChange(by, None, _ANYWHERE, what)
    yield TemplateChange(by, None, None, _ANYWHERE, what)


def _is_container(image: PlannedResource) -> bool:
    """Whether it builds a container image, which is distributed to registries and is not an AMI."""
    if image.value(("image_recipe_arn",)):
        return False
    return not image.writes("image_recipe_arn") and (
        bool(image.value(("container_recipe_arn",))) or image.writes("container_recipe_arn")
    )


def _of_account(place: Place | Unplaced, account: Any) -> Place | Unplaced:
    if isinstance(place, Unplaced) or account in (None, ""):
        return place
    if not isinstance(account, str):
        return Unplaced("the account is known only after apply")
    return Place(place.partition, account, place.region)


def _leaves(pattern: str, resource: PlannedResource) -> Iterator[Leaf]:
    return leaves(pattern, resource.value(()), resource.mask(()), None)


def _tree(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
