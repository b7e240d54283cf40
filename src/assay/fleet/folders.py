"""The folders of a store: which nights stand there, and which of them a run has finished.

STORE/night=2026-11-29/places.parquet      with that a night is whole
"""

from datetime import date
from pathlib import Path

from assay.model.times import day

_NIGHT = "night="
PLACES = "places.parquet"


def folder_of(root: Path, night: date) -> Path:
    """Where a night stands."""
    return root / f"{_NIGHT}{night}"


def finished(root: Path) -> dict[Path, date | None]:
    """Each file that makes a night whole, with the night; None for what is no day of the calendar. Raises `OSError`."""
    found = root.glob(f"{_NIGHT}*/{PLACES}") if root.is_dir() else ()
    return {path: _night(path.parent.name) for path in found}


def unfinished(root: Path) -> list[date]:
    """The nights that a run began to write and did not end, the oldest first. Raises `OSError`."""
    begun = list(root.glob(f"{_NIGHT}*")) if root.is_dir() else []
    found = [_night(each.name) for each in begun if not (each / PLACES).exists()]
    return sorted(each for each in found if each)


def _night(directory: str) -> date | None:
    try:
        return day(directory.removeprefix(_NIGHT))
    except ValueError:
        return None
