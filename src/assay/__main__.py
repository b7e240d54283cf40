"""The entry point of the `assay` command and of `python -m assay`."""

import gc
import os
import sys
from contextlib import suppress
from typing import NoReturn


def main() -> NoReturn:
    """Run one command and end the process with its exit code."""
    gc.disable()  # one run per process: collecting garbage costs more than it frees
    from assay.cli import run  # its imports should not trigger the collector either

    code = run(sys.argv[1:])
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:  # None if the parent process closed it
            with suppress(OSError):
                stream.flush()
    os._exit(code)  # exits without freeing a large plan object by object


if __name__ == "__main__":
    main()
