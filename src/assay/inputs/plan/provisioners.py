"""Images named in provisioners: scripts that run when Terraform creates a resource.

Facts: HashiCorp, "JSON Output Format", "Configuration Representation" (`provisioners`, whose
expressions name what they read); "Provisioners": they run when a resource is created, not when it
is changed. Whatever a script reads is followed as far as the plan knows the value.
"""

from collections.abc import Iterator
from typing import Any

from assay.inputs.plan.document.configuration import ConfigurationIndex, Configured, references_of
from assay.inputs.plan.document.document import ResourceChange, Variable
from assay.inputs.plan.document.planned import PlannedResource, PlannedResources
from assay.inputs.plan.document.stray import named_in, templates_in
from assay.model import Action, Alias, AmiId, TemplateRef
from assay.model.addresses import Step, longest, parent_module, parse, split_key

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
        self._known: dict[tuple[str, str], tuple[tuple[Named, bool], ...]] = {}

    def of(
        self, change: ResourceChange, action: Action, configured: Configured | None
    ) -> Iterator[tuple[str, Named, bool]]:
        """Yield the images in a resource's provisioners: path, image, and whether it is sensitive."""
        blocks = configured.block.provisioners if configured else None
        if not blocks or action not in _RUNS:
            return
        own = self._planned.open(change)
        for number, block in enumerate(blocks):
            for name, expression in (block.expressions or {}).items():
                for named, hidden in dict.fromkeys(self._in(own, own.module, expression, 0)):
                    yield f"provisioner[{number}].{name}", named, hidden

    def _in(
        self, own: PlannedResource, module: str, expression: Any, depth: int
    ) -> Iterator[tuple[Named, bool]]:
        """Yield the known images that an expression, or a block, contains or reads."""
        if depth > _DEEPEST:
            return
        if isinstance(expression, list):
            for each in expression:
                yield from self._in(own, module, each, depth + 1)
        if not isinstance(expression, dict):
            return
        if "constant_value" in expression:
            yield from _in_value(expression["constant_value"], hidden=False)
        for reference in longest(references_of(expression)):
            yield from self._read(own, module, reference, depth + 1)
        if not {"constant_value", "references"} & expression.keys():
            for each in expression.values():
                yield from self._in(own, module, each, depth + 1)

    def _read(
        self, own: PlannedResource, module: str, reference: str, depth: int
    ) -> Iterator[tuple[Named, bool]]:
        """Yield the images in the value of one reference."""
        match parse(reference):
            case ["self", *rest]:
                yield from _held(own, tuple(rest))
            case ["var", str(name), *_] if module:
                call = self._configuration.call(module)
                passed = (call.expressions or {}).get(name) if call else None
                yield from self._in(own, parent_module(module), passed, depth)
            case steps:
                known = self._known.get((module, reference))
                if known is None:
                    found = dict.fromkeys(self._of_others(module, steps))
                    known = self._known[module, reference] = tuple(found)
                yield from known

    def _of_others(self, module: str, steps: list[Step]) -> Iterator[tuple[Named, bool]]:
        """Yield the images in a root variable or other resources, the same for every reader."""
        match steps:
            case ["var", str(name), *_]:
                variable = self._variables.get(name)
                yield from _in_value(variable.value if variable else None, hidden=False)
            case [str(kind), str(name), *rest] if kind not in _NO_RESOURCE:
                key, path = split_key(rest)
                for each in self._planned.of_block(module, kind, name, key):
                    yield from _held(each, tuple(path))


_NO_RESOURCE = ("data", "each", "count", "local", "module", "path", "terraform", "ephemeral")


def _held(resource: PlannedResource, path: tuple[Step, ...]) -> Iterator[tuple[Named, bool]]:
    """Yield the images named at a path of a planned resource."""
    known = path if path and not isinstance(path[-1], int) else path[:1]
    yield from _in_value(resource.value(known), hidden=resource.is_sensitive(known))


def _in_value(value: Any, *, hidden: bool) -> Iterator[tuple[Named, bool]]:
    stack = [value]
    while stack:
        each = stack.pop()
        if isinstance(each, str):
            yield from ((named, hidden) for named in (*named_in(each), *templates_in(each, None)))
        elif isinstance(each, dict):
            stack.extend(each.values())
        elif isinstance(each, list):
            stack.extend(each)
