"""Which arguments of a resource may contain an image: most resources have none, and are skipped."""

import re
from collections.abc import Collection
from functools import cached_property, lru_cache

from assay.inputs.terraform.program.carried import HELD, image_names
from assay.inputs.terraform.program.module import ModuleInstance
from assay.inputs.terraform.program.unread import NAMES, ids_read, reads_computed_file
from assay.inputs.terraform.project.uninstalled import may_name_image
from assay.inputs.terraform.syntax.blocks import Block, Written

_PART = (
    r"(?i)(?<![a-z0-9])ami(?![a-z0-9])|resolve:|\\u"
    r"|(?<![0-9a-f])(?:[0-9a-f]{17}|[0-9a-f]{8})(?![0-9a-f])"
)
"""Parts from which an image may be composed: `join("-", ["ami", "0123456789abcdef0"])`."""
_HEX = re.compile("[0-9a-fA-F]{8}")
_HELD_WORDS = tuple(f".{name}" for name in HELD)
_HELD = (
    r"(?<![\w.-])(?!(?:var|local|module|data|each)\.)(?:[\w-]+\.[\w-]+(?:\[[^\]]*\])?|self)"
    rf"\.(?:{'|'.join(HELD)})\b"
)


class Suspects:
    """The arguments of a module's resources that may contain an image."""

    def __init__(self, module: ModuleInstance) -> None:
        self._module = module

    @cached_property
    def _images(self) -> frozenset[str]:
        """The variables, locals, outputs and data sources (`var.x`) that contain or read images."""
        return frozenset(image_names(self._module))

    def of(self, block: Block) -> list[str]:
        """The arguments and nested blocks that contain an AMI id, or something that reads one."""
        module = self._module
        images: Collection[str] = self._images
        each = block.attributes.get("for_each")
        if each is not None and _may_hold(module, each, images):
            images = (*images, "each")
        names = [
            name
            for name, each in block.attributes.items()
            if _may_hold(module, each, images) or may_name_image(name)
        ]
        nested = {_type(each) for each in block.blocks if _may_hold_any(module, each, images)}
        return [*names, *nested]


def _may_hold(module: ModuleInstance, written: Written, images: Collection[str]) -> bool:
    """Whether an expression contains an AMI id, or reads something that contains one."""
    text = written.text
    if _may_be_composed(text):
        return True
    if "file" in text and (reads_computed_file(written) or ids_read(module, written)):
        return True
    return bool(images) and not _names_in(text).isdisjoint(images)


@lru_cache(maxsize=20_000)
def _may_be_composed(text: str) -> bool:
    some = _HEX.search(text) or "\\u" in text or "resolve:" in text or "ami" in text.lower()
    if some and re.search(_PART, text):
        return True
    return any(word in text for word in _HELD_WORDS) and re.search(_HELD, text) is not None


@lru_cache(maxsize=20_000)
def _names_in(text: str) -> frozenset[str]:
    """The names that an expression reads; cached because the same text occurs in many modules."""
    return frozenset(".".join(filter(None, found)) for found in NAMES.findall(text))


def _may_hold_any(module: ModuleInstance, block: Block, images: Collection[str]) -> bool:
    return any(_may_hold(module, each, images) for each in block.attributes.values()) or any(
        _may_hold_any(module, each, images) for each in block.blocks
    )


def _type(block: Block) -> str:
    return block.labels[0] if block.type == "dynamic" and block.labels else block.type
