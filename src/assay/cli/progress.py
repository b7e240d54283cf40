"""Progress messages on stderr if asking AWS takes longer than a second."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeAlias

import click

if TYPE_CHECKING:
    from assay.catalog.interface import ImageCatalog

PATIENCE = {True: 1.0, False: 10.0}
"""Seconds before the first message: True for a terminal, False for a log."""
PAUSE = {True: 0.2, False: 10.0}
"""Seconds between two messages: True for a terminal, False for a log."""
_ERASE = "\r\x1b[K"

Told: TypeAlias = "Callable[[], str | None]"


def _nothing() -> None:
    """Say nothing about how far the run is."""


@contextmanager
def progress(catalog: "ImageCatalog", told: Told = _nothing) -> Iterator[None]:
    """Show how far a run is: one changing line on a terminal, otherwise a few lines.

    If `told` returns None, the line says how many calls were made so far.
    """
    if catalog.facts().kind != "live":
        yield
        return
    done = threading.Event()
    teller = threading.Thread(target=_tell, args=(catalog, told, done), daemon=True)
    teller.start()
    try:
        yield
    finally:
        done.set()
        teller.join()


def _tell(catalog: "ImageCatalog", told: Told, done: threading.Event) -> None:
    started = time.monotonic()
    watched = sys.stderr is not None and sys.stderr.isatty()
    if done.wait(PATIENCE[watched]):
        return
    while True:
        calls = sum(catalog.facts().api_calls.values())
        seconds = f"{time.monotonic() - started:.0f} s"
        so_far = told()
        line = f"assay: asking AWS, {calls} calls in {seconds}"
        if so_far:
            line = f"assay: {so_far}, {seconds}"
        elif not calls:
            line = f"assay: waiting for AWS credentials, {seconds}"
        if so_far or calls or not watched:  # a terminal may show a prompt until then
            click.echo(f"{_ERASE}{line}" if watched else line, err=True, nl=not watched)
        if done.wait(PAUSE[watched]):
            break
    if watched and (so_far or calls):
        click.echo(_ERASE, err=True, nl=False)
