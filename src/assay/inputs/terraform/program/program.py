"""A configuration in use: a root module with everything it calls, evaluated on demand."""

from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from assay.inputs.plan.document.document import ResourceChange
from assay.inputs.terraform.language.context import EvalContext
from assay.inputs.terraform.program.iteration import ONLY, Iteration
from assay.inputs.terraform.program.module import ModuleInstance
from assay.inputs.terraform.program.named_values import NamedValues
from assay.inputs.terraform.program.providers import ProviderKeys
from assay.inputs.terraform.program.shared import Shared
from assay.inputs.terraform.project.contents import Contents
from assay.inputs.terraform.project.modules import CodeReader, ModuleCode
from assay.inputs.terraform.syntax.blocks import Block
from assay.inputs.terraform.syntax.expressions import HclValue
from assay.inputs.terraform.syntax.reading import Expressions
from assay.model.addresses import Step

Placement: TypeAlias = tuple[ModuleInstance, Block, Iteration]
"""An instance of a block in a module instance."""
Names: TypeAlias = Callable[[ModuleInstance, Iteration, ProviderKeys], EvalContext]
"""Gives the meaning of names in a module instance, for one instance of a block."""


class Program:
    """One root module with everything below it, and the provider blocks that it uses."""

    def __init__(self, shared: Shared, code: ModuleCode, names: Names = NamedValues) -> None:
        """`code` is the root module's."""
        self.providers = ProviderKeys()
        self.shared = shared
        self.root = ModuleInstance(
            shared,
            lambda module, iteration: names(module, iteration, self.providers),
            code,
            "",
            (),
            None,
            None,
            ONLY,
        )

    @classmethod
    def below(
        cls,
        reader: CodeReader,
        expressions: Expressions,
        root: str,
        values: Mapping[str, HclValue],
        boundary: str | None = None,
    ) -> "Program":
        """The root module in a directory.

        `values` are those that tfvars files and other sources give to the root's variables;
        `boundary` is the directory below which files may be read.
        """
        contents = Contents(root, boundary or root, expressions.template)
        return cls(Shared(reader, expressions, contents, values), reader.directory(root))

    def instance(self, change: ResourceChange) -> "Placement | None":
        """The block of a planned resource; None if the code does not have it."""
        module = self.root.at(change.module_address or "")
        placed = module and module.code.resources.get((change.mode, change.type, change.name))
        if not module or not placed:
            return None
        steps: list[Step] = [] if change.index is None else [change.index]
        found = module.instances(placed.block).meant(steps)
        if found is None or found[1] or not found[0].exact:
            return None
        return module, placed.block, found[0]

    def modules(self) -> Iterator[ModuleInstance]:
        """Every module instance, the root first."""
        return self.root.modules()
