"""Images that provisioners name: scripts that run when Terraform makes a resource.

Facts: HashiCorp, "JSON Output Format", "Configuration Representation" (`provisioners`, whose
expressions name what they read); "Provisioners": they run when a resource is made, not when it is
changed. What a script reads is followed as far as the plan knows the value.
"""

from collections.abc import Iterator
from typing import Any

from assay.inputs.plan.document.configuration import (
    ConfigurationIndex,
    Configured,
    parent_module,
    references_of,
)
from assay.inputs.plan.document.document import ResourceChange, Variable
from assay.inputs.plan.document.planned import Opened, PlannedResources
from assay.inputs.plan.document.stray import named_in, templates_in
from assay.inputs.plan.document.traversal import longest, parse, split_key
from assay.inputs.plan.document.walk import Step
from assay.model import Action, Alias, AmiId, TemplateRef

_DEEPEST = 64
_RUNS = (Action.CREATE, Action.REPLACE, Action.DECLARED)

Named = AmiId | Alias | TemplateRef


class Provisioners:
    """Reads the provisioners of one plan."""

    def __init__(
        self,
        configuration: ConfigurationIndex,
        planned: PlannedResources,
        variables: dict[str, Variable],
    ) -> None:
        self._configuration = configuration
        self._planned = planned
        self._variables = variables

    def of(
        self, change: ResourceChange, action: Action, configured: Configured | None
    ) -> Iterator[tuple[str, Named, bool]]:
        """Each image that a resource's provisioners name: where, which one, is it sensitive."""
        blocks = configured.block.provisioners if configured else None
        if not blocks or action not in _RUNS:
            return
        own = self._planned.open(change)
        for number, block in enumerate(blocks):
            for name, expression in (block.expressions or {}).items():
                found = dict.fromkeys(
                    (named, hidden)
                    for text, hidden in self._texts(own, own.module, expression, 0)
                    for named in (*named_in(text), *templates_in(text, None))
                )
                for named, hidden in found:
                    yield f"provisioner[{number}].{name}", named, hidden

    def _texts(
        self, own: Opened, module: str, expression: Any, depth: int
    ) -> Iterator[tuple[str, bool]]:
        """Every known text that an expression holds or reads; those of blocks, too."""
        if depth > _DEEPEST:
            return
        if isinstance(expression, list):
            for each in expression:
                yield from self._texts(own, module, each, depth + 1)
        if not isinstance(expression, dict):
            return
        if "constant_value" in expression:
            yield from _in_value(expression["constant_value"], hidden=False)
        for reference in longest(references_of(expression)):
            yield from self._read(own, module, reference, depth + 1)
        if not {"constant_value", "references"} & expression.keys():
            for each in expression.values():
                yield from self._texts(own, module, each, depth + 1)

    def _read(
        self, own: Opened, module: str, reference: str, depth: int
    ) -> Iterator[tuple[str, bool]]:
        """What one reference holds, where the plan knows that."""
        match parse(reference):
            case ["self", *rest]:
                yield from _held(own, tuple(rest))
            case ["var", str(name), *_] if not module:
                variable = self._variables.get(name)
                yield from _in_value(variable.value if variable else None, hidden=False)
            case ["var", str(name), *_]:
                call = self._configuration.call(module)
                passed = (call.expressions or {}).get(name) if call else None
                yield from self._texts(own, parent_module(module), passed, depth)
            case [str(kind), str(name), *rest] if kind not in _NO_RESOURCE:
                key, path = split_key(rest)
                for each in self._planned.of_block(module, kind, name):
                    if key is None or each.change.index == key:
                        yield from _held(each, tuple(path))


_NO_RESOURCE = ("data", "each", "count", "local", "module", "path", "terraform", "ephemeral")


def _held(resource: Opened, path: tuple[Step, ...]) -> Iterator[tuple[str, bool]]:
    """The texts at a path of a planned resource."""
    known = path if path and not isinstance(path[-1], int) else path[:1]
    yield from _in_value(resource.value(known), hidden=resource.is_sensitive(known))


def _in_value(value: Any, *, hidden: bool) -> Iterator[tuple[str, bool]]:
    stack = [value]
    while stack:
        each = stack.pop()
        if isinstance(each, str):
            yield each, hidden
        elif isinstance(each, dict):
            stack.extend(each.values())
        elif isinstance(each, list):
            stack.extend(each)
