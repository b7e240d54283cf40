"""Actions of Terraform 1.14: what their configuration names is judged, as it is of a plan's.

Fact: HashiCorp, "The action block" (`config`, `count`, `for_each`). Whether something triggers one, or
somebody invokes it by name, is not asked.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from assay.inputs.terraform.syntax.blocks import Block

if TYPE_CHECKING:
    from assay.inputs.terraform.project.modules import ModuleCode

_REPEATS = ("count", "for_each")


def actions_of(code: "ModuleCode") -> Iterator[Block]:
    """The configuration of each action of a module, as a block that has its address for labels."""
    for (kind, name), placed in code.actions.items():
        own = placed.block.attributes
        repeats = {each: own[each] for each in _REPEATS if each in own}
        for config in placed.block.of_type("config"):
            yield Block(
                "action",
                (f"action.{kind}", name),
                placed.block.line,
                {**config.attributes, **repeats},
                config.blocks,
            )
