"""The process of a command: `assay`, and `python -m assay`, which is the same."""

import gc
import os
import sys
from contextlib import suppress
from typing import NoReturn


def main() -> NoReturn:
    """Run one command and end the process with its exit code."""
    gc.disable()  # one run, then the process ends: looking for garbage costs more than it frees
    from assay.cli import run  # what it imports is no garbage, either

    code = run(sys.argv[1:])
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:  # closed by whoever started us
            with suppress(OSError):
                stream.flush()
    os._exit(code)  # and so does taking a large plan apart again, object by object


if __name__ == "__main__":
    main()
