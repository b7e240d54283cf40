"""The code of plans: carried in a saved plan, or a checkout that matches the plan.

With the code, a plan's unknown values are evaluated, and its references get lines in files.
"""

from collections.abc import Collection, Sequence
from pathlib import Path

from msgspec.structs import replace

from assay.errors import InputError
from assay.inputs.plan.document.document import Configuration, Document, PlanDocument
from assay.inputs.plan.plan import Source
from assay.inputs.saved.code import PlannedCode
from assay.inputs.terraform.as_plan.lines import Locator
from assay.inputs.terraform.as_plan.located import located
from assay.inputs.terraform.joined.agreement import Agreement
from assay.inputs.terraform.joined.contradiction import contradiction
from assay.inputs.terraform.joined.joined import Joined
from assay.inputs.terraform.project.files import OPENTOFU, TERRAFORM, FileReader, Tool
from assay.inputs.terraform.project.modules import CodeReader
from assay.inputs.terraform.project.trees import Disk, Planned
from assay.inputs.terraform.syntax.reading import Expressions
from assay.kept import Kept

_BEFORE_1_0 = "0.1"
"""The format whose `references` name whole resources: `aws_ami_copy.x` instead of its `id`."""


class CodeOfPlans:
    """The code of a root module, for plans that were made from it."""

    def __init__(
        self, readers: Sequence[CodeReader], root: str, planned: Collection[str] | None
    ) -> None:
        """`planned` are the directories of all modules, if this is certainly the planned code."""
        self._readers = readers
        self._root = root
        self._planned = planned
        self._expressions = Expressions()
        self._why_not: dict[str, str] = {}
        """Why the code is not read together with a plan, by the plan's path."""

    @classmethod
    def carried(cls, kept: Kept, code: PlannedCode, root: str) -> "CodeOfPlans":
        """The code in a saved plan; `root` is the directory shown to users."""
        tree = Planned(code, root)
        return cls([CodeReader(FileReader(kept, tree), OPENTOFU)], root, tree.directories)

    @classmethod
    def checkout(cls, kept: Kept, tool: Tool | None, root: str) -> "CodeOfPlans":
        """The code below a directory. Raises `InputError` if there is none."""
        files = FileReader(kept, Disk())
        tools = (tool,) if tool else (OPENTOFU, TERRAFORM)
        readers = [CodeReader(files, each) for each in tools]
        if not readers[0].directory(root).files:
            what = "contains no Terraform code" if Path(root).is_dir() else "is not a directory"
            hint = "name the root module's directory with --source-root"
            raise InputError(what, where=root, hint=hint)
        return cls(readers, root, None)

    def join(self, document: Document) -> Joined | None:
        """A plan read together with the code; None if this code is not what was planned.

        Raises `InputError` if a saved plan contradicts the code in it.
        """
        configuration = document.plan.configuration
        if configuration is None:
            return None
        for reader in self._readers:
            why_not = self._differs(reader, document.plan, configuration) or _refused(reader)
            if why_not is None:
                is_planned = self._planned is not None
                joined = Joined(
                    document, reader, self._root, self._expressions, is_planned=is_planned
                )
                other = contradiction(document.path, document.plan, joined.program)
                if other is None:
                    return joined
                why_not = f"is not what was planned ({other} has a different value)"
                if self._planned is not None:
                    raise InputError(
                        f"a saved plan whose code gives {other} a different value from the plan",
                        where=document.path,
                        hint="make it again with: terraform plan -out=FILE",
                    )
            self._why_not[document.path] = why_not
        return None

    def _differs(
        self, reader: CodeReader, plan: PlanDocument, configuration: Configuration
    ) -> str | None:
        """Why the code is not what was planned, if so; reads all planned modules on the way."""
        if self._planned is not None:
            for directory in self._planned:
                reader.directory(directory)
            return None
        if plan.format_version == _BEFORE_1_0:
            return (
                "cannot be compared with the plan (Terraform before 1.0 names no attributes in it)"
            )
        code = reader.directory(self._root)
        differs = Agreement(reader, self._expressions).differs(code, configuration)
        return f"is not what was planned ({differs})" if differs else None

    def at_lines(self, source: Source) -> Source:
        """A plan's source, with lines of the code added to its references."""
        locator = Locator(self._readers[0], self._root)
        notes = source.notes
        if why_not := self._why_not.get(source.facts.path):
            what = f"the code in {self._root} {why_not}: only its line numbers are used"
            notes = (*notes, f"{source.facts.path}: {what}")
        references = tuple(located(each, locator) for each in source.references)
        return replace(source, references=references, notes=notes)


def _refused(reader: CodeReader) -> str | None:
    """What cannot be read although a plan was made of it: it might matter to any value."""
    for code in reader.read:
        for error in code.refused:
            return f"cannot be read as Terraform read it ({error.where})"
    return None
