"""Actions (Terraform 1.14): images named in their configuration are judged as in a plan.

Fact: HashiCorp, "The action block" (`config`, `count`, `for_each`). It makes no difference whether
anything triggers the action, or whether it is only invoked by name.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from assay.inputs.terraform.syntax.blocks import Block

if TYPE_CHECKING:
    from assay.inputs.terraform.project.modules import ModuleCode

_REPEATS = ("count", "for_each")


def actions_of(code: "ModuleCode") -> Iterator[Block]:
    """The configuration of each action of a module, as a block labelled with its address."""
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
