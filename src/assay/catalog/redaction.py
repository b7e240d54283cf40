"""What of an answer may be written into a recording.

Recordings are passed on, and people write into parameters and tags what is nobody's business. Of a
parameter, a template or an instance only what names an image is kept, else that it names none; of
an image everything but its tags: an exception that asks for them does not hold with a recording.
"""

from typing import Any

import msgspec
from msgspec.structs import replace

from assay.model import Alias, AmiId, Image, TemplateVersion, parse_image

NO_IMAGE = "not an AMI id"
"""What stands in a recording for a value that names no image; it names none itself."""


def without_tags(image: Image) -> Image:
    """What is kept of an image."""
    return replace(image, tags={})


def parameter_value(value: str) -> str:
    """What is kept of an SSM parameter: an AMI id; of a JSON object the members that lead to one."""
    if isinstance(parse_image(value), AmiId):
        return value
    try:
        document = msgspec.json.decode(value) if value.lstrip().startswith("{") else None
    except (ValueError, RecursionError):
        document = None
    images = _images_in(document)
    return msgspec.json.encode(images).decode() if images else NO_IMAGE


def _images_in(node: Any) -> Any:
    """An AMI id, or an object of nothing but those; None where there is none."""
    if isinstance(node, dict):
        kept = {name: found for name, each in node.items() if (found := _images_in(each))}
        return kept or None
    return node if isinstance(node, str) and isinstance(parse_image(node), AmiId) else None


def image_value(value: str) -> str:
    """What is kept of an `ImageId`: an AMI id, an alias, or nothing where there is nothing."""
    return value if isinstance(parse_image(value), AmiId | Alias | None) else NO_IMAGE


def version_image(version: TemplateVersion) -> TemplateVersion:
    """What is kept of a version of a launch template."""
    return replace(version, image=image_value(version.image)) if version.image else version


def versions_images(versions: tuple[TemplateVersion, ...]) -> tuple[TemplateVersion, ...]:
    """What is kept of all versions of one."""
    return tuple(map(version_image, versions))
