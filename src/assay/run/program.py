"""Terraform, or OpenTofu, as a program that renders: found, run for a while, and heard to its end."""

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
"""How long a rendering may take; that of 15,000 resources took twelve minutes in a Terraform of 2021."""
RENDERED_MIB = 512
"""How large it may be; twice what is read of packed plans."""
_CHUNK = 2**16
_HEARD = 2**16
_DISTURBING = ("TF_LOG", "TF_CLI_ARGS")
"""Variables that put other words into what Terraform says, or other options on its command line."""
_SETTINGS = {"TF_IN_AUTOMATION": "1", "TF_INPUT": "0", "CHECKPOINT_DISABLE": "1"}


class Ended(msgspec.Struct, frozen=True):
    """What a program has done, and said."""

    code: int
    content: bytes
    complaints: str
    late: bool
    """Whether it was ended, since it took too long."""
    too_large: bool
    """Whether it was ended, since it wrote too much."""


def find(path: str, names: Sequence[str]) -> str | None:
    """The first of some programs that is on a search path, by its whole path.

    Directories that are relative do not count: what a checked repository holds is not run.
    """
    for name in names:
        for each in path.split(os.pathsep):
            directory = os.path.normpath(each)
            found = shutil.which(name, path=directory)
            # Windows looks in the current directory first
            if found and os.path.isabs(each) and os.path.dirname(found) == directory:
                # setup-terraform and setup-opentofu put a wrapper there, which adds words of its own
                return shutil.which(f"{name}-bin", path=directory) or found
    return None


def surroundings(environment: Mapping[str, str], data: str | None) -> dict[str, str]:
    """The variables that it is given; `data` is the directory in which it finds its providers."""
    kept = {name: value for name, value in environment.items() if not name.startswith(_DISTURBING)}
    return {**kept, **_SETTINGS, **({"TF_DATA_DIR": data} if data else {})}


def run(command: Sequence[str], environment: Mapping[str, str], seconds: float = SECONDS) -> Ended:
    """Run it to its end, with nothing to read, and end it where it goes on too long.

    Raises `OSError` where it cannot be started.
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
            start_new_session=True,  # so that its providers can be ended with it
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
    """End a program that has not ended, with what it has started; `late` will tell that it had not."""
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
    """The beginning of what it complained of, on one line: it is wrapped for terminals."""
    complaints.seek(0)
    return " ".join(complaints.read(_HEARD).decode(errors="replace").split())
