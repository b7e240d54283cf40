"""What a plan says it depends on: only this shows what locals and dynamic blocks read.

Code that reads anything else is not what was planned. This check is not needed for the code in a
saved plan: an apply uses that code, even if it was changed there.

Fact: HashiCorp, "JSON Output Format": `relevant_attributes` are all attributes that may have led to
a change. Instances may be listed without their keys, and attributes as the whole object that is
read.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property

from assay.inputs.plan.document.document import RelevantAttribute
from assay.inputs.plan.trails.trail import Target
from assay.model.addresses import InstanceKey, ModulePath, block_address, module_path

_Block = tuple[ModulePath, str, str, str]
_WHOLE = ""
_ARN = "arn"
"""The id may be extracted from it."""


class Relevant:
    """The attributes that a plan says its changes depend on."""

    def __init__(self, listed: Iterable[RelevantAttribute]) -> None:
        self._listed = listed

    def has(self, target: Target) -> bool:
        """Whether the plan depends on the attribute or resource of a target."""
        change = target.resource.change
        block = (module_path(change.module_address), change.mode, change.type, change.name)
        wanted = {_WHOLE, _ARN, *map(str, target.path[:1])}
        return any(
            key in (None, change.index) and (not target.path or name in wanted)
            for key, name in self._by_block.get(block, ())
        )

    @cached_property
    def _by_block(self) -> Mapping[_Block, set[tuple[InstanceKey, str]]]:
        found: defaultdict[_Block, set[tuple[InstanceKey, str]]] = defaultdict(set)
        for each in self._listed:
            of = block_address(each.resource)
            name = str(each.attribute[0]) if each.attribute else _WHOLE
            found[module_path(of.module), of.mode, of.type, of.name].add((of.key, name))
        return dict(found)
