"""A configuration at work: a root module with all that it calls, evaluated when somebody asks."""

from collections.abc import Iterator, Mapping

from assay.inputs.terraform.program.iteration import ONLY
from assay.inputs.terraform.program.module import ModuleInstance
from assay.inputs.terraform.program.named_values import NamedValues
from assay.inputs.terraform.program.providers import ProviderKeys
from assay.inputs.terraform.program.shared import Shared
from assay.inputs.terraform.project.contents import Contents
from assay.inputs.terraform.project.modules import CodeReader
from assay.inputs.terraform.syntax.expressions import HclValue
from assay.inputs.terraform.syntax.reading import Expressions


class Program:
    """One root module with everything below it, and the provider blocks that it uses."""

    def __init__(
        self,
        reader: CodeReader,
        expressions: Expressions,
        root: str,
        values: Mapping[str, HclValue],
        boundary: str | None = None,
    ) -> None:
        """`values` are those that tfvars files and the like give to the root's variables; `boundary`
        is the directory below which files may be read.
        """
        self.providers = ProviderKeys()
        self.shared = Shared(
            reader, expressions, Contents(root, boundary or root, expressions.template), values
        )
        self.root = ModuleInstance(
            self.shared,
            lambda module, iteration: NamedValues(module, iteration, self.providers),
            reader.directory(root),
            "",
            (),
            None,
            None,
            ONLY,
        )

    def modules(self) -> Iterator[ModuleInstance]:
        """Every module instance, the root first."""
        return self.root.modules()
