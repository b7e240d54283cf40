"""The provider blocks of planned code, evaluated: their Region, and the identity they act as.

A plan says which block a resource uses, unless a module on the way does not name the provider; then
the code says it. What a block says is evaluated with the values that the plan knows.
"""

from collections.abc import Iterator, Mapping

from assay.inputs.plan.document.configuration import walk
from assay.inputs.plan.document.document import ConfigResource, Configuration, ProviderConfig
from assay.inputs.surface.mentions import of_aws
from assay.inputs.terraform.program.module import ModuleInstance
from assay.inputs.terraform.program.program import Program
from assay.model.addresses import ModulePath

KeysOfBlocks = Mapping[tuple[ModulePath, str], str]
"""The key of the provider block that is used, by module and the key that the plan has for it."""
_AWS = ("aws", "awscc")


class ExactProviders:
    """The evaluated provider blocks for AWS, by the keys that a plan gives them."""

    def __init__(self, program: Program, configuration: Configuration) -> None:
        self._program = program
        self.keys: dict[tuple[ModulePath, str], str] = {}
        self.configs: dict[str, ProviderConfig] = {}
        planned = configuration.provider_config or {}
        for key, config in planned.items():
            self.configs[key] = self._of_root(key, config)
        for path, block in _blocks(configuration):
            key = block.provider_config_key or ""
            if (path, key) not in self.keys and (":" in key or key not in planned):
                self._resolve(path, key, block)

    def _of_root(self, key: str, config: ProviderConfig) -> ProviderConfig:
        """The evaluated block, if it is for AWS and in the root module; otherwise the plan's."""
        if ":" in key or key.partition(".")[0] not in _AWS:
            return config
        found = self._program.providers.config_of(self._program.root, key)
        return config if found is None else ProviderConfig(config.name, found.expressions)

    def _resolve(self, path: ModulePath, key: str, block: ConfigResource) -> None:
        """Record the provider block of a resource's instances, if all of them use the same one."""
        found: dict[str, None] = {}
        for module in _instances(self._program.root, path):
            placed = module.code.resources.get((block.mode, block.type, block.name))
            if placed is None:
                return
            for iteration in module.instances(placed.block)[:1]:
                found[self._program.providers.of_resource(module, placed.block, iteration)] = None
        if len(found) != 1:
            return
        (exact,) = found
        config = self._program.providers.configs.get(exact)
        if config is not None:
            self.keys[path, key] = exact
            name = exact.rpartition(":")[2]
            self.configs[exact] = ProviderConfig(name, config.expressions)


def _blocks(configuration: Configuration) -> Iterator[tuple[ModulePath, ConfigResource]]:
    for path, module in walk(configuration.root_module):
        for block in module.resources or ():
            if of_aws(block.type):
                yield path, block


def _instances(root: ModuleInstance, path: ModulePath) -> list[ModuleInstance]:
    """The module instances at the path of these call names."""
    found = [root]
    for name in path:
        found = [
            child
            for module in found
            if name in module.code.calls
            for child in (module.children(name) or {}).values()
        ]
    return found
