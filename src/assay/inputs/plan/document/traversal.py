"""References as the plan writes them: `module.m["a.b"].aws_ami_copy.golden[0].id`, taken apart."""

import re

import msgspec

from assay.inputs.plan.document.configuration import module_steps
from assay.inputs.plan.document.walk import Step

_TOKEN = re.compile(r'([A-Za-z_][\w-]*)|\[("(?:[^"\\]|\\.)*"|[^\]]*)\]|\.')


def parse(reference: str) -> list[Step]:
    """`module.m["a.b"].out[0]` as ["module", "m", "a.b", "out", 0]: keys and names alike."""
    steps: list[Step] = []
    for found in _TOKEN.finditer(reference):
        if found[1] is not None:
            steps.append(found[1])
        elif found[2] is not None:
            key = read_key(f"[{found[2]}]")
            steps.append(Key(key) if isinstance(key, str) else key if key is not None else "*")
    return steps


def block_address(address: str) -> tuple[str, str, str, str]:
    """A block's address as module address, mode, type and name; an instance key is left out."""
    steps = module_steps(address)
    module = ".".join(f"module.{name}{key}" for name, key in steps)
    rest = [
        step for step in parse(address[len(module) :].removeprefix(".")) if step.__class__ is str
    ]
    mode = "data" if rest[:1] == ["data"] else "managed"
    kind, name, *_ = (*rest[1:], "", "") if mode == "data" else (*rest, "", "")
    return module, mode, str(kind), str(name)


def split_key(steps: list[Step]) -> tuple[str | int | None, list[Step]]:
    """The instance key that the steps start with, if one is written, and the steps behind it."""
    if steps and isinstance(steps[0], Key | int):
        key = str(steps[0]) if isinstance(steps[0], Key) else steps[0]
        return key, steps[1:]
    return None, steps


class Key(str):
    """A step that was written in brackets and quotes: a key, not an attribute."""

    __slots__ = ()


def read_key(text: str) -> str | int | None:
    """`["a"]`, `[0]` or nothing, as the key itself."""
    inside = text.removeprefix("[").removesuffix("]")
    if inside.isdecimal():
        return int(inside)
    try:
        key = msgspec.json.decode(inside)
    except (msgspec.DecodeError, UnicodeError):
        return None
    return key if isinstance(key, str) else None


def longest(references: tuple[str, ...]) -> list[str]:
    """The references without those that are only prefixes of another."""
    return [
        reference
        for reference in dict.fromkeys(references)
        if not any(other.startswith((f"{reference}.", f"{reference}[")) for other in references)
    ]
