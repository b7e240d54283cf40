"""Converts pages from AWS to pages of our types, which always end with `Complete` or `CutShort`."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from assay.catalog.aws.refusals import RefusedError
from assay.catalog.interface import Complete, CutShort, Obstacle, Page, Pages

T = TypeVar("T")


def listed(
    name: str, pages: Iterable[Sequence[Any]], read: Callable[[Mapping[str, Any]], T | None]
) -> Pages[T]:
    """Convert each entry with `read`, which returns None if the entry lacks what identifies it.

    Entries that cannot be read do not affect the others, but make the list incomplete. `name` is
    the name of the operation. A `RefusedError` from `read` or `pages` ends the list.
    """
    unread = 0
    try:
        for page in pages:
            found = [read(raw) if isinstance(raw, Mapping) else None for raw in page]
            items = tuple(item for item in found if item is not None)
            unread += len(found) - len(items)
            yield Page(items)
    except RefusedError as refused:
        yield CutShort(refused.obstacle, refused.reason)
        return
    yield unreadable(name, unread) if unread else Complete()


def unreadable(name: str, count: int) -> CutShort:
    """The end of a list whose pages all arrived but contained unreadable entries."""
    return CutShort(
        Obstacle.FAILED, f"{name}: {count} of the entries in the answer could not be read"
    )


def text(raw: Any, member: str) -> str | None:
    """A non-empty string member, otherwise None."""
    value = raw.get(member) if isinstance(raw, Mapping) else None
    return value if isinstance(value, str) and value else None


def whole_number(raw: Any, member: str) -> int | None:
    """An integer member, otherwise None."""
    value = raw.get(member) if isinstance(raw, Mapping) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None
