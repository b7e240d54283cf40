"""The host of a command, which is its process: its files and streams, its clock and its environment."""

import os
from typing import TYPE_CHECKING

import click

from assay.cli.streams import note, read
from assay.run.host import Host

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime


def this_process() -> Host:
    """The host of every command. What waits for the end waits for that of the command at hand."""
    import time

    from assay.cli.progress import progress

    return Host(read, note, now, time.monotonic, os.environ, _at_end, progress)


def another_process() -> Host:
    """The host of what a command gives to other processes, which have nobody to talk to."""
    import atexit
    import time
    from contextlib import nullcontext

    return Host(
        read, _unheard, now, time.monotonic, os.environ, atexit.register, lambda _: nullcontext()
    )


def _unheard(_: str) -> None:
    """Who gave the order tells what there is to tell."""


def now() -> "datetime":
    """The time, for whoever was not given one."""
    from datetime import UTC, datetime

    return datetime.now(UTC)


def _at_end(finish: "Callable[[], object]") -> None:
    context = click.get_current_context(silent=True)
    if context is not None:
        context.call_on_close(finish)
