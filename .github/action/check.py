"""The action's main step: run one `assay check` and report the result to GitHub.

This step does not fail if the verdict does: it writes the outputs `exit-code` and `verdict`, and
verdict.sh decides. If they are missing, the gate is closed.
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
"""The exit codes that fit each outcome."""
REASON = "assay: "
"""The start of assay's own messages. The last one says why there is no verdict."""
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
    # Only with a verdict: otherwise findings may be missing, and code scanning would call them fixed.
    if inputs.upload and "sarif-file" in outputs:
        outputs["upload"] = "true"
    write_outputs({**outputs, "verdict": verdict, "exit-code": code})


def _assay(command: list[str], environment: Mapping[str, str]) -> tuple[int, str]:
    """Run assay with both streams in one pipe; return its exit code and its last own message.

    The runner reads two pipes in no fixed order, so a line of the second could come too early.
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
    """Return the report and its outcome if they fit the exit code. Raises `NoVerdictError`."""
    if code == 2:
        raise NoVerdictError(
            reason or "assay ended with exit code 2 and gave no reason: see the log"
        )
    try:
        with open(path, encoding="utf-8") as file:
            report: dict[str, Any] = json.load(file)
        outcome: str = report["outcome"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        said = f": {reason}" if reason else ""
        raise NoVerdictError(f"assay ended with exit code {code} and no report{said}") from error
    if code not in FAITHFUL.get(outcome, ()):
        raise NoVerdictError(f"assay ended with exit code {code}, but its report says {outcome}")
    return report, outcome
