r"""Parses and writes Terraform's addresses, and the references in its expressions.

    module.vpc["eu.west"].module.web[0].data.aws_ami.golden["a\"b"]
    |__________________________________| |__| |_____| |____||______|
    module                               mode  type    name   key

Keys of `for_each` can contain dots, brackets and quotes, so nothing is ever split on dots. Facts:
HashiCorp, "Resource Addressing"; keys are quoted as in HCL, with templates escaped too (terraform,
internal/addrs/instance_key.go, `toHCLQuotedString`).
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import TypeAlias

import msgspec

Step: TypeAlias = str | int
Path: TypeAlias = tuple[Step, ...]
"""A path into a value: attributes, keys and list indices."""
InstanceKey: TypeAlias = str | int | None
"""An instance key: of `for_each`, of `count`, or none."""
ModulePath: TypeAlias = tuple[str, ...]
"""The names of module calls from the root down, without keys."""

DECODED = "jsondecode()"
"""The step into a JSON text. In an expression, the function encloses all steps before it."""

_KEY = r'\["(?:[^"\\]|\\.)*"?\]?|\[[^\]]*\]?'
"""An instance key with its brackets; an unterminated key extends to the end of the text."""
# The patterns below that are plain text are compiled on demand: many plans have no modules, and few
# keys contain escapes.
_MODULE = rf"(?s)module\.([^.\[]*)({_KEY})?(?:\.|\Z)"
_TOKEN = re.compile(rf"([^\W\d][\w-]*)|({_KEY})", re.DOTALL)
_END = re.compile(r"[.\[]")
"""Where a prefix of a reference can end and still name something."""
_ESCAPE = r'\\(?:U([0-9A-Fa-f]{8})|u([0-9A-Fa-f]{4})|([nrt"\\]))|([$%])\4(?=\{)|["\\]'
"""Escapes in a quoted key; the last alternative matches characters that are not allowed there."""
_MEANT = {"n": "\n", "r": "\r", "t": "\t"}
_LONGEST_NUMBER = 18
"""The most digits of a numeric key: Python refuses to convert thousands of them."""


class Key(str):
    """A step written in brackets and quotes: a key, not an attribute."""

    __slots__ = ()


class BlockAddress(msgspec.Struct, frozen=True, gc=False):
    """The parts of an address: a block in a module instance, and perhaps one of its instances."""

    module: str
    mode: str
    """`managed`, `data` or `action`."""
    type: str
    name: str
    key: InstanceKey

    def __str__(self) -> str:
        mode = "" if self.mode == "managed" else f"{self.mode}."
        return address(self.module, f"{mode}{self.type}.{self.name}", self.key)


# ------------------------------------------------------------------------------------- references


def parse(reference: str) -> list[Step]:
    """Parse `module.m["a.b"].out[0]` into ["module", "m", "a.b", "out", 0]."""
    steps: list[Step] = []
    for found in _TOKEN.finditer(reference):
        if found[1] is not None:
            steps.append(found[1])
        else:
            key = read_key(found[2])
            steps.append(Key(key) if isinstance(key, str) else "*" if key is None else key)
    return steps


def split_key(steps: list[Step]) -> tuple[InstanceKey, list[Step]]:
    """The instance key at the start of the steps, if there is one, and the remaining steps."""
    if steps and isinstance(steps[0], Key | int):
        key = str(steps[0]) if isinstance(steps[0], Key) else steps[0]
        return key, steps[1:]
    return None, steps


def longest(references: tuple[str, ...]) -> list[str]:
    """The references, without those that are a prefix of another one."""
    if len(references) == 1:
        return [*references]
    starts = {
        reference[: end.start()] for reference in references for end in _END.finditer(reference)
    }
    return [reference for reference in dict.fromkeys(references) if reference not in starts]


@lru_cache(maxsize=4096)
def notation(steps: tuple[Step, ...], start: str = "") -> str:
    """Write steps as an expression, after `start` if given: `launch_template[0].id`."""
    text = start
    for step in steps:
        if step == DECODED:
            text = f"jsondecode({text})"
        elif isinstance(step, int):
            text += f"[{step}]"
        else:
            text += f".{step}" if text else step
    return text


def written(steps: Iterable[Step]) -> str:
    """Write steps as an expression, with keys in brackets: `aws_ami_copy.x["eu.west"].id`."""
    steps = tuple(steps)
    at = next((at for at, step in enumerate(steps) if isinstance(step, Key)), None)
    if at is None:
        return notation(steps)
    text = f"{notation(steps[:at])}{written_key(steps[at])}"
    behind = written(steps[at + 1 :])
    return f"{text}{'' if behind[:1] in ('', '[') else '.'}{behind}"


# ---------------------------------------------------------------------------------------- modules


def _modules(address: str) -> list[re.Match[str]]:
    """The module calls at the start of an address."""
    calls: list[re.Match[str]] = []
    if address.startswith("module."):
        match, end = re.compile(_MODULE).match, 0
        while found := match(address, end):
            calls.append(found)
            end = found.end()
    return calls


def split_module(address: str) -> tuple[str, str]:
    """The module at the start of an address, and the rest."""
    calls = _modules(address)
    end = calls[-1].end() if calls else 0
    return address[:end].removesuffix("."), address[end:]


def module_steps(address: str) -> list[tuple[str, str]]:
    """A module's address as (name, key with its brackets) from the root down."""
    return [(call[1], call[2] or "") for call in _modules(address)]


@lru_cache(maxsize=4096)
def module_path(address: str | None) -> ModulePath:
    """`module.a["x.y"].module.b[0]` as ("a", "b"): module names only, keys left out."""
    return tuple(call[1] for call in _modules(address or ""))


def parent_module(address: str) -> str:
    """The address of the module that calls the one at `address`; "" for the root."""
    calls = _modules(address)
    return address[: calls[-1].start()].removesuffix(".") if calls else ""


def module_of(address: str) -> str:
    """The module instance that contains an address; for a module's address, its caller."""
    module, rest = split_module(address)
    return module if rest else parent_module(module)


# ----------------------------------------------------------------------------------------- blocks


def block_address(address: str) -> BlockAddress:
    """Parse the address of a block; missing parts are empty strings."""
    module, rest = split_module(address)
    steps = parse(rest)
    names = [str(step) for step in steps if step.__class__ is str]
    mode = "managed"
    if names[:1] == ["data"] or (names[:1] == ["action"] and names[2:]):
        mode, *names = names
    kind, name, *_ = (*names, "", "")
    last = steps[-1] if steps else None
    key = str(last) if isinstance(last, Key) else last if isinstance(last, int) else None
    return BlockAddress(module, mode, kind, name, key)


def address(module: str, name: str, key: InstanceKey = None) -> str:
    """The absolute address of a block, or of a module call if the name is `module.NAME`."""
    prefix = f"{module}." if module else ""
    return f"{prefix}{name}{written_key(key)}"


# ------------------------------------------------------------------------------------------- keys


def read_key(text: str) -> InstanceKey:
    """The key in `["a"]` or `[0]`; None for an empty text and for anything else."""
    inside = text.removeprefix("[").removesuffix("]")
    if inside.isdecimal():
        return int(inside) if len(inside) <= _LONGEST_NUMBER else None
    if len(inside) < len('""') or inside[0] != '"' or inside[-1] != '"':
        return None
    try:
        key = re.sub(_ESCAPE, _unescaped, inside[1:-1])
        key.encode()
    except ValueError:  # an escape, or a character, that no key has
        return None
    return key


def key_step(key: str | int) -> Step:
    """The step that selects an instance of a block by its key."""
    return Key(key) if isinstance(key, str) else key


def written_key(key: InstanceKey) -> str:
    """A key in brackets, quoted as in Terraform's addresses; an empty text for None."""
    if key is None:
        return ""
    return f"[{key}]" if isinstance(key, int) else f'["{_quoted(key)}"]'


def _unescaped(found: re.Match[str]) -> str:
    number, sign, template = found[1] or found[2], found[3], found[4]
    if number:
        return chr(int(number, 16))
    if sign:
        return _MEANT.get(sign, sign)
    if template:
        return template
    raise ValueError(found[0])


def _quoted(key: str) -> str:
    text = key.replace("\\", "\\\\").replace('"', '\\"')
    for plain, escaped in (
        ("\n", "\\n"),
        ("\r", "\\r"),
        ("\t", "\\t"),
        ("${", "$${"),
        ("%{", "%%{"),
    ):
        text = text.replace(plain, escaped)
    return text if text.isprintable() else "".join(map(_printable, text))


def _printable(character: str) -> str:
    """A printable character unchanged, any other as a numeric escape."""
    if character.isprintable():
        return character
    number = ord(character)
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
