"""Walks a planned value together with its unknown and sensitive masks.

`after_unknown` and `after_sensitive` mirror `after`, but `true` at any level applies to everything
below it, and an unknown attribute is absent from `after` (JSON Output Format, "Change
Representation"). A path is therefore followed in all three trees at once.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

import msgspec
from msgspec.structs import replace

from assay.model.addresses import Step, notation


class Leaf(msgspec.Struct, frozen=True, gc=False):
    """The value at one concrete path. `mask` is the unknown mask below it."""

    steps: tuple[Step, ...]
    value: Any
    mask: Any
    sensitive: bool

    @property
    def unknown(self) -> bool:
        """Whether the whole value is known only after apply."""
        return self.mask is True

    @property
    def path(self) -> str:
        """The path in Terraform's notation: `launch_template[0].id`."""
        return notation(self.steps)


def leaves(pattern: str, after: Any, unknown: Any, sensitive: Any) -> Iterator[Leaf]:
    """Yield a leaf for each place in the three trees that `pattern` reaches; unset values are None."""
    steps = _steps(pattern)
    if isinstance(after, dict) and len(steps) == 1:  # by far the most common case
        step = steps[0]
        hidden = sensitive is not None and anywhere(_child(sensitive, step))
        yield Leaf(steps, after.get(step), _child(unknown, step), hidden)
    elif isinstance(after, dict) and len(steps) == 2 and steps[1] == "[*]" and not sensitive:
        yield from _blocks(steps[0], after.get(steps[0]), _child(unknown, steps[0]))
    else:
        yield from _follow(steps, Leaf((), after, unknown, sensitive is True), sensitive)


def _blocks(name: str, value: Any, mask: Any) -> Iterator[Leaf]:
    """A faster `_follow` for the blocks of one name, none of which is sensitive."""
    if mask is True:
        yield Leaf((name,), value, mask, sensitive=False)
        return
    for index in range(max(_length(value), _length(mask))):
        leaf = Leaf((name, index), _child(value, index), _child(mask, index), sensitive=False)
        if leaf.value is not None or anywhere(leaf.mask):
            yield leaf


@cache
def _steps(pattern: str) -> tuple[str, ...]:
    return tuple(pattern.replace("[*]", ".[*]").split("."))


def _follow(steps: tuple[str, ...], at: Leaf, sensitive: Any) -> Iterator[Leaf]:
    if not steps or (at.mask is True and at.steps):
        yield at
        return
    step, rest = steps[0], steps[1:]
    if step == "[*]":
        for index in range(max(_length(at.value), _length(at.mask))):
            yield from _descend(index, rest, at, sensitive)
    else:
        yield from _descend(step, rest, at, sensitive)


def _descend(step: Step, rest: tuple[str, ...], at: Leaf, sensitive: Any) -> Iterator[Leaf]:
    below = _child(sensitive, step)
    leaf = Leaf(
        steps=(*at.steps, step),
        value=_child(at.value, step),
        mask=_child(at.mask, step),
        sensitive=at.sensitive or anywhere(below),
    )
    gone = leaf.value is None or (leaf.value == [] and leaf.sensitive and bool(rest))
    if gone and not anywhere(leaf.mask):
        if not rest or leaf.sensitive:  # a sensitive value may have been removed
            yield replace(leaf, value=None)
        return
    yield from _follow(rest, leaf, below)


def _child(tree: Any, step: Step) -> Any:
    if tree is True:
        return True
    if isinstance(tree, dict):
        return tree.get(step)
    if isinstance(tree, list) and isinstance(step, int) and step < len(tree):
        return tree[step]
    return None


def _length(tree: Any) -> int:
    return len(tree) if isinstance(tree, list) else 0


def anywhere(mask: Any) -> bool:
    """Whether a mask is true at or below this point."""
    if isinstance(mask, dict):
        return any(anywhere(value) for value in mask.values())
    if isinstance(mask, list):
        return any(anywhere(value) for value in mask)
    return mask is True


def count_at(after: Any, unknown: Any, path: tuple[Step, ...]) -> int:
    """Count the blocks at a path; any number in the path matches every block."""
    pairs = [(after, unknown)]
    for step in path:
        if isinstance(step, int):
            pairs = [
                (_child(value, index), _child(mask, index))
                for value, mask in pairs
                for index in range(max(_length(value), _length(mask)))
            ]
        else:
            pairs = [(_child(value, step), _child(mask, step)) for value, mask in pairs]
    return sum(max(_length(value), _length(mask)) for value, mask in pairs)


def at_path(tree: Any, path: tuple[Step, ...]) -> Any:
    """Return the value at a concrete path; `true` anywhere above it applies to everything below."""
    for step in path:
        tree = _child(tree, step)
    return tree


def texts(value: Any) -> Iterator[str]:
    """Yield every string in a value, and every key, without recursion: plans can nest to any depth."""
    stack = [value]
    while stack:
        one = stack.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            stack.extend(one)
            stack.extend(one.values())
        elif isinstance(one, list):
            stack.extend(one)
