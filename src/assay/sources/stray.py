"""The generic sweep: AMI ids at paths that no row of the table explains.

A new resource type, or one of a provider that nobody thought of, must be visible and never silent.
"""

import re
from collections.abc import Collection, Iterator
from typing import Any

from assay.model import Stray
from assay.sources.surface import only_mentions
from assay.sources.walk import Leaf, Step

_AMI_ID = r"(?<![A-Za-z0-9_-])ami-(?:[0-9a-f]{17}|[0-9a-f]{8})(?![0-9A-Za-z])"
AMI_IDS = re.compile(_AMI_ID.encode())
"""AMI ids in raw JSON text."""
AMI_IDS_IN_TEXT = re.compile(_AMI_ID)


def strays(
    resource_type: str, after: Any, sensitive: Any, explained: Collection[tuple[Step, ...]]
) -> Iterator[tuple[Leaf, Stray | None]]:
    """Every AMI id in `after` outside the `explained` paths; None for one that launches nothing."""
    for path, text, hidden in _strings(after, sensitive):
        if path in explained:
            continue
        shown = path[:1] if hidden else path  # what is sensitive may be a key, too
        leaf = Leaf(shown, text, None, hidden)
        for id in dict.fromkeys(AMI_IDS_IN_TEXT.findall(text)):
            yield leaf, None if only_mentions(resource_type, str(path[0])) else Stray(id, leaf.path)


def _strings(after: Any, sensitive: Any) -> Iterator[tuple[tuple[Step, ...], str, bool]]:
    """Every string with its path, without recursion: depth is the plan's to choose."""
    stack: list[tuple[tuple[Step, ...], Any, Any]] = [((), after, sensitive)]
    while stack:
        path, value, mask = stack.pop()
        if isinstance(value, str):
            if path:
                yield path, value, mask is True
            continue
        items: Any = ()
        if isinstance(value, dict):
            items = value.items()
        elif isinstance(value, list):
            items = enumerate(value)
        stack.extend(
            ((*path, step), item, True if mask is True else _below(mask, step))
            for step, item in items
        )


def _below(mask: Any, step: Step) -> Any:
    if isinstance(mask, dict):
        return mask.get(step)
    if isinstance(mask, list) and isinstance(step, int) and step < len(mask):
        return mask[step]
    return None
