"""Where earlier runs have kept what they learnt, if it is wanted and can be trusted."""

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
    """One run's cache; looked for when something of it is first wanted, which a plan never does."""

    def __init__(self, host: "Host", *, wanted: bool) -> None:
        self._host = host
        self._wanted = wanted
        self._told = False

    @cached_property
    def directory(self) -> "Path | None":
        """`ASSAY_CACHE_DIR`, else the user's cache directory as the platform has it.

        None where none is wanted or there is none, and where somebody else could write there, which
        is told: what is read there is believed.
        """
        if not self._wanted or not hasattr(os, "geteuid"):
            return None  # where there are no owners, nobody can tell who may write where
        from pathlib import Path

        from assay.kept import wrong_with

        chosen = self._host.environment.get("ASSAY_CACHE_DIR")
        try:
            directory = Path(chosen) if chosen else _of_the_user()
        except (OSError, RuntimeError):  # no home directory can be told
            return None
        wrong = wrong_with(directory)
        if wrong is not None:
            self._not_used(wrong)
            return None
        return directory

    def kept(self, name: str) -> "Kept":
        """One of its directories."""
        from assay.kept import Kept

        return Kept(self.directory / name if self.directory else None, self._not_used)

    def _not_used(self, why: str) -> None:
        """Say once a run that what is kept is not used."""
        if not self._told:
            self._host.note(f"the cache is not used: {why}")
        self._told = True
