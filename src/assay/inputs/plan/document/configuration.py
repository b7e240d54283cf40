"""What the plan's `configuration` section says about a resource: its expressions and its provider.

Configuration addresses have no instance keys and are relative to their module. A planned address is
therefore matched by module path, type and name, never by splitting it at dots: keys may contain
dots, quotes and brackets.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from assay.inputs.plan.document.document import (
    ConfigResource,
    Configuration,
    Declaration,
    Module,
    ModuleCall,
)
from assay.inputs.plan.document.walk import at_path
from assay.model.addresses import ModulePath, Step, module_path

Counting = Callable[[tuple[Step, ...]], int]
"""Counts the blocks planned at a path; any number in the path matches every block."""


class Written(Struct, frozen=True):
    """What the configuration sets for one attribute."""

    expressions: tuple[tuple[Any, tuple[Step, ...]], ...]
    """Each expression, with the rest of the path that leads into its value. Blocks of a set are in
    a different order from their values, so the expressions of all blocks of a type are included.
    """
    open: bool
    """Whether there may be a dynamic block here, whose expressions a plan does not contain."""

    @property
    def is_set(self) -> bool:
        """Whether the attribute may have been given a value other than null."""
        return self.open or any(_is_set(found, rest) for found, rest in self.expressions)


def _is_set(expression: Any, rest: tuple[Step, ...]) -> bool:
    if isinstance(expression, dict) and "constant_value" in expression:
        return at_path(expression["constant_value"], rest) is not None
    return expression is not None


class Configured(msgspec.Struct, frozen=True, gc=False):
    """A resource block and the module that contains it."""

    module: ModulePath
    block: ConfigResource

    def writes(self, path: tuple[Step, ...], planned: Counting) -> bool:
        """Whether the configuration may give the attribute at `path` a value other than null."""
        if len(path) == 1:  # by far the most common case, and no dynamic block can be around it
            found = (self.block.expressions or {}).get(str(path[0]))
            nodes = found if isinstance(found, list) else (found,)
            return any(_is_set(node, ()) for node in nodes if not _is_list(node))
        return self.at(path, planned).is_set

    def at(self, path: tuple[Step, ...], planned: Counting) -> Written:
        """Return what is set at `path`; `planned` counts the blocks in the plan.

        If more blocks are planned than are written, one of them is dynamic.
        """
        nodes: list[Any] = [self.block.expressions or {}]
        whole: list[tuple[Any, tuple[Step, ...]]] = []
        dynamic = False
        for position, step in enumerate(path):
            if isinstance(step, int):
                continue  # the blocks are already side by side in `nodes`
            start = position - 1 if position and isinstance(path[position - 1], int) else position
            if position:
                whole.extend((node, path[start:]) for node in nodes if _is_expression(node))
            below = [node[step] for node in nodes if isinstance(node, dict) and step in node]
            nodes = [node for each in below for node in (each if _is_list(each) else (each,))]
            rest = path[position + 1 :]
            if not rest or any(map(_is_expression, nodes)):
                continue
            if isinstance(rest[0], int):
                dynamic = dynamic or planned(path[: position + 1]) > len(nodes)
            elif not nodes and not whole:
                dynamic = True
        return Written((*whole, *((node, ()) for node in nodes if not _is_list(node))), dynamic)

    def references(self, path: tuple[Step, ...]) -> tuple[str, ...]:
        """Return the references of the expression at `path`, or of the expression around it.

        A dynamic block leaves no trace, so an empty result does not prove a constant.
        """
        found: Any = self.block.expressions or {}
        for step in path:
            if references_of(found):
                break
            in_list = isinstance(found, list) and isinstance(step, int) and step < len(found)
            if not in_list and not (isinstance(found, dict) and step in found):
                return ()
            found = found[step]
        return references_of(found)


def _is_expression(node: Any) -> bool:
    return isinstance(node, dict) and ("references" in node or "constant_value" in node)


def _is_list(node: Any) -> bool:
    return isinstance(node, list)


def references_of(expression: Any) -> tuple[str, ...]:
    """Return the references of one expression; for each thing it reads, the longest comes first."""
    references = expression.get("references") if isinstance(expression, dict) else None
    if not isinstance(references, list):
        return ()
    return tuple(name for name in references if isinstance(name, str))


class ConfigurationIndex:
    """Finds blocks in the configuration by module path."""

    def __init__(
        self,
        configuration: Configuration | None,
        providers: Mapping[tuple[ModulePath, str], str] = {},
    ) -> None:
        """`providers` maps the keys of providers in the plan to those that blocks of a module use.

        It is given if the code is known.
        """
        self._blocks: dict[tuple[ModulePath, str, str, str], Configured] = {}
        self._modules: dict[ModulePath, Module] = {}
        self.provisioned = False
        """Whether any resource has a provisioner, which is rare."""
        root = configuration.root_module if configuration else None
        for path, module in walk(root):
            self._modules[path] = module
            for block in module.resources or ():
                key = (path, block.mode, block.type, block.name)
                used = providers.get((path, block.provider_config_key or "")) if providers else None
                if used is not None:
                    block = replace(block, provider_config_key=used)  # noqa: PLW2901
                self._blocks[key] = Configured(path, block)
                self.provisioned = self.provisioned or bool(block.provisioners)

    def find(
        self, module_address: str | None, mode: str, resource_type: str, name: str
    ) -> Configured | None:
        """Return the block of a planned resource, or None if the plan does not contain it."""
        return self._blocks.get((module_path(module_address), mode, resource_type, name))

    def call(self, module_address: str) -> ModuleCall | None:
        """Return the `module` block that calls the module at this address."""
        path = module_path(module_address)
        parent = self._modules.get(path[:-1]) if path else None
        return (parent.module_calls or {}).get(path[-1]) if parent else None

    def variables(self, path: ModulePath) -> dict[str, Declaration]:
        """Return the variables that a module declares, by name."""
        module = self._modules.get(path)
        return (module.variables or {}) if module else {}

    def calls(self, path: ModulePath) -> dict[str, ModuleCall]:
        """Return the `module` blocks in a module, by name."""
        module = self._modules.get(path)
        return (module.module_calls or {}) if module else {}

    def outputs_of(self, path: ModulePath) -> list[Any]:
        """Return the expressions of all outputs of a module."""
        module = self._modules.get(path)
        return [output.expression for output in ((module.outputs or {}) if module else {}).values()]

    def repeats(self, module_address: str, configured: "Configured") -> bool:
        """Whether a block, or a module that contains it, may have no instances at all."""
        block = configured.block
        path = module_path(module_address)
        calls = (
            (self._modules[path[:end]].module_calls or {}).get(path[end])
            for end in range(len(path))
            if path[:end] in self._modules
        )
        return any(
            each is not None and (each.count_expression or each.for_each_expression)
            for each in (block, *calls)
        )

    def outputs(self, module_address: str) -> list[str]:
        """Return the names of the outputs of the module at this address."""
        module = self._modules.get(module_path(module_address))
        return list((module.outputs or {}) if module else ())

    def output(self, module_address: str, name: str) -> Any:
        """Return the expression of an output of the module at this address."""
        module = self._modules.get(module_path(module_address))
        output = (module.outputs or {}).get(name) if module else None
        return output.expression if output else None


def walk(root: Module | None) -> Iterator[tuple[ModulePath, Module]]:
    """Yield every module of a configuration, with the names of the calls that lead to it."""
    stack: list[tuple[ModulePath, Module | None]] = [((), root)]
    while stack:
        path, module = stack.pop()
        if module is None:
            continue
        yield path, module
        for name, call in (module.module_calls or {}).items():
            stack.append(((*path, name), call.module))
