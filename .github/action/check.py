"""The action's main step: one `assay check`, and what GitHub is told of it.

It does not fail with the verdict: it writes the outputs `exit-code` and `verdict`, and verdict.sh
has the last word. Where they are missing, the gate is closed.
"""

import json
import os
import sys
import tempfile
from collections.abc import Mapping
from subprocess import DEVNULL, PIPE, STDOUT, Popen
from typing import Any

from command import command_of, environment_of
from inputs import NoVerdictError, files_of, read_inputs
from pages import tell, tell_why
from runner import unobeyed, write_outputs

FAITHFUL = {"pass": (0,), "fail": (1,), "undetermined": (0, 3)}
"""The exit codes that fit an outcome."""
REASON = "assay: "
"""How a line begins that assay says to whoever looks; why there is no verdict is the last of them."""
LONGEST_LINE = 65_536
COUNTS = ("references", "pass", "fail", "undetermined", "excepted")


def main() -> None:
    """Run assay and write the outputs."""
    os.chdir(os.environ["GITHUB_WORKSPACE"])
    folder = tempfile.mkdtemp(prefix="assay-", dir=os.environ["RUNNER_TEMP"])
    comment = ""
    try:
        inputs = read_inputs(os.environ)
        files = files_of(inputs, folder)
        comment = files.comment
        code, reason = _assay(command_of(inputs, files), environment_of(inputs, folder))
        report, verdict = _verdict(code, reason, files.json)
        tell(inputs, files, verdict)
    except (NoVerdictError, OSError) as problem:
        tell_why(str(problem), comment)
        return
    outputs: dict[str, Any] = {name: report["summary"][name] for name in COUNTS}
    for name, path in (("json", files.json), ("sarif", files.sarif), ("markdown", files.markdown)):
        if os.path.exists(path):
            outputs[f"{name}-file"] = path
    # Only with a verdict: without one findings may lack, and code scanning would take those for mended.
    if inputs.upload and "sarif-file" in outputs:
        outputs["upload"] = "true"
    write_outputs({**outputs, "verdict": verdict, "exit-code": code})


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
