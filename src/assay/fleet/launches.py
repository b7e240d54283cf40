"""What each group, template, launch configuration and parameter of a night would launch next.

    for each in launches(night.uses()): ...      # Launch: an image, or why it is not known

A group's template or launch configuration is looked up in its own account and Region, and so is an
alias among the parameters. The reference is the `via` of a stored use, as written by
`fleet/uses.py`.
Fact: EC2 Auto Scaling API Reference, LaunchTemplateSpecification: without a version it is
`$Default`.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator

import msgspec

from assay.fleet.places import At
from assay.fleet.via import Version, configuration_in, template_in, version_in
from assay.model import TemplateRef
from assay.model.ids import PARAMETER, has_form
from assay.model.inventory import Use, UseType
from assay.model.preview import LAUNCHING, Launch

_ALIAS = "resolve:ssm:"
_OF_RECIPE = "ssm:"
"""The prefix of a parameter in an Image Builder recipe."""


class _Version(msgspec.Struct):
    """A version of a template that names an image."""

    use: Use
    version: Version
    pinned: bool = False


class _Here:
    """What one place has that others refer to."""

    def __init__(self) -> None:
        self.versions: defaultdict[str, dict[int, _Version]] = defaultdict(dict)
        self.configurations: dict[str, Use] = {}
        self.parameters: dict[str, Use] = {}
        self.uses: list[Use] = []

    def take(self, use: Use) -> None:
        self.uses.append(use)
        match use.type:
            case UseType.TEMPLATE:
                version = version_in(use.via)
                if version is not None:
                    found = _Version(use, version)
                    for name in filter(None, (use.id, use.name)):
                        self.versions[name][version.number] = found
            case UseType.CONFIGURATION:
                self.configurations[use.name or use.id] = use
            case UseType.PARAMETER:
                self.parameters[use.name or use.id] = use
                self.parameters[use.id] = use

    def named(self, ref: TemplateRef) -> _Version | None:
        """The version that a group's template reference means."""
        versions = self.versions.get(ref.id or ref.name or "", {})
        match ref.version:
            case "$Latest":
                return next((each for each in versions.values() if each.version.latest), None)
            case "$Default":
                return next((each for each in versions.values() if each.version.default), None)
        return versions.get(int(ref.version))

    def aliased(self, alias: str) -> tuple[str | None, str | None]:
        """The image of an alias, or why it is not known."""
        name = alias.removeprefix(_ALIAS)
        if has_form(name, PARAMETER) and name in self.parameters:
            return self.parameters[name].image_id, None
        return None, f"{alias} names a parameter that is not in the listing"


def launches(uses: Iterable[tuple[At, Use]]) -> Iterator[Launch]:
    """Every use that launches something next, in the order of the places."""
    here: defaultdict[At, _Here] = defaultdict(_Here)
    for at, use in uses:
        if use.type in LAUNCHING:
            here[at].take(use)
    for (account, region), place in here.items():
        # Resolve all first, because groups pin versions of templates
        found = [(use, *_image(use, place)) for use in place.uses]
        for use, image, why in found:
            yield Launch(account, region, use, image, why, _by_itself(use, place))


def _image(use: Use, place: _Here) -> tuple[str | None, str | None]:
    """The image that a use launches, or why it is not known."""
    if use.image_id is not None:
        return use.image_id, None
    via = use.via or ""
    if use.type is UseType.TEMPLATE:
        version = version_in(via)
        if version is None or version.named is None:
            return None, "it contains no known image"
        return place.aliased(version.named)
    if use.type is UseType.RECIPE and via.startswith(_OF_RECIPE):
        return place.aliased(f"{_ALIAS}{via.removeprefix(_OF_RECIPE)}")
    if via.startswith(_ALIAS):
        return place.aliased(via)
    if use.type is UseType.RECIPE:
        return None, f"{via} was not looked up"
    configured = configuration_in(via)
    if configured is not None:
        configuration = place.configurations.get(configured)
        if configuration is None:
            return None, f"{via} is not in the listing"
        return _image(configuration, place)
    named = template_in(via)
    found = place.named(named) if named else None
    if found is None:
        return None, f"{via}: the listing has no such version with an image"
    found.pinned = True
    return _image(found.use, place)


def _by_itself(use: Use, place: _Here) -> bool:
    version = version_in(use.via) if use.type is UseType.TEMPLATE else None
    if version is None:
        return True
    pinned = place.versions[use.id][version.number].pinned
    return version.default or version.latest or pinned
