"""Builds sources from the inputs of a run: plans, standard input, and Terraform code."""

import os
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from assay.inputs.plan.plan import Source
    from assay.inputs.terraform.directory import Code
    from assay.inputs.terraform.of_plans import CodeOfPlans
    from assay.inputs.terraform.project.files import Tool
    from assay.model import Kind, Policy
    from assay.run.cache import Cache
    from assay.run.host import Host
    from assay.run.saved_plans import Rendered

STDIN = "-"
CODE = (".tf", ".tofu", ".tf.json", ".tofu.json")
VALUES = (".tfvars", ".tfvars.json")
_SAVED = (b"PK", b"tfplan")
_BOOKMARK = b'"remote_plan_format"'
_OF_PLANS = ("configuration", "planned_values", "resource_changes", "terraform_version")


class Reading(Struct, frozen=True):
    """How to read inputs, as the user says."""

    cache: "Cache"
    region: str | None = None
    """The Region for whatever the inputs leave open."""
    include_unchanged: bool = False
    source_root: str | None = None
    """Where the code of the plans is, if their findings should have files and lines."""
    var_files: tuple[str, ...] = ()
    tool: "Tool | None" = None
    """The tool whose files are read, if a directory has files that only one tool reads."""
    exclude: tuple[str, ...] = ()
    """Patterns for directories of code to leave out."""
    terraform: str | None = None
    """The program that renders saved plans, if it is not the one on PATH."""


class Wishes(Struct, frozen=True):
    """What a policy needs from the inputs."""

    kinds: "Collection[Kind]"
    region: str | None
    """The Region to use if neither the inputs nor the user gives one."""
    tags: bool = False
    """Whether anything matches on tags, which are not read otherwise."""

    @classmethod
    def of(cls, policy: "Policy") -> "Wishes":
        """Return what judging by this policy needs."""
        return cls(policy.judge, policy.region, policy.matches_tags)


def tell(host: "Host", sources: "Sequence[Source]") -> bool:
    """Show what is wrong in the inputs, and return whether any part could not be read."""
    for source in sources:
        for line in source.notes:
            host.note(line)
    errors = dict.fromkeys(str(error) for source in sources for error in source.errors)
    for error in errors:
        host.note(error)
    return bool(errors)


def open_sources(
    host: "Host", paths: Sequence[str], how: Reading, wishes: Wishes
) -> "list[Source]":
    """Return the sources in each input, in order; several plans in one file are several sources.

    Raises `InputError`.
    """
    require_one_reader(paths)
    _require_values(how.var_files)
    code = [path for path in paths if path != STDIN and is_code(host, path)]
    sources = [
        source for path in paths if path not in code for source in _plans(host, path, how, wishes)
    ]
    return [*sources, *(_code(host, code, how, wishes) if code else ())]


def require_one_reader(paths: Sequence[str]) -> None:
    """Raise `InputError` if standard input is named twice: the second reader would find it empty."""
    if paths.count(STDIN) > 1:
        from assay.errors import InputError

        raise InputError("standard input can be read only once")


def _require_values(var_files: Sequence[str]) -> None:
    """Refuse missing files of values: naming one is a mistake, even if nothing here reads it."""
    from assay.errors import InputError

    for path in var_files:
        if not path:
            raise InputError("--var-file names nothing", hint="is a variable not set?")
        if not os.path.isfile(path):
            what = "is a directory" if os.path.isdir(path) else "is not there"
            hint = "--var-file names a file of values, such as prod.tfvars"
            raise InputError(what, where=path, hint=hint)


def is_code(host: "Host", path: str) -> bool:
    """Whether a path names Terraform code: a directory of it, or a file that belongs to one.

    A plan is a plan whatever its name: JSON with the name of a code file is opened to find out.
    """
    if os.path.isdir(path):
        return True
    return path.endswith((*CODE, *VALUES)) and not (path.endswith(".json") and _is_plan(host, path))


def _is_plan(host: "Host", path: str) -> bool:
    import msgspec

    from assay.errors import InputError

    try:
        keys = msgspec.json.decode(host.read(path), type=dict[str, msgspec.Raw])
    except (InputError, msgspec.DecodeError, UnicodeDecodeError):
        return False  # what is wrong with it is reported later
    return "format_version" in keys and not keys.keys().isdisjoint(_OF_PLANS)


def _plans(host: "Host", path: str, how: Reading, wishes: Wishes) -> "list[Source]":
    from assay.inputs.plan.plan import read_plans
    from assay.inputs.plan.with_code import alone

    data = host.read(path)
    saved = None
    if path != STDIN and _may_be_saved(data):
        from assay.run.saved_plans import rendered

        saved = rendered(host, path, data, how.terraform, how.source_root)
    checkout = _checkout(how)
    carried = _carried(how, saved) if saved else None
    planned = carried or checkout
    sources = read_plans(
        path,
        saved.json if saved else data,
        kinds=wishes.kinds,
        region=wishes.region,
        said=how.region,
        include_unchanged=how.include_unchanged,
        tags=wishes.tags,
        joining=planned.join if planned else alone,
    )
    if saved is not None:
        sources = [_as_saved(path, sources, data, saved.notes)]
    lines = checkout or carried
    return [lines.at_lines(source) for source in sources] if lines else sources


def _checkout(how: Reading) -> "CodeOfPlans | None":
    """The code that the user names."""
    if how.source_root is None:
        return None
    from assay.inputs.terraform.of_plans import CodeOfPlans

    return CodeOfPlans.checkout(how.cache.kept("code"), how.tool, shown(how.source_root))


def _carried(how: Reading, saved: "Rendered") -> "CodeOfPlans | None":
    """The code in a saved plan."""
    if saved.saved.code is None:
        return None
    from assay.inputs.terraform.of_plans import CodeOfPlans

    return CodeOfPlans.carried(how.cache.kept("code"), saved.saved.code, shown(saved.root))


def _may_be_saved(data: bytes) -> bool:
    """Whether data starts like a saved plan, new or old, or is a cloud plan's bookmark."""
    return data.startswith(_SAVED) or _BOOKMARK in data[:4096]


def _as_saved(
    path: str, sources: "Sequence[Source]", data: bytes, notes: tuple[str, ...]
) -> "Source":
    """The source of a saved plan: the file is the one that was named, not its rendering."""
    from msgspec.structs import replace

    from assay.digests import sha256
    from assay.errors import InputError

    if len(sources) > 1:
        hint = "name the Terraform program itself with --terraform PATH"
        raise InputError("a saved plan that renders to several plans", where=path, hint=hint)
    [source] = sources
    told = tuple(f"{path}: {each}" for each in notes)
    facts = replace(source.facts, sha256=sha256(data))
    return replace(source, facts=facts, notes=(*told, *source.notes))


def _code(host: "Host", paths: Sequence[str], how: Reading, wishes: Wishes) -> "list[Source]":
    from assay.errors import InputError
    from assay.inputs.terraform.directory import Wanted
    from assay.run.exclusions import Exclusions

    for path in paths:
        if not os.path.exists(path):
            raise InputError("is not there", where=path)
    whole = [shown(path) for path in paths if os.path.isdir(path)]
    files = [path for path in paths if not os.path.isdir(path)]
    values = {
        name.removeprefix("TF_VAR_"): value
        for name, value in host.environment.items()
        if name.startswith("TF_VAR_")
    }
    excluded = Exclusions(how.exclude)
    wanted = Wanted(
        wishes.kinds, wishes.region, wishes.tags, how.var_files, values, excluded, how.region
    )
    around = [shown(each) for each in _directories(host, files)]
    sources = _reader(how).sources(whole, around, wanted)
    for pattern in excluded.unused():
        host.note(
            f"--exclude {pattern}: matches no directory of Terraform code; it is compared with paths below the one that is checked"
        )
    return sources


def _reader(how: Reading) -> "Code":
    from assay.inputs.terraform.directory import Code

    return Code(how.cache.kept("code"), how.tool)


def _directories(host: "Host", files: Sequence[str]) -> list[str]:
    """Return the module directory of each file; files of values may be below the code they are for."""
    found: dict[str, None] = {}
    for path in files:
        directory = os.path.dirname(path) or "."
        if path.endswith(VALUES):
            while not _holds_code(directory) and directory not in (".", "/"):
                directory = os.path.dirname(directory) or "."
            if not _holds_code(directory):
                host.note(f"{path}: left out, because there is no Terraform code there or above")
                continue
        found[directory] = None
    return list(found)


def _holds_code(directory: str) -> bool:
    try:
        return any(name.endswith(CODE) for name in os.listdir(directory))
    except OSError:
        return False


def shown(path: str) -> str:
    """Return the path as reports show it: relative if it is below the current directory."""
    whole, here = os.path.abspath(path), os.getcwd()
    below = whole == here or whole.startswith(here.rstrip(os.sep) + os.sep)
    return os.path.relpath(whole, here) if below else whole
