"""The host of a command: its process, with files and streams, clock and environment."""

import os
from typing import TYPE_CHECKING

import click

from assay.cli.streams import note, read
from assay.run.host import Host

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime


def this_process() -> Host:
    """The host of every command. Functions to call at the end are called when the command ends."""
    import time

    from assay.cli.progress import progress

    return Host(read, note, now, time.monotonic, os.environ, _at_end, progress)


def another_process() -> Host:
    """The host for work that a command gives to other processes, which show no messages."""
    import atexit
    import time
    from contextlib import nullcontext

    return Host(
        read, _unheard, now, time.monotonic, os.environ, atexit.register, lambda _: nullcontext()
    )


def _unheard(_: str) -> None:
    """Ignore a message: the process that gave the work reports what is needed."""


def now() -> "datetime":
    """The current time, in UTC."""
    from datetime import UTC, datetime

    return datetime.now(UTC)


def _at_end(finish: "Callable[[], object]") -> None:
    context = click.get_current_context(silent=True)
    if context is not None:
        context.call_on_close(finish)
