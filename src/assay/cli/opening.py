"""Builds what the steps are given: the policy, the sources, the catalogue."""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from assay.cli.options import DEFAULT_POLICY
from assay.cli.streams import note, read

if TYPE_CHECKING:
    from datetime import datetime, timedelta
    from pathlib import Path

    from assay.catalog.aws.sdk import Sdk
    from assay.catalog.interface import ImageCatalog
    from assay.kept import Kept
    from assay.model import Policy, Reader


CLOCKS_DIFFER = 300
"""Seconds by which a recording may be ahead of the clock that reads it."""


def open_policy(path: str | None) -> "Policy":
    """The policy that was named, or the default one. Raises `PolicyError`."""
    from assay.errors import PolicyError
    from assay.policy.load import load

    if path is None and os.path.exists(DEFAULT_POLICY):
        path = DEFAULT_POLICY
    if path is None:
        raise PolicyError(
            f"no policy: there is no {DEFAULT_POLICY} here",
            hint="name one with --policy FILE or ASSAY_POLICY, or write one: assay init",
        )
    return load(path, read(path))


def policy_if_any(path: str | None) -> "Policy | None":
    """For commands that can do without one."""
    return open_policy(path) if path or os.path.exists(DEFAULT_POLICY) else None


def open_catalog(
    path: str | None,
    readers: "Mapping[str, Reader]",
    timeout: float,
    *,
    offline: bool,
    no_cache: bool,
) -> "ImageCatalog":
    """A recording, nobody, or AWS itself with what earlier runs learnt of it."""
    if path is not None:
        from assay.catalog.recorded import RecordedCatalog

        return RecordedCatalog.load(path, read(path))
    if offline:
        from assay.catalog.decorators.offline import OfflineCatalog

        return OfflineCatalog()
    from assay.catalog.decorators.remembering import RememberingCatalog
    from assay.catalog.live import LiveCatalog

    cache = cache_directory(no_cache=no_cache)
    live = LiveCatalog(open_sdk(readers, timeout, cache))
    return live if cache is None else RememberingCatalog(live, kept(cache, "ancestry"))


def require_age(
    path: str | None, catalog: "ImageCatalog", most: "timedelta | None", as_of: "datetime | None"
) -> None:
    """Refuse a recording that is older than `most`, or of a time that is still to come.

    Without a limit, a recording of the future is told and used: what it says is not less true.
    Raises `RecordingError`.
    """
    from datetime import UTC, timedelta

    from assay.errors import RecordingError
    from assay.report.summary import age

    recorded_at = catalog.facts().recorded_at
    if recorded_at is None or (most is None and as_of is not None):
        return
    passed = (as_of or now()) - recorded_at
    when = f"recorded {recorded_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC, {age(passed)}"
    again = "record it again: assay record"
    if passed < timedelta(seconds=-CLOCKS_DIFFER):
        if most is not None:
            raise RecordingError(f"from-the-future: {when}", where=path, hint=again)
        note(f"{path}: {when}: is the clock right?")
    elif most is not None and passed > most:
        raise RecordingError(f"expired: {when}, more than --max-age", where=path, hint=again)


def open_sdk(readers: "Mapping[str, Reader]", timeout: float, cache: "Path | None") -> "Sdk":
    """The door to AWS, closed after `timeout` seconds."""
    import time

    from assay.catalog.aws.pace import Deadline
    from assay.catalog.aws.sdk import Sdk

    sdk = Sdk(
        readers,
        deadline=Deadline(time.monotonic, timeout),
        models=kept(cache, "models"),
    )
    context = click.get_current_context(silent=True)
    if context is not None:
        context.call_on_close(sdk.close)
    return sdk


def cache_directory(*, no_cache: bool) -> "Path | None":
    """`ASSAY_CACHE_DIR`, else the user's cache directory as the platform has it.

    None where none is wanted or there is none, and where somebody else could write there, which is
    told: what is read there is believed.
    """
    if no_cache or not hasattr(os, "geteuid"):  # elsewhere nobody can tell who may write where
        return None
    from pathlib import Path

    from platformdirs import user_cache_path

    from assay.kept import wrong_with

    chosen = os.environ.get("ASSAY_CACHE_DIR")
    try:
        directory = Path(chosen) if chosen else user_cache_path("assay", appauthor=False)
    except (OSError, RuntimeError):  # no home directory can be told
        return None
    wrong = wrong_with(directory)
    if wrong is not None:
        _not_used(wrong)
        return None
    return directory


def kept(cache: "Path | None", name: str) -> "Kept":
    """One of the directories of the cache."""
    from assay.kept import Kept

    return Kept(cache / name if cache else None, _not_used)


def _not_used(why: str) -> None:
    """Say once a run that what is kept is not used."""
    context = click.get_current_context(silent=True)
    told = context.find_root().meta.setdefault("assay.cache.refused", []) if context else []
    if not told:
        note(f"what earlier runs learnt is not used: {why}")
    told.append(why)


def now() -> "datetime":
    """The time, for whoever was not given one."""
    from datetime import UTC, datetime

    return datetime.now(UTC)
