"""Which arguments of a resource may hold an AMI id: of most resources none, and those are not read."""

import re
from collections.abc import Collection

from assay.sources.code.blocks import Block, Written
from assay.sources.code.program import ModuleInstance
from assay.sources.code.unread import ids_read, reads_computed_file
from assay.sources.stray import AMI_IDS

_NAMES = re.compile(
    r"\b(?:var|local|data\.[\w-]+)\.[\w-]+|\bmodule\.[\w-]+(?:\[[^\]]*\])?\.[\w-]+|\beach\b"
)
_INDEX = re.compile(r"\[[^\]]*\]")


def suspected(module: ModuleInstance, block: Block) -> list[str]:
    """The arguments and nested blocks in which an AMI id stands, or something that reads one."""
    images: Collection[str] = module.image_names
    each = block.attributes.get("for_each")
    if each is not None and _may_hold(module, each, images):
        images = (*images, "each")
    names = [name for name, each in block.attributes.items() if _may_hold(module, each, images)]
    nested = {_type(each) for each in block.blocks if _may_hold_any(module, each, images)}
    return [*names, *nested]


def _may_hold(module: ModuleInstance, written: Written, images: Collection[str]) -> bool:
    """Whether an AMI id stands in an expression, or in something that it reads."""
    if "ami-" in written.text and AMI_IDS.search(written.text.encode()):
        return True
    if "file" in written.text and (reads_computed_file(written) or ids_read(module, written)):
        return True
    if not images:
        return False
    return any(_INDEX.sub("", name) in images for name in _NAMES.findall(written.text))


def _may_hold_any(module: ModuleInstance, block: Block, images: Collection[str]) -> bool:
    return any(_may_hold(module, each, images) for each in block.attributes.values()) or any(
        _may_hold_any(module, each, images) for each in block.blocks
    )


def _type(block: Block) -> str:
    return block.labels[0] if block.type == "dynamic" and block.labels else block.type
