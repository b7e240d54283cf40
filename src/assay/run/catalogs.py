"""Opens the catalogue: AWS itself, a recording, or none."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from assay.catalog.aws.sdk import Sdk
    from assay.catalog.interface import ImageCatalog
    from assay.model import Readers
    from assay.run.cache import Cache
    from assay.run.host import Host

CLOCKS_DIFFER = 300
"""Seconds by which a recording may be ahead of the local clock."""


class Asking(Struct, frozen=True):
    """Which catalogue is asked, and how long that may take."""

    recording: str | None
    """The file of a recorded catalogue, to be used instead of AWS."""
    timeout: float
    """In seconds; a question that AWS has not answered by then counts as a failed lookup."""
    cache: "Cache"
    max_age: timedelta | None = None
    """The greatest age of a recording."""
    as_of: datetime | None = None
    """The time given by the user instead of now."""
    offline: bool = False


def open_catalog(host: "Host", asking: Asking, readers: "Readers | None") -> "ImageCatalog":
    """Return a recording, an offline catalogue, or AWS itself with what earlier runs learned.

    Raises `RecordingError` if a recording cannot be used or is too old.
    """
    if asking.recording is not None:
        from assay.catalog.recorded import RecordedCatalog

        recorded = RecordedCatalog.load(asking.recording, host.read(asking.recording))
        _require_age(host, asking, recorded.file.recorded_at)
        return recorded
    if asking.offline:
        from assay.catalog.decorators.offline import OfflineCatalog

        return OfflineCatalog()
    from assay.catalog.decorators.remembering import RememberingCatalog
    from assay.catalog.live import LiveCatalog

    live = LiveCatalog(open_sdk(host, readers, asking.timeout, asking.cache))
    kept = asking.cache.kept("ancestry")
    return live if asking.cache.directory is None else RememberingCatalog(live, kept)


def _require_age(host: "Host", asking: Asking, recorded_at: datetime) -> None:
    """Refuse a recording that is too old or comes from the future.

    Without a limit on the age, a recording from the future is used, with a note: it is no less
    true.
    """
    from assay.errors import RecordingError
    from assay.model.times import readable
    from assay.report.summary import age

    most, path = asking.max_age, asking.recording
    if most is None and asking.as_of is not None:
        return
    passed = (asking.as_of or host.now()) - recorded_at
    when = f"recorded {readable(recorded_at)}, {age(passed)}"
    again = "record it again: assay record"
    if passed < timedelta(seconds=-CLOCKS_DIFFER):
        if most is not None:
            raise RecordingError(f"from-the-future: {when}", where=path, hint=again)
        host.note(f"{path}: {when}; check the clock")
    elif most is not None and passed > most:
        raise RecordingError(f"expired: {when}, more than --max-age", where=path, hint=again)


def open_sdk(host: "Host", readers: "Readers | None", timeout: float, cache: "Cache") -> "Sdk":
    """Return a connection to AWS that ends after `timeout` seconds."""
    from assay.catalog.aws.pace import Deadline
    from assay.catalog.aws.sdk import Sdk

    deadline = Deadline(host.monotonic, timeout)
    sdk = Sdk(readers, deadline=deadline, models=cache.kept("models"), now=host.now)
    host.at_end(sdk.close)
    return sdk
