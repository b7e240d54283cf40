"""What the caller of a run provides: files, a clock, the environment and a way to give messages.

Nothing in this package reads the clock, the environment or a stream, prints or exits. So the
command line, a server and a test can each be the host of the same steps.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from datetime import datetime

    from assay.catalog.interface import ImageCatalog


class Host(Struct, frozen=True):
    """The environment of one run."""

    read: Callable[[str], bytes]
    """Returns the content of a file, or of standard input for `-`. Raises `InputError`."""
    note: Callable[[str], None]
    """Shows one line to the user."""
    now: Callable[[], "datetime"]
    """Returns the time, with its time zone."""
    monotonic: Callable[[], float]
    """Returns the seconds of a clock that is never set."""
    environment: Mapping[str, str]
    at_end: Callable[[Callable[[], object]], object]
    """Registers what has to be done when the run is over, however it ends."""
    watching: Callable[["ImageCatalog"], AbstractContextManager[None]]
    """A context for asking a catalogue, which can take long."""
