"""The directory in which earlier runs kept what they learned, if it is wanted and can be trusted."""

import os
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from assay.kept import Kept
    from assay.run.host import Host


def _of_the_user() -> "Path":
    from platformdirs import user_cache_path

    return user_cache_path("assay", appauthor=False)


class Cache:
    """The cache of one run. It is opened on first use; checking a plan never needs it."""

    def __init__(self, host: "Host", *, wanted: bool) -> None:
        self._host = host
        self._wanted = wanted
        self._told = False

    @cached_property
    def directory(self) -> "Path | None":
        """`ASSAY_CACHE_DIR`, or else the platform's cache directory of the user.

        None if no cache is wanted or there is none. Also None, with a note, if anyone else could
        write there, because what is read from the cache is trusted.
        """
        if not self._wanted or not hasattr(os, "geteuid"):
            return None  # without owners, it is not known who may write where
        from pathlib import Path

        from assay.kept import wrong_with

        chosen = self._host.environment.get("ASSAY_CACHE_DIR")
        try:
            directory = Path(chosen) if chosen else _of_the_user()
        except (OSError, RuntimeError):  # the home directory cannot be determined
            return None
        wrong = wrong_with(directory)
        if wrong is not None:
            self._not_used(wrong)
            return None
        return directory

    def kept(self, name: str) -> "Kept":
        """Return one of its directories."""
        from assay.kept import Kept

        return Kept(self.directory / name if self.directory else None, self._not_used)

    def _not_used(self, why: str) -> None:
        """Say once per run that the cache is not used."""
        if not self._told:
            self._host.note(f"the cache is not used: {why}")
        self._told = True
