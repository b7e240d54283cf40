"""Which part of an answer may be written into a recording.

Recordings are passed on, and people put confidential data into parameters and tags. A recording
keeps only what names an image in a parameter, template or instance, or the fact that it names none.
It keeps everything about an image except its tags, so an exception that matches on tags does not
apply with a recording.
"""

from typing import Any

import msgspec
from msgspec.structs import replace

from assay.model import Alias, AmiId, Image, TemplateVersion, parse_image

NO_IMAGE = "not an AMI id"
"""Written instead of a value that names no image. It is itself not an image."""


def without_tags(image: Image) -> Image:
    """Keep everything but the tags."""
    return replace(image, tags={})


def parameter_value(value: str) -> str:
    """Keep an AMI id, or the members of a JSON object that lead to one."""
    if isinstance(parse_image(value), AmiId):
        return value
    try:
        document = msgspec.json.decode(value) if value.lstrip().startswith("{") else None
    except (ValueError, RecursionError):
        document = None
    images = _images_in(document)
    return msgspec.json.encode(images).decode() if images else NO_IMAGE


def _images_in(node: Any) -> Any:
    """An AMI id, or an object that contains only AMI ids; None if there is no AMI id."""
    if isinstance(node, dict):
        kept = {name: found for name, each in node.items() if (found := _images_in(each))}
        return kept or None
    return node if isinstance(node, str) and isinstance(parse_image(node), AmiId) else None


def image_value(value: str) -> str:
    """Keep an `ImageId` that is an AMI id, an alias or empty."""
    return value if isinstance(parse_image(value), AmiId | Alias | None) else NO_IMAGE


def version_image(version: TemplateVersion) -> TemplateVersion:
    """Keep a version of a launch template, but its image only if that names one."""
    return replace(version, image=image_value(version.image)) if version.image else version


def versions_images(versions: tuple[TemplateVersion, ...]) -> tuple[TemplateVersion, ...]:
    """The same for all versions of a launch template."""
    return tuple(map(version_image, versions))
