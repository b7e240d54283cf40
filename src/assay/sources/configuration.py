"""What the plan's `configuration` section says about a resource: its expressions and its provider.

Configuration addresses have no instance keys and are relative to their module, so a planned
address is matched by module path, type and name, never by splitting the address on dots: keys may
hold dots, quotes and brackets.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from assay.sources.document import ConfigResource, Configuration, Module

ModulePath = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Configured:
    """A resource block and the module it stands in."""

    module: ModulePath
    block: ConfigResource

    def writes(self, attribute: str) -> bool:
        """Whether the configuration gives `attribute` a value other than a literal null."""
        expression = (self.block.expressions or {}).get(attribute)
        return expression not in (None, {"constant_value": None})

    def references(self, path: tuple[str | int, ...]) -> tuple[str, ...]:
        """The references of the expression at `path`; none where it cannot be told.

        A dynamic block leaves no trace, so an empty answer does not prove a constant.
        """
        found: Any = self.block.expressions or {}
        for step in path:
            in_list = isinstance(found, list) and isinstance(step, int) and step < len(found)
            if not in_list and not (isinstance(found, dict) and step in found):
                return ()
            found = found[step]
        references = found.get("references") if isinstance(found, dict) else None
        if not isinstance(references, list):
            return ()
        return tuple(name for name in references if isinstance(name, str))


class ConfigurationIndex:
    """Finds a planned resource's block in the configuration."""

    def __init__(self, configuration: Configuration | None) -> None:
        self._blocks: dict[tuple[ModulePath, str, str, str], ConfigResource] = {}
        root = configuration.root_module if configuration else None
        for path, module in _walk((), root):
            for block in module.resources or ():
                self._blocks[path, block.mode, block.type, block.name] = block

    def find(
        self, module_address: str | None, mode: str, resource_type: str, name: str
    ) -> Configured | None:
        """The block of the planned resource, or None where the plan does not hold it."""
        path = module_path(module_address)
        block = self._blocks.get((path, mode, resource_type, name))
        return Configured(path, block) if block else None


def _walk(path: ModulePath, module: Module | None) -> Iterator[tuple[ModulePath, Module]]:
    stack = [(path, module)]
    while stack:
        path, module = stack.pop()
        if module is None:
            continue
        yield path, module
        for name, call in (module.module_calls or {}).items():
            stack.append(((*path, name), call.module))


def module_path(address: str | None) -> ModulePath:
    """`module.a["x.y"].module.b[0]` as ("a", "b"): module names only, keys left out."""
    names: list[str] = []
    rest = address or ""
    while rest.startswith("module."):
        rest = rest.removeprefix("module.")
        end = next((i for i, c in enumerate(rest) if c in ".["), len(rest))
        names.append(rest[:end])
        rest = _after_key(rest[end:]).removeprefix(".")
    return tuple(names)


def _after_key(text: str) -> str:
    """`text` without the instance key it starts with; quoted keys escape quotes."""
    if not text.startswith("["):
        return text
    if not text.startswith('["'):
        return text.partition("]")[2]
    position = 2
    while position < len(text) and text[position] != '"':
        position += 2 if text[position] == "\\" else 1
    return text[position + 2 :]
