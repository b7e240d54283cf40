"""The modules of a section whose modules nest: `prior_state` and `planned_values`.

Facts: HashiCorp, "JSON Output Format", "Values Representation" (`root_module`, recursive
`child_modules`).
"""

from collections.abc import Iterator
from typing import Protocol, Self, TypeVar


class Nested(Protocol):
    """A module of any section."""

    child_modules: "list[Self] | None"


N = TypeVar("N", bound=Nested)


def modules(root: N | None) -> Iterator[N]:
    """A module and all below it, without recursion: depth is the plan's to choose."""
    stack = [root]
    while stack:
        module = stack.pop()
        if module is not None:
            yield module
            stack.extend(module.child_modules or ())
