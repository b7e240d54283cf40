"""What the action's inputs mean: which files are read, and where reports go."""

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
"""What `fail-on` means to assay; `never` is the business of verdict.sh."""
CODE = (".tf", ".tofu", ".tf.json", ".tofu.json", ".tfvars", ".tfvars.json")


class NoVerdictError(Exception):
    """Why there is none."""


class Inputs(NamedTuple):
    """The action's inputs, as the step has them in variables GATE_…"""

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
        """A path of an input, from the workspace."""
        return os.path.normpath(os.path.join(self.working_directory, path)) if path else ""


class Files(NamedTuple):
    """Where reports go; new for each use, so that none is taken for another's."""

    json: str
    sarif: str
    markdown: str
    github: str
    comment: str


def read_inputs(environment: Mapping[str, str]) -> Inputs:
    """What the step was given. Raises `NoVerdictError` for what makes no sense."""
    given = {
        name[5:].lower(): text.strip() for name, text in environment.items() if name[:5] == "GATE_"
    }

    def one_of(name: str, choices: Mapping[str, Any]) -> Any:
        if given[name] not in choices:
            raise NoVerdictError(f"{name.replace('_', '-')} is one of {', '.join(choices)}")
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
        raise NoVerdictError("args: --exit-zero has no place here; fail-on: never says it openly")
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
    """Where reports go, temporary ones below `folder`. Raises `NoVerdictError`."""
    return Files(
        json=os.path.join(folder, "assay.json"),
        sarif=_target(inputs, "sarif-file", inputs.sarif_file)
        or os.path.join(folder, "assay.sarif"),
        markdown=os.path.join(folder, "assay.md"),
        github=os.path.join(folder, "annotations"),
        comment=_target(inputs, "comment-file", inputs.comment_file),
    )


def _target(inputs: Inputs, name: str, path: str) -> str:
    """Where a file is to be written, with nothing there: neither an earlier run's, which could be
    taken for this one's, nor a link that leads elsewhere. Raises `NoVerdictError`.
    """
    if not path:
        return ""
    target = os.path.abspath(inputs.located(path))
    folder = os.path.realpath(os.path.dirname(target))
    if os.path.commonpath((folder, os.path.realpath("."))) != os.path.realpath("."):
        raise NoVerdictError(f"{name}: {path} is not in the workspace")
    named = (inputs.policy or "assay.yaml", inputs.catalog)
    read = [inputs.located(each) for each in named if each]
    for line in _lines(inputs.plan):  # of one that matches nothing, `expand` says so
        read += _matches(inputs, line)
    if target.endswith(CODE) or target in map(os.path.abspath, read):
        raise NoVerdictError(f"{name}: {path} is read, and cannot be written as well")
    os.makedirs(folder, exist_ok=True)
    if os.path.lexists(target):
        os.unlink(target)
    return target


def expand(inputs: Inputs, name: str, lines: str) -> list[str]:
    """The files and directories that an input names, each once and none as an option."""
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
    """What a pattern or a name means.

    Names are the pull request's to choose: one that is the pattern hides nothing, nor does a dot.
    """
    literal = inputs.located(line)
    pattern = os.path.normpath(os.path.join(glob.escape(inputs.working_directory), line))
    matches = glob.glob(pattern, recursive=True, include_hidden=True)
    return [*matches, literal] if os.path.lexists(literal) else matches
