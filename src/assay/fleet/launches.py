"""What each group, template, launch configuration and parameter of a night would launch next.

    for each in launches(night.uses()): ...      # Launch: an image, or why it is not known

A group's template or launch configuration is looked up in its own account and Region, an alias among
the parameters there. What names it is the `via` of a stored use, as `fleet/uses.py` writes it.
Fact: EC2 Auto Scaling API Reference, LaunchTemplateSpecification: without a version it is `$Default`.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

import msgspec

from assay.fleet.places import At
from assay.model.ids import PARAMETER, TEMPLATE_VERSION, has_form
from assay.model.inventory import Use, UseType
from assay.model.preview import LAUNCHING, Launch

_OF_GROUP = re.compile(
    rf"template (?P<template>.+), version (?P<version>{TEMPLATE_VERSION})", re.DOTALL
)
_OF_CONFIGURATION = "launch configuration "
_VERSION = re.compile(
    r"version (?P<number>[0-9]+)(?P<default>, default)?(?P<latest>, latest)?(?:, (?P<alias>.+))?",
    re.DOTALL,
)
_ALIAS = "resolve:ssm:"
_OF_RECIPE = "ssm:"
"""How Image Builder is told a parameter."""


class _Version(msgspec.Struct):
    """A version of a template that names an image."""

    use: Use
    default: bool
    latest: bool
    alias: str | None
    pinned: bool = False


class _Here:
    """What one place has that others name."""

    def __init__(self) -> None:
        self.versions: defaultdict[str, dict[int, _Version]] = defaultdict(dict)
        self.configurations: dict[str, Use] = {}
        self.parameters: dict[str, Use] = {}
        self.uses: list[Use] = []

    def take(self, use: Use) -> None:
        self.uses.append(use)
        match use.type:
            case UseType.TEMPLATE:
                version = _VERSION.fullmatch(use.via or "")
                if version is not None:
                    found = _Version(
                        use, bool(version["default"]), bool(version["latest"]), version["alias"]
                    )
                    for name in filter(None, (use.id, use.name)):
                        self.versions[name][int(version["number"])] = found
            case UseType.CONFIGURATION:
                self.configurations[use.name or use.id] = use
            case UseType.PARAMETER:
                self.parameters[use.name or use.id] = use
                self.parameters[use.id] = use

    def named(self, template: str, wanted: str) -> _Version | None:
        """The version that a group's word for it means."""
        versions = self.versions.get(template, {})
        match wanted:
            case "$Latest":
                return next((each for each in versions.values() if each.latest), None)
            case "$Default":
                return next((each for each in versions.values() if each.default), None)
        return versions.get(int(wanted))

    def aliased(self, alias: str) -> tuple[str | None, str | None]:
        """The image of an alias, or why it is not known."""
        name = alias.removeprefix(_ALIAS)
        if has_form(name, PARAMETER) and name in self.parameters:
            return self.parameters[name].image_id, None
        return None, f"{alias} leads to no parameter that was listed here"


def launches(uses: Iterable[tuple[At, Use]]) -> Iterator[Launch]:
    """Every use that launches something next, in the order of places."""
    here: defaultdict[At, _Here] = defaultdict(_Here)
    for at, use in uses:
        if use.type in LAUNCHING:
            here[at].take(use)
    for (account, region), place in here.items():
        found = [
            (use, *_image(use, place)) for use in place.uses
        ]  # groups pin versions of templates
        for use, image, why in found:
            yield Launch(account, region, use, image, why, _by_itself(use, place))


def _image(use: Use, place: _Here) -> tuple[str | None, str | None]:
    """The image that a use launches, or why it is not known."""
    if use.image_id is not None:
        return use.image_id, None
    via = use.via or ""
    if use.type is UseType.TEMPLATE:
        version = _VERSION.fullmatch(via)
        alias = version and version["alias"]
        return place.aliased(alias) if alias else (None, "it names no image that was told")
    if use.type is UseType.RECIPE and via.startswith(_OF_RECIPE):
        return place.aliased(f"{_ALIAS}{via.removeprefix(_OF_RECIPE)}")
    if via.startswith(_ALIAS):
        return place.aliased(via)
    if use.type is UseType.RECIPE:
        return None, f"what {via} leads to was not asked"
    if via.startswith(_OF_CONFIGURATION):
        configuration = place.configurations.get(via.removeprefix(_OF_CONFIGURATION))
        return (
            _image(configuration, place) if configuration else (None, f"{via} was not listed here")
        )
    named = _OF_GROUP.fullmatch(via)
    found = named and place.named(named["template"], named["version"])
    if not found:
        return None, f"{via}: no such version that names an image was listed here"
    found.pinned = True
    return _image(found.use, place)


def _by_itself(use: Use, place: _Here) -> bool:
    if use.type is not UseType.TEMPLATE:
        return True
    version = _VERSION.fullmatch(use.via or "")
    if version is None:
        return True
    found = place.versions[use.id][int(version["number"])]
    return found.default or found.latest or found.pinned
