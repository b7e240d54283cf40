"""The known ids most similar to an unknown one: what the user may have meant."""

from collections.abc import Iterable
from difflib import get_close_matches

from assay.fleet.store import Store

_MOST = 3
_FARTHEST = 6
"""How many of the 17 digits may differ."""


def nearest(store: Store, known: str, id: str, *parameters: object) -> list[str]:
    """The nearest ids in the result of a SELECT of `id`. Raises `StoreError`."""
    far = f"levenshtein(id, ${len(parameters) + 1})"
    query = (
        f"SELECT id FROM (SELECT DISTINCT id FROM ({known})) WHERE {far} <= {_FARTHEST}"  # noqa: S608 - no outside text
        f" ORDER BY {far}, id LIMIT {_MOST}"
    )
    return [row[0] for row in store.select(query, *parameters, id).rows]


def nearest_of(known: Iterable[str], id: str) -> list[str]:
    """The nearest among ids in memory."""
    return get_close_matches(id, sorted(set(known)), _MOST)


def as_hint(near: Iterable[str], otherwise: str) -> str:
    """A hint for people."""
    told = ", ".join(near)
    return f"the nearest: {told}" if told else otherwise
