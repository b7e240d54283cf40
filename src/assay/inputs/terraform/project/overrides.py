"""Applies override files to the blocks declared elsewhere (HashiCorp, "Override Files")."""

from typing import NamedTuple

from msgspec.structs import replace

from assay.inputs.terraform.project.paths import SUFFIXES
from assay.inputs.terraform.syntax.blocks import Block


class Placed(NamedTuple):
    """A block, and the file that contains it."""

    file: str
    block: Block


def overrides(path: str) -> bool:
    """Whether a file is an override file."""
    name = path.rpartition("/")[2]
    stem = next((name.removesuffix(end) for end in SUFFIXES[::-1] if name.endswith(end)), name)
    return stem == "override" or stem.endswith("_override")


def overridden(before: Placed | None, by: Placed) -> Placed:
    """A block whose arguments and nested blocks are replaced by those of an override file."""
    if before is None:
        return by
    old, new = before.block, by.block
    replaced = {_type(block) for block in new.blocks}
    kept = (block for block in old.blocks if _type(block) not in replaced)
    merged = (_merged(each, old, by.file) for each in new.blocks)
    block = Block(
        old.type,
        old.labels,
        old.line,
        {
            **old.attributes,
            **{name: replace(each, file=by.file) for name, each in new.attributes.items()},
        },
        (*kept, *merged),
    )
    return Placed(before.file, block)


def _merged(block: Block, old: Block, file: str) -> Block:
    """A block of an override file; a `lifecycle` keeps the arguments that it does not set again."""
    own = replace(block, file=file)
    before = next(old.of_type("lifecycle"), None)
    if block.type != "lifecycle" or before is None:
        return own
    return replace(own, attributes={**before.attributes, **block.attributes})


def _type(block: Block) -> str:
    return block.labels[0] if block.type == "dynamic" and block.labels else block.type
