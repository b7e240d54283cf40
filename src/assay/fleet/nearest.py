"""The known ids that look most like one that is not known: what somebody may have meant."""

from collections.abc import Iterable
from difflib import get_close_matches

from assay.fleet.store import Store

_MOST = 3
_FARTHEST = 6
"""So many digits of 17 may differ."""


def nearest(store: Store, known: str, id: str, *parameters: object) -> list[str]:
    """Among the answers to a SELECT of `id`s with these parameters. Raises `StoreError`."""
    far = f"levenshtein(id, ${len(parameters) + 1})"
    query = (
        f"SELECT id FROM (SELECT DISTINCT id FROM ({known})) WHERE {far} <= {_FARTHEST}"  # noqa: S608 - ours alone
        f" ORDER BY {far}, id LIMIT {_MOST}"
    )
    return [row[0] for row in store.select(query, *parameters, id).rows]


def nearest_of(known: Iterable[str], id: str) -> list[str]:
    """Among ids that were just listed."""
    return get_close_matches(id, sorted(set(known)), _MOST)


def as_hint(near: Iterable[str], otherwise: str) -> str:
    """For people."""
    told = ", ".join(near)
    return f"the nearest: {told}" if told else otherwise
