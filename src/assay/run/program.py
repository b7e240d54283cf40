"""Terraform or OpenTofu as a renderer: finds it, runs it with a time limit, reads its output."""

import os
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from tempfile import TemporaryFile
from threading import Event, Timer
from typing import IO

import msgspec

SECONDS = 900.0
"""The time limit for rendering. In 2021, Terraform took twelve minutes for 15,000 resources."""
RENDERED_MIB = 512
"""The size limit of the output, twice that of packed plans."""
_CHUNK = 2**16
_HEARD = 2**16
_DISTURBING = ("TF_LOG", "TF_CLI_ARGS")
"""Variables that add to Terraform's output, or to its command line."""
_SETTINGS = {"TF_IN_AUTOMATION": "1", "TF_INPUT": "0", "CHECKPOINT_DISABLE": "1"}


class Ended(msgspec.Struct, frozen=True):
    """The result and the output of a program."""

    code: int
    content: bytes
    complaints: str
    late: bool
    """Whether it was stopped because it took too long."""
    too_large: bool
    """Whether it was stopped because it wrote too much."""


def find(path: str, names: Sequence[str]) -> str | None:
    """Return the whole path of the first of some programs that is on a search path.

    Relative directories do not count, so that nothing in a checked repository is run.
    """
    for name in names:
        for each in path.split(os.pathsep):
            directory = os.path.normpath(each)
            found = shutil.which(name, path=directory)
            # Windows searches the current directory first
            if found and os.path.isabs(each) and os.path.dirname(found) == directory:
                # setup-terraform and setup-opentofu install a wrapper there that adds its own
                # output
                return shutil.which(f"{name}-bin", path=directory) or found
    return None


def surroundings(environment: Mapping[str, str], data: str | None) -> dict[str, str]:
    """Return its environment variables; `data` is the directory in which it finds its providers."""
    kept = {name: value for name, value in environment.items() if not name.startswith(_DISTURBING)}
    return {**kept, **_SETTINGS, **({"TF_DATA_DIR": data} if data else {})}


def run(command: Sequence[str], environment: Mapping[str, str], seconds: float = SECONDS) -> Ended:
    """Run a program to its end, without input, and stop it if it takes too long.

    Raises `OSError` if it cannot be started.
    """
    late, too_large = Event(), False
    content = bytearray()
    with TemporaryFile() as complaints:
        process = subprocess.Popen(  # noqa: S603  the user's own Terraform, without a shell
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=complaints,
            env=dict(environment),
            start_new_session=True,  # so that its providers can be stopped with it
        )
        timer = Timer(seconds, _end, [process, late])
        timer.daemon = True
        timer.start()
        assert process.stdout is not None
        try:
            while chunk := process.stdout.read(_CHUNK):
                content += chunk
                if len(content) > RENDERED_MIB * 2**20:
                    too_large = True
                    _end(process)
                    break
            process.wait()
        finally:
            timer.cancel()
            _end(process)
            process.stdout.close()
        said = _said(complaints)
    return Ended(process.returncode, bytes(content), said, late.is_set(), too_large)


def _end(process: "subprocess.Popen[bytes]", late: Event | None = None) -> None:
    """Stop a program, with what it has started, if it is running; sets `late` in that case."""
    if process.poll() is not None:
        return
    if late is not None:
        late.set()
    with suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.wait()


def _said(complaints: IO[bytes]) -> str:
    """The start of its error output, on one line, because it is wrapped for terminals."""
    complaints.seek(0)
    return " ".join(complaints.read(_HEARD).decode(errors="replace").split())
