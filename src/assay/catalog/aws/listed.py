"""Pages of AWS as pages of our values, which end with `Complete` or `CutShort`, always."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from assay.catalog.aws.refusals import RefusedError
from assay.catalog.interface import Complete, CutShort, Obstacle, Page, Pages

T = TypeVar("T")


def listed(
    name: str, pages: Iterable[Sequence[Any]], read: Callable[[Mapping[str, Any]], T | None]
) -> Pages[T]:
    """What `read` makes of each thing on the pages; None where it lacks what identifies it.

    What cannot be read takes nothing from the others, and the list is no whole one then. `name` is
    that of the operation, and what `read` or the pages raise as `RefusedError` ends the list.
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
    """Why a list of which all pages came is no whole one."""
    return CutShort(
        Obstacle.FAILED, f"{name}: {count} of the entries in the answer could not be read"
    )


def text(raw: Any, member: str) -> str | None:
    """A string that is not empty, or None: a member of another form is not told."""
    value = raw.get(member) if isinstance(raw, Mapping) else None
    return value if isinstance(value, str) and value else None


def whole_number(raw: Any, member: str) -> int | None:
    """A number without a fraction, or None."""
    value = raw.get(member) if isinstance(raw, Mapping) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None
