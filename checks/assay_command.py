"""Runs assay in its own process and environment, with a time limit."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from typing import IO, NamedTuple

from assay_trouble import NoVerdictError, one_line

LARGEST = 256 * 1024 * 1024
"""Bytes of a report. A hundred thousand references take less than half of that."""
_NOT_OURS = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__")
_VERDICTS = (0, 1, 3)
_NO_VERDICT = 2
_OFTEN = 0.02
_LAST_WORDS = 4096


class Ended(NamedTuple):
    """The exit code and the output of a run."""

    code: int
    output: bytes


def find() -> str:
    """The command: `ASSAY_BIN`, or the first `assay` on PATH. Raises `NoVerdictError`.

    Only absolute entries of PATH count, so that the scanned directory cannot supply the command.
    """
    chosen = os.environ.get("ASSAY_BIN") or "assay"
    if os.path.dirname(chosen):
        found = shutil.which(os.path.abspath(chosen))
    else:
        folders = os.environ.get("PATH", "").split(os.pathsep)
        inside = (
            shutil.which(os.path.join(each, chosen)) for each in folders if os.path.isabs(each)
        )
        found = next((path for path in inside if path), None)
    if found is None:
        raise NoVerdictError(
            f"there is no command {chosen}: install assay (not beside checkov) and name it with "
            "ASSAY_BIN, or name a report with ASSAY_REPORT"
        )
    return found


def run(command: Sequence[str], seconds: float) -> Ended:
    """Run a command without a shell; after `seconds`, it and everything it started are killed.

    Raises `NoVerdictError` if it cannot be run, takes too long or prints too much, and if it says
    itself that it has no verdict.
    """
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        try:
            code = _ended(command, seconds, output, errors)
        except (OSError, ValueError) as error:
            raise NoVerdictError(f"{command[0]} cannot be run: {error}") from error
        if code is None:
            raise NoVerdictError(f"{command[0]} did not end within {seconds:g} seconds")
        if _size(output) > LARGEST:
            raise NoVerdictError(f"{command[0]} printed more than {LARGEST} bytes")
        if code not in _VERDICTS:
            why = "has no verdict" if code == _NO_VERDICT else f"ended with exit code {code}"
            raise NoVerdictError(f"{command[0]} {why}: {_last_line(errors)}")
        output.seek(0)
        return Ended(code, output.read())


def _ended(
    command: Sequence[str], seconds: float, output: IO[bytes], errors: IO[bytes]
) -> int | None:
    """The exit code; None if the time was up. Output goes to files, so that no pipe blocks."""
    deadline = time.monotonic() + seconds
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=errors,
        env=_environment(),
        start_new_session=True,
    )
    try:
        while process.poll() is None:
            if time.monotonic() > deadline:
                return None
            if _size(output) > LARGEST or _size(errors) > LARGEST:
                break
            time.sleep(_OFTEN)
    finally:
        if process.returncode is None:
            _end(process)
    return process.returncode


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill the process and its children. It has not been waited for, so its id is still valid."""
    if hasattr(os, "killpg"):
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()


def _environment() -> dict[str, str]:
    """The environment without variables that make assay's Python use checkov's environment."""
    return {name: value for name, value in os.environ.items() if name not in _NOT_OURS}


def _size(file: IO[bytes]) -> int:
    return os.fstat(file.fileno()).st_size


def _last_line(errors: IO[bytes]) -> str:
    errors.seek(max(0, _size(errors) - _LAST_WORDS))
    said = errors.read().decode("utf-8", "replace").strip().rpartition("\n")[2]
    return one_line(said) or "it does not say why"
