"""The blocks of code as a plan's `configuration` lists them."""

from collections import defaultdict
from typing import Any

from assay.inputs.plan.document.document import ConfigResource, Module, ModuleCall
from assay.inputs.terraform.syntax.blocks import Block

_Path = tuple[str, ...]
_Key = tuple[str, str, str]
"""Mode, type and name."""


class PlanBlocks:
    """The resource blocks by module.

    In a plan, all instances of a block have the same provider. If the instances of a block here
    have several providers, the block is listed once for each.
    """

    def __init__(self) -> None:
        self._modules: dict[_Path, Module] = {}
        self._names: defaultdict[tuple[_Path, _Key], dict[str, str]] = defaultdict(dict)
        """The names under which a block is listed, by the key of its provider."""

    @property
    def root(self) -> Module:
        """The root module with all others below it."""
        return self._modules[()]

    def enter(self, path: _Path) -> None:
        """Put a module below the module that calls it, which must have been entered before."""
        if path in self._modules:
            return
        here = self._modules[path] = Module([], {}, {})
        calls = self._modules[path[:-1]].module_calls if path else None
        if calls is not None:
            calls[path[-1]] = ModuleCall(module=here)

    def name(self, path: _Path, key: _Key, block: Block, provider: str) -> str:
        """The name under which a module's block is listed for one of its providers."""
        mode, kind, name = key
        names = self._names[path, key]
        # Instances with `aws.by["a"]` and `aws.by["b"]` have two entries: "web", "web aws.by[…]"
        if provider not in names:
            names[provider] = f"{name} {provider}" if names else name
            resources = self._modules[path].resources
            assert resources is not None
            resources.append(ConfigResource(kind, names[provider], mode, provider, _written(block)))
        return names[provider]


def _written(block: Block) -> dict[str, Any]:
    """The arguments of a block in the form of a plan's configuration."""
    found: dict[str, Any] = {
        name: {"constant_value": None} if each.text.strip() == "null" else {"references": []}
        for name, each in block.attributes.items()
    }
    for nested in block.blocks:
        if nested.type == "dynamic":
            continue  # not in a plan's configuration either
        found.setdefault(nested.type, []).append(_written(nested))
    return found
