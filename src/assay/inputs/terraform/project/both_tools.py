"""Joins what Terraform and OpenTofu read in one root module: what either would launch is judged."""

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from assay.errors import InputError
from assay.inputs.plan.plan import Source
from assay.inputs.terraform.project.files import Tool
from assay.model import AmiReference

_NAMES = {"terraform": "Terraform", "opentofu": "OpenTofu"}


def joined(root: str, sources: Mapping[Tool, Source]) -> Source:
    """The references of both readings, with identical ones listed once."""
    first, *others = sources.values()
    if not others:
        return first
    references: dict[tuple[str, str], list[AmiReference]] = {}
    for each in (*first.references, *others[0].references):
        same = references.setdefault((each.address, each.attribute), [])
        if each not in same:
            same.append(each)
    both = tuple(each for same in references.values() for each in same)
    errors = tuple(_errors(sources))
    not_judged = {
        name: max(source.not_judged.get(name, 0) for source in sources.values())
        for source in sources.values()
        for name in source.not_judged
    }
    notes = dict.fromkeys(note for source in sources.values() for note in source.notes)
    told = (
        f"{root}: Terraform ignores .tofu files and OpenTofu reads them, so both sources are judged"
        " (use --tool terraform or --tool opentofu to say which one plans)"
    )
    return replace(
        first,
        facts=replace(first.facts, references=len(both)),
        references=both,
        not_judged=not_judged,
        errors=errors,
        notes=(told, *notes),
    )


def _errors(sources: Mapping[Tool, Source]) -> Iterator[InputError]:
    """The errors of all readings, and those of a single reading with a hint at the way out."""
    found: dict[str, list[Tool]] = {}
    errors: dict[str, InputError] = {}
    for tool, source in sources.items():
        for error in source.errors:
            errors.setdefault(str(error), error)
            found.setdefault(str(error), []).append(tool)
    for text, tools in found.items():
        if len(tools) == len(sources):
            yield errors[text]
            continue
        [tool] = tools
        other = next(each for each in sources if each != tool)
        reads = (
            f"only {_NAMES[tool]} reads it this way: use --tool {other} if {_NAMES[other]} plans it"
        )
        yield InputError(errors[text].what, where=errors[text].where, hint=reads)
