"""The code of plans: what a saved plan carries, or a checkout that is the same.

With it a plan's unknown values are evaluated, and its references stand at lines of files.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from assay.errors import InputError
from assay.inputs.plan.document.document import Document
from assay.inputs.plan.plan import Source
from assay.inputs.saved.code import PlannedCode
from assay.inputs.terraform.as_plan.lines import Locator
from assay.inputs.terraform.as_plan.located import located
from assay.inputs.terraform.joined.agreement import Agreement
from assay.inputs.terraform.joined.joined import Joined
from assay.inputs.terraform.project.files import OPENTOFU, TERRAFORM, FileReader, Tool
from assay.inputs.terraform.project.modules import CodeReader
from assay.inputs.terraform.project.trees import Disk, Planned
from assay.inputs.terraform.syntax.reading import Expressions
from assay.kept import Kept


class CodeOfPlans:
    """The code of a root module, for plans that were made of it."""

    def __init__(self, readers: Sequence[CodeReader], root: str, *, is_planned: bool) -> None:
        """`is_planned` if nobody can doubt that this is what was planned."""
        self._readers = readers
        self._root = root
        self._is_planned = is_planned
        self._expressions = Expressions()
        self._other: dict[str, str] = {}
        """The first thing that the code has in another way than a plan, by the plan's path."""

    @classmethod
    def carried(cls, kept: Kept, code: PlannedCode, root: str) -> "CodeOfPlans":
        """The code in a saved plan; `root` is where it stands, for whoever looks for it."""
        files = FileReader(kept, Planned(code, root))
        return cls([CodeReader(files, OPENTOFU)], root, is_planned=True)

    @classmethod
    def checkout(cls, kept: Kept, tool: Tool | None, root: str) -> "CodeOfPlans":
        """The code below a directory. Raises `InputError` where none is there."""
        files = FileReader(kept, Disk())
        tools = (tool,) if tool else (OPENTOFU, TERRAFORM)
        readers = [CodeReader(files, each) for each in tools]
        if not readers[0].directory(root).files:
            raise InputError(
                "holds no Terraform code", where=root, hint="name the root module's directory"
            )
        return cls(readers, root, is_planned=False)

    def join(self, document: Document) -> Joined | None:
        """A plan read together with the code; None where that is not what was planned."""
        configuration = document.plan.configuration
        if configuration is None:
            return None
        for reader in self._readers:
            differs = None
            if not self._is_planned:
                code = reader.directory(self._root)
                differs = Agreement(reader, self._expressions).differs(code, configuration)
            if differs is None:
                return Joined(document, reader, self._root, self._expressions)
            self._other[document.path] = differs
        return None

    def at_lines(self, source: Source) -> Source:
        """A plan's source with its references at lines of the code."""
        locator = Locator(self._readers[0], self._root)
        notes = source.notes
        if other := self._other.get(source.facts.path):
            what = (
                f"the code in {self._root} is not what was planned ({other}): it gives lines alone"
            )
            notes = (*notes, f"{source.facts.path}: {what}")
        references = tuple(located(each, locator) for each in source.references)
        return replace(source, references=references, notes=notes)
