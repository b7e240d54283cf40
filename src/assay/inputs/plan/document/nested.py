"""The modules of sections in which modules nest: `prior_state` and `planned_values`.

Facts: HashiCorp, "JSON Output Format", "Values Representation" (`root_module`, recursive
`child_modules`).
"""

from collections.abc import Iterator
from typing import Protocol, Self, TypeVar


class Nested(Protocol):
    """A module of either section."""

    child_modules: "list[Self] | None"


N = TypeVar("N", bound=Nested)


def modules(root: N | None) -> Iterator[N]:
    """Yield a module and all modules below it, without recursion: a plan can nest to any depth."""
    stack = [root]
    while stack:
        module = stack.pop()
        if module is not None:
            yield module
            stack.extend(module.child_modules or ())
