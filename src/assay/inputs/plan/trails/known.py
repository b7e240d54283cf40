"""Values that the plan knows, and the parts of them that an expression reads.

If an expression reads a known value together with an unknown one, the known one may be its result.
The prior state contains what data sources have read.
"""

from collections import defaultdict
from functools import cached_property
from typing import Any

from msgspec import Struct

from assay.inputs.plan.document.document import Variable
from assay.inputs.plan.document.module_instances import ModuleInstances
from assay.inputs.plan.document.prior_state import PriorState, StateResource
from assay.inputs.plan.document.walk import anywhere, texts
from assay.model import AmiId, Value, parse_image
from assay.model.addresses import Step
from assay.model.ids import ami_ids_in


class Looked(Struct, frozen=True):
    """What one instance of a data source has read."""

    key: str | int | None
    values: Any
    sensitive: Any


class Known:
    """The root variables of one plan, and what its data sources have read."""

    def __init__(self, state: PriorState, variables: dict[str, Variable]) -> None:
        self._state = state
        self.variables = {name: variable.value for name, variable in variables.items()}

    @property
    def is_told(self) -> bool:
        """Whether the plan contains what data sources have read."""
        return self._state.is_told

    def data(self, module: str, kind: str, name: str) -> list[Looked]:
        """Return all instances of a data source in one module instance. Raises `InputError`."""
        decoded = self._state.decoded
        return [
            Looked(each.index, decoded(each.values), decoded(each.sensitive_values))
            for each in self._data.get((module, kind, name), ())
        ]

    @cached_property
    def modules(self) -> ModuleInstances:
        """The module instances whose data sources have been read."""
        return ModuleInstances(module for module, _, _ in self._data)

    @cached_property
    def _data(self) -> dict[tuple[str, str, str], list[StateResource]]:
        found: defaultdict[tuple[str, str, str], list[StateResource]] = defaultdict(list)
        for module, resource in self._state.resources:
            if resource.mode == "data":
                found[module, resource.type, resource.name].append(resource)
        return dict(found)


def taken(value: Any, steps: tuple[Step, ...] | list[Step]) -> Any:
    """Return the part of a value at these steps, or all of it from the first step that is missing."""
    for step in steps:
        inside = isinstance(step, int) and isinstance(value, list) and 0 <= step < len(value)
        if not inside and not (isinstance(value, dict) and step in value):
            return value
        value = value[step]
    return value


def images_in(value: Any) -> list[Value]:
    """Return every image named anywhere in a value."""
    found: dict[Value, None] = {}
    for text in texts(value):
        named = parse_image(text) if text.startswith("resolve:ssm:") else None
        if named is not None:
            found[named] = None
        else:
            found.update(dict.fromkeys(map(AmiId, ami_ids_in(text))))
    return list(found)


def hides(sensitive: Any, steps: tuple[Step, ...] | list[Step]) -> bool:
    """Whether anything at these steps is sensitive."""
    return anywhere(taken(sensitive, steps) if sensitive is not True else True)
