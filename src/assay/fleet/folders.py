"""The folders of a store: which nights exist, and which of them were finished.

STORE/night=2026-11-29/places.parquet      its existence means that the night is complete
"""

from datetime import date
from pathlib import Path

from assay.model.times import day

_NIGHT = "night="
PLACES = "places.parquet"


def folder_of(root: Path, night: date) -> Path:
    """The folder of a night."""
    return root / f"{_NIGHT}{night}"


def finished(root: Path) -> dict[Path, date | None]:
    """The files that complete a night; the night is None if not a date. Raises `OSError`."""
    found = root.glob(f"{_NIGHT}*/{PLACES}") if root.is_dir() else ()
    return {path: _night(path.parent.name) for path in found}


def unfinished(root: Path) -> list[date]:
    """The nights that a run began but did not finish, oldest first. Raises `OSError`."""
    begun = list(root.glob(f"{_NIGHT}*")) if root.is_dir() else []
    found = [_night(each.name) for each in begun if not (each / PLACES).exists()]
    return sorted(each for each in found if each)


def misnamed(root: Path) -> list[str]:
    """Names that look like a night's directory but contain no date. Raises `OSError`."""
    named = list(root.glob(f"{_NIGHT}*")) if root.is_dir() else []
    return sorted(each.name for each in named if _night(each.name) is None)


def _night(directory: str) -> date | None:
    try:
        return day(directory.removeprefix(_NIGHT))
    except ValueError:
        return None
