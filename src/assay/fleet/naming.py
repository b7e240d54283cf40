"""How messages about a fleet name images and other things, of which there may be many."""

from collections.abc import Sequence

MOST = 5
"""How many things of a kind one line names."""


def shown(key: str) -> str:
    """Return a key as messages write it: the id and the Region."""
    region, _, id = key.partition("/")
    return f"{id} in {'an unknown Region' if region == '?' else region}"


def some(named: Sequence[str]) -> str:
    """Return the first of them, and how many more there are."""
    more = f" and {len(named) - MOST} more" if len(named) > MOST else ""
    return f"{', '.join(named[:MOST])}{more}"
