"""Builds sources from what was named: plans, standard input, and Terraform code."""

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from assay.cli.streams import STDIN, note, read

if TYPE_CHECKING:
    from assay.cli.options import SourceOptions
    from assay.inputs.plan.plan import Source
    from assay.inputs.terraform.directory import Code
    from assay.inputs.terraform.project.files import Tool

CODE = (".tf", ".tofu", ".tf.json", ".tofu.json")
_OF_PLANS = ("configuration", "planned_values", "resource_changes", "terraform_version")
VALUES = (".tfvars", ".tfvars.json")


class Reading(NamedTuple):
    """How inputs are to be read."""

    kinds: Any
    said: str | None
    """The Region that --region names, or ASSAY_REGION."""
    region: str | None
    """The policy's."""
    include_unchanged: bool = False
    tags: bool = False
    source_root: str | None = None
    """Where the code of the plans is, if their findings shall have files and lines."""
    var_files: tuple[str, ...] = ()
    no_cache: bool = True
    tool: "Tool | None" = None
    """Which one reads the code, where a directory has files that only one of them reads."""
    exclude: tuple[str, ...] = ()
    """Patterns of directories of code that are left aside."""


def reading(
    chosen: "SourceOptions", kinds: Any, region: str | None, *, tags: bool = False
) -> Reading:
    """How inputs are read by these options, where `region` is what the policy says."""
    return Reading(
        kinds,
        chosen["region"],
        region,
        chosen["include_unchanged"],
        tags,
        chosen["source_root"],
        chosen["var_files"],
        chosen["no_cache"],
        chosen["tool"],
        chosen["exclude"],
    )


def tell(sources: "Sequence[Source]") -> bool:
    """Tell people what is wrong in the inputs, and whether anything of them could not be read."""
    for source in sources:
        for line in source.notes:
            note(line)
    errors = dict.fromkeys(str(error) for source in sources for error in source.errors)
    for error in errors:
        note(error)
    return bool(errors)


def open_sources(paths: Sequence[str], how: Reading) -> "list[Source]":
    """What each input holds, in their order; several plans in one file are several sources."""
    if paths.count(STDIN) > 1:
        raise click.UsageError("standard input can be read once only")
    code = [path for path in paths if path != STDIN and is_code(path)]
    sources = [source for path in paths if path not in code for source in _plans(path, how)]
    return [*sources, *(_code(code, how) if code else ())]


def is_code(path: str) -> bool:
    """Whether a path names Terraform code: a directory of it, or a file that belongs to one.

    A plan is a plan whatever its name: JSON that would be code by its name is looked into.
    """
    if os.path.isdir(path):
        return True
    return path.endswith((*CODE, *VALUES)) and not (path.endswith(".json") and _is_plan(path))


def _is_plan(path: str) -> bool:
    import msgspec

    from assay.errors import InputError

    try:
        keys = msgspec.json.decode(read(path), type=dict[str, msgspec.Raw])
    except (InputError, msgspec.DecodeError, UnicodeDecodeError):
        return False  # what is wrong with it will be said
    return "format_version" in keys and not keys.keys().isdisjoint(_OF_PLANS)


def _plans(path: str, how: Reading) -> "list[Source]":
    from assay.inputs.plan.plan import read_plans

    sources = read_plans(
        path,
        read(path),
        kinds=how.kinds,
        region=how.region,
        said=how.said,
        include_unchanged=how.include_unchanged,
        tags=how.tags,
    )
    if how.source_root is None:
        return sources
    code = _reader(how)
    return [code.at_lines(source, shown(how.source_root)) for source in sources]


def _code(paths: Sequence[str], how: Reading) -> "list[Source]":
    from assay.cli.exclusions import Exclusions
    from assay.errors import InputError
    from assay.inputs.terraform.directory import Wanted

    code = _reader(how)
    for path in paths:
        if not os.path.exists(path):
            raise InputError("is not there", where=path)
    whole = [shown(path) for path in paths if os.path.isdir(path)]
    files = [path for path in paths if not os.path.isdir(path)]
    environment = {
        name.removeprefix("TF_VAR_"): value
        for name, value in os.environ.items()
        if name.startswith("TF_VAR_")
    }
    excluded = Exclusions(how.exclude)
    wanted = Wanted(how.kinds, how.region, how.tags, how.var_files, environment, excluded, how.said)
    sources = code.sources(whole, [shown(each) for each in _directories(files)], wanted)
    excluded.tell()
    return sources


def _reader(how: Reading) -> "Code":
    from assay.cli.opening import cache_directory, kept
    from assay.inputs.terraform.directory import Code

    cache = cache_directory(no_cache=how.no_cache)
    return Code(kept(cache, "code"), kept(cache, "grammar").whole(), how.tool)


def _directories(files: Sequence[str]) -> list[str]:
    """The module directory of each file; values may stand below the code that they are for."""
    found: dict[str, None] = {}
    for path in files:
        directory = os.path.dirname(path) or "."
        if path.endswith(VALUES):
            while not _holds_code(directory) and directory not in (".", "/"):
                directory = os.path.dirname(directory) or "."
            if not _holds_code(directory):
                note(f"{path}: left aside, since no Terraform code stands there or above")
                continue
        found[directory] = None
    return list(found)


def _holds_code(directory: str) -> bool:
    try:
        return any(name.endswith(CODE) for name in os.listdir(directory))
    except OSError:
        return False


def shown(path: str) -> str:
    """The path as reports have it: from here, where it is below here."""
    whole, here = os.path.abspath(path), os.getcwd()
    below = whole == here or whole.startswith(here.rstrip(os.sep) + os.sep)
    return os.path.relpath(whole, here) if below else whole
