"""A directory of Terraform code as a source of references, like a plan.

Everything is read from files; nothing of the code is run, and no provider is asked.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from msgspec.structs import replace

from assay.errors import InputError
from assay.kept import Kept
from assay.model import (
    Action,
    AmiId,
    AmiReference,
    Ignore,
    Incomplete,
    InputFacts,
    Kind,
    Made,
    Planned,
    Unknown,
    Unplaced,
    Value,
)
from assay.sources.code.declared import Declared, declare
from assay.sources.code.ignores import read_ignore
from assay.sources.code.lines import Location, Locator
from assay.sources.code.modules import CodeReader, ModuleCode, digest_of, uncalled
from assay.sources.code.paths import module_directories
from assay.sources.code.program import Program
from assay.sources.code.reading import Expressions
from assay.sources.code.trails import CodeTrails
from assay.sources.code.uninstalled import CALL, Missing, is_elsewhere, told
from assay.sources.code.variables import root_values
from assay.sources.plan import Source
from assay.sources.planned import PlannedResources
from assay.sources.references import ReferenceReader

_WHEN = "when Terraform plans"


class Code:
    """Reads directories of code; what several of them share is read once."""

    def __init__(self, kept: Kept, grammar: Path | None) -> None:
        self.expressions = Expressions(kept, grammar)
        self.reader = CodeReader(kept, self.expressions.syntax_error)

    def roots(self, whole: Iterable[str], modules: Sequence[str]) -> list[str]:
        """The root modules at or below some directories, and among some module directories.

        Raises `InputError` where a directory holds no code.
        """
        found: dict[str, None] = {}
        for path in whole:
            below = module_directories(path)
            if not below:
                raise InputError(
                    "holds no Terraform code",
                    where=path,
                    hint="give a directory with .tf files, or a plan",
                )
            found.update(dict.fromkeys(uncalled(below, self.reader)))
        found.update(dict.fromkeys(uncalled(modules, self.reader)))
        return list(found)

    def at_lines(self, source: Source, root: str) -> Source:
        """A plan's source with its references at the lines of the code below `root`.

        Raises `InputError` where no code is there.
        """
        locator = Locator(self.reader, root)
        if not locator.files:
            raise InputError(
                "holds no Terraform code", where=root, hint="name the root module's directory"
            )
        return replace(
            source, references=tuple(located(each, locator) for each in source.references)
        )

    def source(
        self,
        root: str,
        *,
        kinds: Collection[Kind],
        region: str | None,
        tags: bool = False,
        var_files: Iterable[str] = (),
        environment: Mapping[str, str] = {},
        one_of_many: bool = False,
    ) -> Source:
        """What a root module and the modules that it calls say about images.

        One of many roots is named in each of its references. `environment` holds the values of `TF_VAR_...`, by variable.
        """
        self.expressions.load(root)
        code = self.reader.directory(root)
        given = root_values(self.reader, self.expressions, code, var_files, environment)
        program = Program(self.reader, self.expressions, root, given.values)
        found = declare(program, tags=tags)
        references, not_judged = _read(root, found, region, kinds, tags=tags)
        self.expressions.keep(root)
        modules = {module.code.path: module.code for module in program.modules()}
        files = [file for module in modules.values() for file in module.files] + given.files
        errors = tuple(file.broken for file in files if file.broken)
        locator = Locator(self.reader, root)
        elsewhere = bool(found.missing) and is_elsewhere(modules.values())
        if elsewhere:
            not_judged["not-aws"] = len(found.missing)
        located = (
            *(_located(reference, locator) for reference in references),
            *(() if elsewhere else _not_there(found.missing, locator)),
            *(_not_read(error) for error in errors),
            *(_aside(path) for module in modules.values() for path in module.aside),
        )
        if one_of_many:
            located = tuple(replace(each, root=root) for each in located)
        facts = InputFacts(root, "hcl", digest_of(files), len(located))
        not_judged.pop("read", None)  # data sources are followed, not left aside
        notes = tuple(_unattached(modules.values(), located))
        return Source(facts, located, not_judged, errors, notes)


def _read(
    root: str, found: Declared, region: str | None, kinds: Collection[Kind], *, tags: bool
) -> tuple[list[AmiReference], dict[str, int]]:
    changes = found.plan.resource_changes or []

    def trails(planned: PlannedResources) -> CodeTrails:
        return CodeTrails(planned, changes, found.values, found.several)

    reader = ReferenceReader(root, found.plan, region, found.rows, trails)
    return reader.read(kinds, include_unchanged=False, tags=tags)


def _located(reference: AmiReference, locator: Locator) -> AmiReference:
    """The reference as code has it: at its line, with no word of what an apply would do."""
    at_line = located(reference, locator)
    return replace(at_line, action=Action.DECLARED, value=_as_code(reference.value))


def located(reference: AmiReference, locator: Locator) -> AmiReference:
    """The reference with its file and line, and the inline exceptions that stand there."""
    value = reference.value.id if isinstance(reference.value, AmiId) else None
    location = locator.find(reference.address, reference.attribute, value)
    if location is None:
        return reference
    file, line = location.spot
    return replace(
        reference,
        file=file,
        line=line,
        changes_ignored=location.changes_ignored,
        ignores=tuple(_ignores(location, locator)),
    )


def _ignores(location: Location, locator: Locator) -> Iterator[Ignore]:
    for file, line in location.around:
        for comment in locator.comments(file):
            if comment.target == line and (found := read_ignore(comment, file)):
                yield found


def _unattached(modules: Iterable[ModuleCode], references: Iterable[AmiReference]) -> Iterator[str]:
    """Exceptions in comments that speak of nothing: whoever wrote them thinks that they hold."""
    attached = {(each.file, each.line) for reference in references for each in reference.ignores}
    for module in modules:
        for file, comments in module.comments.items():
            for comment in comments:
                found = read_ignore(comment, file)
                if found and (found.file, found.line) not in attached:
                    yield f"{file}:{found.line}: this exception stands by nothing that is judged"


def _as_code(value: Value) -> Value:
    match value:
        case Unknown(references):
            return Unknown(references, _WHEN)
        case Planned(value=inner):
            return replace(value, value=_as_code(inner))
        case Made(source=inner):
            return replace(value, source=_as_code(inner))
    return value


def _not_there(modules: Sequence[Missing], locator: Locator) -> Iterator[AmiReference]:
    """One reference for all modules that are not there, at the line of the first."""
    found = told(modules)
    if found:
        address, value = found
        first = _located(_incomplete(modules[0].address, "source", value), locator)
        yield replace(first, address=address)


def _not_read(error: InputError) -> AmiReference:
    cannot = Incomplete("a file of code that cannot be read", "mend the file")
    path, _, line = (error.where or "").rpartition(":")[0].rpartition(":")
    reference = _incomplete(f"({path or error.where})", "syntax", cannot)
    return replace(reference, file=path, line=int(line)) if line.isdecimal() else reference


def _aside(path: str) -> AmiReference:
    reason = "OpenTofu reads a .tofu file in place of this one, and Terraform reads this one"
    both = Incomplete(reason, "say the same in one file that both read")
    return replace(_incomplete(f"({path})", "syntax", both), file=path, line=1)


def _incomplete(address: str, attribute: str, value: Incomplete) -> AmiReference:
    return AmiReference(
        address=address,
        resource_type=CALL,
        attribute=attribute,
        kind=Kind.LAUNCH,
        action=Action.DECLARED,
        value=value,
        place=Unplaced(value.reason),
    )
