"""Parses the `via` between a use and its image, which `fleet/uses.py` writes."""

import re

import msgspec

from assay.model import TemplateRef
from assay.model.ids import TEMPLATE_ID, TEMPLATE_VERSION, has_form

_VERSION = re.compile(
    r"version (?P<number>[0-9]+)(?P<default>, default)?(?P<latest>, latest)?(?:, (?P<named>.+))?",
    re.DOTALL,
)
_TEMPLATE = re.compile(
    rf"template (?P<template>.+), version (?P<version>{TEMPLATE_VERSION})", re.DOTALL
)
_CONFIGURATION = "launch configuration "


class Version(msgspec.Struct, frozen=True, gc=False):
    """A version of a launch template."""

    number: int
    default: bool
    latest: bool
    named: str | None
    """What the version names if it is not an image id: an alias."""


def version_in(via: str | None) -> Version | None:
    """The version in the `via` of a template."""
    found = _VERSION.fullmatch(via or "")
    if found is None:
        return None
    return Version(
        int(found["number"]), bool(found["default"]), bool(found["latest"]), found["named"]
    )


def template_in(via: str | None) -> TemplateRef | None:
    """The template that a use, such as a group, launches from."""
    found = _TEMPLATE.fullmatch(via or "")
    if found is None:
        return None
    named = found["template"]
    is_id = has_form(named, TEMPLATE_ID)
    return TemplateRef(named if is_id else None, None if is_id else named, found["version"])


def configuration_in(via: str | None) -> str | None:
    """The name of the launch configuration that a group launches from."""
    if via is None or not via.startswith(_CONFIGURATION):
        return None
    return via.removeprefix(_CONFIGURATION)
