"""Directories of Terraform code as sources of references, in the same way as plans.

Everything is read from files; no code is run, and no provider is asked.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

import msgspec
from msgspec.structs import replace

from assay.errors import InputError
from assay.inputs.plan.document.planned import PlannedResources
from assay.inputs.plan.plan import Source
from assay.inputs.plan.references import ReferenceReader
from assay.inputs.terraform.as_plan.declared import Declared, declare
from assay.inputs.terraform.as_plan.lines import Locator
from assay.inputs.terraform.as_plan.located import (
    declared_at,
    not_read,
    not_there,
    unattached,
)
from assay.inputs.terraform.as_plan.trails import CodeTrails
from assay.inputs.terraform.program.program import Program
from assay.inputs.terraform.program.variables import root_values
from assay.inputs.terraform.project.both_tools import joined
from assay.inputs.terraform.project.files import OPENTOFU, TERRAFORM, FileReader, ReadFile, Tool
from assay.inputs.terraform.project.modules import CodeReader, ModuleCode, digest_of
from assay.inputs.terraform.project.paths import folded, is_below
from assay.inputs.terraform.project.roots import Excluded, Roots, nothing
from assay.inputs.terraform.project.trees import Disk
from assay.inputs.terraform.project.unasked import not_asked
from assay.inputs.terraform.project.uninstalled import is_elsewhere
from assay.inputs.terraform.syntax.blocks import CodeFile
from assay.inputs.terraform.syntax.reading import Expressions
from assay.kept import Kept
from assay.model import AmiReference, InputFacts, Kind


class Wanted(msgspec.Struct, frozen=True, gc=False):
    """What to look for in the code, and the values given to it."""

    kinds: Collection[Kind]
    region: str | None = None
    tags: bool = False
    var_files: tuple[str, ...] = ()
    environment: Mapping[str, str] = {}
    """The values of `TF_VAR_...`, by variable name."""
    excluded: Excluded = nothing
    """Whether to leave out a directory, given its path below the one that was named."""
    said: str | None = None
    """The Region that the user gives; `region` is the policy's."""


class Code:
    """Reads directories of code; what several of them share is read only once."""

    def __init__(self, kept: Kept, tool: Tool | None = None) -> None:
        """`tool` is the tool that reads the code; by default, both are tried."""
        self.expressions = Expressions()
        files = FileReader(kept, Disk())
        tools = (tool,) if tool else (OPENTOFU, TERRAFORM)
        self.readers = [CodeReader(files, each) for each in tools]
        self._reached: set[str] = set()
        self._computed: set[str] = set()
        """Directories that calls name with expressions; they are known only after evaluation."""
        self._whole: list[str] = []

    def sources(self, whole: Iterable[str], modules: Sequence[str], wanted: Wanted) -> list[Source]:
        """Every root module at or below the directories `whole`, and among some module directories.

        Raises `InputError` if a directory contains no code.
        """
        self._whole = [*whole]
        roots = Roots(self.readers, self._whole, modules, wanted.excluded)
        found = [(root, self._source(root, wanted)) for root in roots.own]
        found = [each for each in found if not roots.is_called(each[0], self._computed)]
        found.extend(
            (root, roots.without_callers(root, self._source(root, wanted)))
            for root in roots.judged_apart(self._reached)
        )
        sources = [_of_many(*each) for each in found] if found[1:] else [each for _, each in found]
        judged = [each.facts.path for each in sources]
        notes = (*roots.notes, *not_asked(roots.deciding, judged, wanted.var_files))
        if notes and sources:
            sources[0] = replace(sources[0], notes=(*notes, *sources[0].notes))
        if roots.left_aside and sources:
            counts = {**sources[0].not_judged, "excluded": roots.left_aside}
            sources[0] = replace(sources[0], not_judged=counts)
        return sources

    def source(
        self,
        root: str,
        *,
        kinds: Collection[Kind],
        region: str | None,
        said: str | None = None,
        tags: bool = False,
        var_files: Iterable[str] = (),
        environment: Mapping[str, str] = {},
    ) -> Source:
        """What one root module and the modules that it calls say about images."""
        return self._source(
            root, Wanted(kinds, region, tags, tuple(var_files), environment, said=said)
        )

    def _source(self, root: str, wanted: Wanted) -> Source:
        by_tool: dict[Tool, Source] = {}
        for reader in self.readers:
            by_tool[reader.tool], differs = self._read(reader, root, wanted)
            if not differs:
                break
        return joined(root, by_tool)

    def _boundary(self, root: str) -> str:
        """The named directory around a root, below which the root may read files."""
        return next((each for each in self._whole if is_below(root, each)), root)

    def _read(self, reader: CodeReader, root: str, wanted: Wanted) -> tuple[Source, bool]:
        """The code as one tool reads it, and whether the other tool reads other files."""
        code = reader.directory(root)
        given = root_values(reader, self.expressions, code, wanted.var_files, wanted.environment)
        program = Program.below(reader, self.expressions, root, given.values, self._boundary(root))
        program.providers.said, program.providers.otherwise = wanted.said, wanted.region
        found = declare(program, tags=wanted.tags)
        references, not_judged = _references(root, found, wanted)
        modules = {module.code.path: module.code for module in program.modules()}
        self._reached.update(modules)
        self._computed.update(program.shared.computed - {folded(root)})
        files = [file for module in modules.values() for file in module.files] + given.files
        errors = (*_refused(modules.values()), *given.broken, *program.shared.refused)
        errors = tuple({str(error): error for error in errors}.values())
        locator = Locator(reader, root)
        elsewhere = bool(found.missing) and is_elsewhere(modules.values())
        if elsewhere:
            not_judged["not-aws"] = len(found.missing)
        if found.disabled:
            not_judged["disabled"] = found.disabled
        everything = (
            *(declared_at(each, locator, found.ignoring) for each in references),
            *(() if elsewhere else not_there(found.missing, locator)),
            *(not_read(error) for error in errors),
        )
        read = program.shared.contents.digests.items()
        files += [ReadFile(path, digest, CodeFile(), None) for path, digest in sorted(read)]
        facts = InputFacts(root, "hcl", digest_of(files), len(everything), given.sha256)
        not_judged.pop("read", None)  # data sources are followed, not skipped
        notes = tuple(unattached(modules.values(), everything))
        differs = any(module.differs for module in modules.values())
        return Source(facts, everything, not_judged, errors, notes), differs


def _refused(modules: Iterable[ModuleCode]) -> Iterator[InputError]:
    for module in modules:
        yield from module.refused


def _references(
    root: str, found: Declared, wanted: Wanted
) -> tuple[list[AmiReference], dict[str, int]]:
    changes = found.plan.resource_changes or []

    def trails(planned: PlannedResources) -> CodeTrails:
        return CodeTrails(planned, changes, found.values, found.several)

    reader = ReferenceReader(root, found.plan, wanted.region, found.rows, trails, wanted.said)
    return reader.read(wanted.kinds, include_unchanged=False, tags=wanted.tags)


def _of_many(root: str, source: Source) -> Source:
    """With several roots, each reference names its root."""
    return replace(source, references=tuple(replace(each, root=root) for each in source.references))
