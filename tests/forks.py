"""A program that is imported once, and forked for each of its runs: it takes long to be imported.

    python -I tests/forks.py PROGRAM.py

imports the program, whose Python may be another one than ours, and runs its `run(arguments)` in a
process of its own for each line of standard input. So a run has what a command has: directory,
environment, streams, memory and an end of its own, and leaves nothing to the next one. What it has
not is the start of a new interpreter: `PYTHON*` variables mean nothing, and that modules load one
another where they are needed is not tried. Whatever is about these takes a process of its own.
"""

import json
import os
import runpy
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

SECONDS = 300
"""After these a run is ended."""


class Forks:
    """What the test process holds of such a program. Runs take turns."""

    def __init__(self, python: Path, program: Path) -> None:
        self._turn = threading.Lock()
        self._folder = tempfile.TemporaryDirectory(prefix="forks-")
        self._streams = [Path(self._folder.name, name) for name in ("stdin", "stdout", "stderr")]
        self._process = subprocess.Popen(
            [python, "-I", __file__, program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=self._folder.name,
            text=True,
        )

    def __call__(
        self,
        arguments: Sequence[str],
        cwd: Path,
        environment: Mapping[str, str],
        stdin: bytes = b"",
    ) -> tuple[int, bytes, bytes]:
        """The exit code of one run, what it printed, and what it said on standard error."""
        told = {
            "arguments": arguments,
            "cwd": str(cwd),
            "environment": dict(environment),
            "umask": _umask(),
            "streams": [str(path) for path in self._streams],
        }
        with self._turn:
            for path, content in zip(self._streams, (stdin, b"", b""), strict=True):
                path.write_bytes(content)
            _pipe(self._process.stdin).write(json.dumps(told) + "\n")
            _pipe(self._process.stdin).flush()
            ended = _pipe(self._process.stdout).readline()
            assert ended, "the program itself has ended"
            printed, said = (path.read_bytes() for path in self._streams[1:])
        code = int(ended)
        if code == -signal.SIGALRM:
            raise subprocess.TimeoutExpired(list(arguments), SECONDS, printed, said)
        return code, printed, said

    def close(self) -> None:
        """End the program."""
        _pipe(self._process.stdin).close()
        _pipe(self._process.stdout).close()
        self._process.wait(30)
        self._folder.cleanup()


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _pipe(pipe: IO[str] | None) -> IO[str]:
    assert pipe is not None
    return pipe


# ------------------------------------------------------------------------- in the other Python


def _serve(program: Path) -> None:
    run = runpy.run_path(str(program))["run"]
    requests, answers = (os.fdopen(os.dup(each), mode) for each, mode in ((0, "r"), (1, "w")))
    for line in requests:
        child = os.fork()
        if not child:
            os._exit(_forked(run, program.stem, json.loads(line)))
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), file=answers, flush=True)


def _forked(run: Any, name: str, told: dict[str, Any]) -> int:
    try:
        signal.alarm(SECONDS)
        os.chdir(told["cwd"])
        os.environ.clear()
        os.environ.update(told["environment"])
        time.tzset()
        os.umask(told["umask"])
        for stream, path in enumerate(told["streams"]):
            mode = os.O_WRONLY | os.O_TRUNC if stream else os.O_RDONLY
            os.dup2(os.open(path, mode), stream)
        os.closerange(3, 256)
        sys.argv = [name, *told["arguments"]]
        code = run(told["arguments"]) or 0
    except SystemExit as end:
        code = int(end.code or 0)
    except BaseException:  # noqa: BLE001 - as the interpreter would
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    return code


if __name__ == "__main__":
    _serve(Path(sys.argv[1]).resolve())
