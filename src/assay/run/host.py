"""What a run is given by whoever it runs for: files, a clock, the environment and a voice.

Nothing in this room reads the clock, the environment or a stream, prints or exits; so the command
line, a server and a test can each be the host of the same steps.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from datetime import datetime

    from assay.catalog.interface import ImageCatalog


class Host(Struct, frozen=True):
    """The surroundings of one run."""

    read: Callable[[str], bytes]
    """The content of a file, or of standard input for `-`. Raises `InputError`."""
    note: Callable[[str], None]
    """Tells one line to the person who looks."""
    now: Callable[[], "datetime"]
    """The time, with its time zone."""
    monotonic: Callable[[], float]
    """Seconds of a clock that nobody sets."""
    environment: Mapping[str, str]
    at_end: Callable[[Callable[[], object]], object]
    """Takes what has to be done when the run is over, however it ends."""
    watching: Callable[["ImageCatalog"], AbstractContextManager[None]]
    """Held while a catalogue is asked, which can take long."""
