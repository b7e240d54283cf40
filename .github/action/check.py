"""The action's main step: one `assay check`, and what GitHub is told of it.

It does not fail with the verdict: it writes the outputs `exit-code` and `verdict`, and verdict.sh
has the last word. Where they are missing, the gate is closed.
"""

import glob
import json
import os
import re
import secrets
import shlex
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from subprocess import DEVNULL, PIPE, STDOUT, Popen
from typing import Any, NamedTuple

FAITHFUL = {"pass": (0,), "fail": (1,), "undetermined": (0, 3)}
"""The exit codes that fit an outcome."""
UNDETERMINED = {
    "policy": (),
    "undetermined": ("--undetermined", "error"),
    "fail": ("--undetermined", "warning"),
    "never": (),
}
"""What `fail-on` means to assay; `never` is the business of verdict.sh."""
CREDENTIALS = (
    "AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI",
)  # fmt: skip
OWN = "ASSAY_"
"""assay's own variables are dropped: any could change the verdict, and an earlier step of the job,
such as a plan of what a pull request wrote, can set them for this one."""
FOREIGN_CODE = ("PYTHON",)
"""Would let files of the checkout run in place of assay's own."""
WHO_ANSWERS = ("AWS_ENDPOINT_URL", "AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_")
"""Would let somebody else answer in AWS's place."""
RUNNER = ("GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_PATH", "GITHUB_STATE", "GITHUB_STEP_SUMMARY")
"""Would let whatever renders a plan, Terraform and its providers, speak to the runner in our name."""
ANNOTATION = re.compile(r"::(error|warning|notice)( [^:\r\n]*)?::[^\r\n]*")
CODE = (".tf", ".tofu", ".tf.json", ".tofu.json", ".tfvars", ".tfvars.json")
SUMMARY_BYTES = 1024 * 1024
"""GitHub Docs, "Workflow commands for GitHub Actions", "Step isolation and limits"."""
REASON = "assay: "
"""How a line begins that assay says to whoever looks; why there is no verdict is the last of them."""
LONGEST_LINE, LONGEST_REASON = 65_536, 4_000
ADDED = """\
> [!WARNING]
> **Judged by a policy that this pull request adds.** The base branch has none. Review the policy, too: it
> decides what passes here and, once merged, in every pull request after this one.
"""
NO_VERDICT = """\
## ❗ assay: error

There is no verdict (exit code 2), so the gate is closed:

    {}

The log of the job says more.
"""
"""Indented, the reason is text, whatever stands in it."""
COUNTS = ("references", "pass", "fail", "undetermined", "excepted")


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


def main() -> None:
    """Run assay and write the outputs."""
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    os.chdir(os.environ["GITHUB_WORKSPACE"])
    folder = tempfile.mkdtemp(prefix="assay-", dir=os.environ["RUNNER_TEMP"])
    comment = ""
    try:
        inputs = read_inputs(os.environ)
        files = _files(inputs, folder)
        comment = files.comment
        code, reason = _assay(_command(inputs, files), _environment(inputs, folder))
        report, verdict = _verdict(code, reason, files.json)
        _tell(inputs, files, verdict)
    except (NoVerdictError, OSError) as problem:
        _tell_why(str(problem), comment)
        return
    outputs: dict[str, Any] = {name: report["summary"][name] for name in COUNTS}
    for name, path in (("json", files.json), ("sarif", files.sarif), ("markdown", files.markdown)):
        if os.path.exists(path):
            outputs[f"{name}-file"] = path
    # Only with a verdict: without one findings may lack, and code scanning would take those for mended.
    if inputs.upload and "sarif-file" in outputs:
        outputs["upload"] = "true"
    _write_outputs({**outputs, "verdict": verdict, "exit-code": code})


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


def _files(inputs: Inputs, folder: str) -> Files:
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


def _command(inputs: Inputs, files: Files) -> list[str]:
    """`assay check …`. Raises `NoVerdictError` for inputs that contradict each other or name nothing."""
    plans, code = expand(inputs, "plan", inputs.plan), expand(inputs, "paths", inputs.paths)
    for plan in plans:
        if os.path.isdir(plan):
            raise NoVerdictError(f"plan: {plan} is a directory; directories of code go to paths")
    if not plans and not code:
        raise NoVerdictError("give plan, paths or both: nothing was named that could be checked")
    command = [inputs.assay, "check", f"--format={inputs.format}", f"--category={inputs.category}"]
    command += ["-o", f"json={files.json}", "-o", f"markdown={files.markdown}"]
    if inputs.sarif:
        command += ["-o", f"sarif={files.sarif}"]
    if inputs.annotations:
        command += ["-o", f"github={files.github}"]
    usual = inputs.located("assay.yaml")
    policy = inputs.located(inputs.policy) or (usual if os.path.exists(usual) else "")
    command += _option("--policy", policy)
    command += _option("--source-root", inputs.located(inputs.source_root))
    command += _asking(inputs)
    command += inputs.undetermined
    command += [] if inputs.inline_exceptions else ["--no-inline"]
    return [*command, *inputs.args, "--", *plans, *code]


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


def _option(name: str, value: str) -> list[str]:
    return [f"{name}={value}"] if value else []


def _asking(inputs: Inputs) -> list[str]:
    """Whom to ask."""
    if inputs.live == "required":
        if inputs.catalog:
            raise NoVerdictError(
                "live is `required`, so the catalog would never be asked: choose one"
            )
        return []
    if inputs.live == "auto":
        if any(os.environ.get(name) for name in CREDENTIALS):
            return []
        instead = "the recorded catalogue is asked" if inputs.catalog else "nobody is asked"
        say("notice", f"this job has no AWS credentials: {instead} instead of AWS")
    return _option("--catalog", inputs.located(inputs.catalog)) or ["--offline"]


def _environment(inputs: Inputs, folder: str) -> dict[str, str]:
    """The job's variables without those that could change the verdict unseen."""
    dropped = (OWN, *FOREIGN_CODE, *RUNNER, *(() if inputs.custom_endpoints else WHO_ANSWERS))
    environment = {k: text for k, text in os.environ.items() if not k.startswith(dropped)}
    own = sorted(name for name in os.environ if name.startswith(OWN))
    if own:
        say("notice", f"not honoured here, use the inputs or args: {', '.join(own)}")
    if not inputs.custom_endpoints:  # in AWS's own configuration files, too
        environment["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] = "true"
    environment["ASSAY_CACHE_DIR"] = os.path.join(folder, "cache")
    return environment


def _assay(command: list[str], environment: Mapping[str, str]) -> tuple[int, str]:
    """Run it, with both streams in one pipe; its exit code, and the last that it said of itself.

    The runner reads two in no certain order: of the second, a line could come too early.
    """
    reason = b""
    with (
        unobeyed(),
        Popen(command, env=environment, stdin=DEVNULL, stdout=PIPE, stderr=STDOUT) as running,
    ):
        assert running.stdout is not None
        while line := running.stdout.readline(LONGEST_LINE):
            sys.stdout.buffer.write(line)
            sys.stdout.buffer.flush()
            if line.startswith(REASON.encode()):
                reason = line
    return running.returncode, reason.decode("utf-8", "backslashreplace").removeprefix(REASON)


@contextmanager
def unobeyed() -> Iterator[None]:
    """What is printed meanwhile is text to the runner, never a command."""
    token = secrets.token_hex(32)
    print(f"::stop-commands::{token}", flush=True)
    try:
        yield
    finally:
        print(f"\n::{token}::", flush=True)


def _verdict(code: int, reason: str, path: str) -> tuple[dict[str, Any], str]:
    """The report and its outcome, if they fit the exit code. Raises `NoVerdictError`."""
    if code == 2:
        raise NoVerdictError(reason or "assay ended with 2 and did not say why: see the log")
    try:
        with open(path, encoding="utf-8") as file:
            report: dict[str, Any] = json.load(file)
        outcome: str = report["outcome"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        said = f": {reason}" if reason else ""
        raise NoVerdictError(f"assay ended with {code} and left no report{said}") from error
    if code not in FAITHFUL.get(outcome, ()):
        raise NoVerdictError(f"assay ended with {code}, which does not fit its outcome, {outcome}")
    return report, outcome


def _tell(inputs: Inputs, files: Files, verdict: str) -> None:
    """Annotations, the summary, and the copy for a comment."""
    with open(files.markdown, encoding="utf-8") as file:
        text = file.read()
    if inputs.policy_added:
        text = _marked(text)
        _write(files.markdown, "w", text)
    if inputs.annotations:
        with open(files.github, encoding="utf-8", newline="\n") as file:
            _annotate(file.read())
    if files.comment:
        _write(files.comment, "w", text)
    if inputs.summary:
        if len(text.encode()) >= SUMMARY_BYTES:
            text = f"**assay: {verdict}**. The report is too long for this page: see its files.\n"
            text = f"{ADDED}\n{text}" if inputs.policy_added else text
        _write(os.environ["GITHUB_STEP_SUMMARY"], "a", text)


def _marked(text: str) -> str:
    """The report with what its policy is worth, below the heading; its first line stays the mark."""
    lines = text.split("\n")
    at = next((n for n, line in enumerate(lines[:3], 1) if line.startswith("## ")), 0)
    return "\n".join((*lines[:at], "", ADDED, *lines[at:]))


def _tell_why(problem: str, comment: str) -> None:
    """Why there is no verdict: as an annotation, on the summary's page and in the comment."""
    why = " ".join(problem.split())
    why = why if len(why) <= LONGEST_REASON else f"{why[: LONGEST_REASON - 1]}…"
    say("error", why)
    _write_outputs({"verdict": "error", "exit-code": 2})
    shown = "".join(each if each.isprintable() else "?" for each in why)
    text = NO_VERDICT.format(shown)
    if os.environ.get("GATE_SUMMARY", "").strip() != "false":
        _write(os.environ["GITHUB_STEP_SUMMARY"], "a", text)
    if comment:
        _write(comment, "w", text)


def _annotate(text: str) -> None:
    """Print the annotations, and as text what is none."""
    lines = text.split("\n")
    print("\n".join(line for line in lines if ANNOTATION.fullmatch(line)), flush=True)
    if plain := "\n".join(line for line in lines if line and not ANNOTATION.fullmatch(line)):
        with unobeyed():
            print(plain, flush=True)


def _write_outputs(outputs: Mapping[str, Any]) -> None:
    end = secrets.token_hex(32)
    lines = "".join(f"{name}<<{end}\n{value}\n{end}\n" for name, value in outputs.items())
    _write(os.environ["GITHUB_OUTPUT"], "a", lines)


def _write(path: str, mode: str, text: str) -> None:
    with open(path, mode, encoding="utf-8", newline="\n") as file:
        file.write(text)


def say(level: str, text: str) -> None:
    """An annotation of no file, which text cannot get out of."""
    escaped = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    print(f"::{level} title=assay::{escaped}", flush=True)


if __name__ == "__main__":
    main()
