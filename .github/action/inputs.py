"""What the action's inputs mean: which files are read, and where reports are written."""

import glob
import os
import shlex
from collections.abc import Mapping
from typing import Any, NamedTuple

UNDETERMINED = {
    "policy": (),
    "undetermined": ("--undetermined", "error"),
    "fail": ("--undetermined", "warning"),
    "never": (),
}
"""The options of assay for each value of `fail-on`; verdict.sh handles `never`."""
CODE = (".tf", ".tofu", ".tf.json", ".tofu.json", ".tfvars", ".tfvars.json")


class NoVerdictError(Exception):
    """There is no verdict; the text says why."""


class Inputs(NamedTuple):
    """The action's inputs, which the step gets in variables GATE_…"""

    assay: str
    plan: str
    paths: str
    source_root: str
    policy: str
    policy_added: str
    catalog: str
    catalog_missing: str
    live: str
    custom_endpoints: bool
    undetermined: tuple[str, ...]
    inline_exceptions: bool
    format: str
    sarif: bool
    sarif_file: str
    upload: bool
    category: str
    summary: bool
    annotations: bool
    comment_file: str
    working_directory: str
    args: list[str]

    def located(self, path: str) -> str:
        """Return a path of an input, from the workspace."""
        return os.path.normpath(os.path.join(self.working_directory, path)) if path else ""


class Files(NamedTuple):
    """Where reports are written; new for each use, so that no earlier report is taken for this one's."""

    json: str
    sarif: str
    markdown: str
    github: str
    comment: str


def read_inputs(environment: Mapping[str, str]) -> Inputs:
    """Read the step's inputs. Raises `NoVerdictError` for invalid values."""
    given = {
        name[5:].lower(): text.strip() for name, text in environment.items() if name[:5] == "GATE_"
    }

    def one_of(name: str, choices: Mapping[str, Any]) -> Any:
        if given[name] not in choices:
            raise NoVerdictError(f"{name.replace('_', '-')} must be one of {', '.join(choices)}")
        return choices[given[name]]

    yes_or_no = {"true": True, "false": False}
    switches = ("custom_endpoints", "inline_exceptions", "sarif", "upload", "summary")
    chosen = {name: one_of(name, yes_or_no) for name in switches}
    uploaded = chosen["sarif"] and chosen["upload"]
    try:
        more = shlex.split(given["args"])
    except ValueError as error:
        raise NoVerdictError(f"args: {error}") from error
    if "--exit-zero" in more:
        raise NoVerdictError("args: --exit-zero cannot be used here; set fail-on: never instead")
    fields = {
        **given,
        **chosen,
        "live": one_of("live", {word: word for word in ("required", "auto", "off")}),
        "undetermined": one_of("fail_on", UNDETERMINED),
        "annotations": one_of("annotations", {**yes_or_no, "auto": not uploaded}),
        "args": more,
    }
    return Inputs(**{name: fields[name] for name in Inputs._fields})


def files_of(inputs: Inputs, folder: str) -> Files:
    """Return where to write reports, temporary ones in `folder`. Raises `NoVerdictError`."""
    return Files(
        json=os.path.join(folder, "assay.json"),
        sarif=_target(inputs, "sarif-file", inputs.sarif_file)
        or os.path.join(folder, "assay.sarif"),
        markdown=os.path.join(folder, "assay.md"),
        github=os.path.join(folder, "annotations"),
        comment=_target(inputs, "comment-file", inputs.comment_file),
    )


def _target(inputs: Inputs, name: str, path: str) -> str:
    """Return where to write a file, and remove what exists there: it could be a file of an earlier
    run, which could be taken for this one's, or a link that leads elsewhere. Raises `NoVerdictError`.
    """
    if not path:
        return ""
    target = os.path.abspath(inputs.located(path))
    folder = os.path.realpath(os.path.dirname(target))
    if os.path.commonpath((folder, os.path.realpath("."))) != os.path.realpath("."):
        raise NoVerdictError(f"{name}: {path} is not in the workspace")
    named = (inputs.policy or "assay.yaml", inputs.catalog)
    read = [inputs.located(each) for each in named if each]
    for line in _lines(inputs.plan):  # `expand` reports a line that matches nothing
        read += _matches(inputs, line)
    if target.endswith(CODE) or target in map(os.path.abspath, read):
        raise NoVerdictError(f"{name}: {path} is code or an input, and is not overwritten")
    os.makedirs(folder, exist_ok=True)
    if os.path.lexists(target):
        os.unlink(target)
    return target


def expand(inputs: Inputs, name: str, lines: str) -> list[str]:
    """Return the files and directories that an input names, each once, none readable as an option."""
    found: dict[str, None] = {}
    for line in _lines(lines):
        matches = _matches(inputs, line)
        if not matches:
            raise NoVerdictError(f"{name}: {line} matches nothing")
        found |= {f"./{p}" if p.startswith("-") else p: None for p in sorted(matches)}
    return list(found)


def _lines(text: str) -> list[str]:
    return list(filter(None, map(str.strip, text.splitlines())))


def _matches(inputs: Inputs, line: str) -> list[str]:
    """Return what a pattern or a name matches.

    The pull request chooses the names of files: neither a file named like the pattern nor a name that
    starts with a dot may keep files from being checked.
    """
    literal = inputs.located(line)
    pattern = os.path.normpath(os.path.join(glob.escape(inputs.working_directory), line))
    matches = glob.glob(pattern, recursive=True, include_hidden=True)
    return [*matches, literal] if os.path.lexists(literal) else matches
