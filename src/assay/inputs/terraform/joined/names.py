"""The meaning of names in an expression of planned code: what the plan knows."""

from msgspec.structs import replace

from assay.inputs.terraform.joined.facts import PlanFacts
from assay.inputs.terraform.language.marks import MaybeMarked
from assay.inputs.terraform.program.iteration import Iteration
from assay.inputs.terraform.program.module import ModuleInstance
from assay.inputs.terraform.program.named_values import NamedValues
from assay.inputs.terraform.program.providers import ProviderKeys
from assay.inputs.terraform.project.modules import Key
from assay.inputs.terraform.syntax.expressions import Sure, UnknownValue
from assay.model.addresses import Step


class PlannedNames(NamedValues):
    """The names of a module instance that has a plan."""

    def __init__(
        self,
        module: ModuleInstance,
        iteration: Iteration,
        providers: ProviderKeys,
        facts: PlanFacts,
    ) -> None:
        super().__init__(module, iteration, providers)
        self._facts = facts

    def _home(self, module: str) -> ModuleInstance | None:
        # An `object` may be passed through a module: its attributes are as well known there as here
        return self._module.at(module)

    def _attribute(
        self, module: ModuleInstance, key: Key, rest: list[Step], value: UnknownValue
    ) -> MaybeMarked:
        placed = module.code.resources.get(key)
        found = module.instances(placed.block).meant(rest) if placed else None
        if found is None or not found[0].exact:
            return UnknownValue(value.refs)
        iteration, path = found
        if not path:  # its attributes will be requested by name
            return replace(value, sure=Sure.THING)
        return self._facts.at(module.address, key, iteration.key, tuple(path))
