"""Reads YAML and JSON as plain values, with the line and column of every key.

YAML's surprises are removed, so that a document means the same here, in an editor that uses the JSON
Schema, and to its author: `off` and `no` are words, a date is a string, a duplicate key is an error.
"""

import re
from collections.abc import Iterator
from typing import Any

import yaml

from assay.errors import PolicyError

Path = tuple[str | int, ...]

_MOST_NODES = 100_000
_DEEPEST = 50
_CORE = "tag:yaml.org,2002:"


class _Loader(yaml.CSafeLoader if hasattr(yaml, "CSafeLoader") else yaml.SafeLoader):  # type: ignore[misc]
    """YAML 1.2's core schema: true, false, null and decimal numbers; all else is text."""


_MOST_DIGITS = 400
_SCALARS = {
    "null": r"~|null|Null|NULL|",
    "bool": r"true|True|TRUE|false|False|FALSE",
    "int": r"[-+]?(0|[1-9][0-9]*)",
    "float": r"[-+]?([0-9]*\.[0-9]+|[0-9]+\.?)([eE][-+]?[0-9]+)?",
    "str": r".*",
}
_FIRST = {"null": "~nN", "bool": "tTfF", "int": "-+0123456789", "float": "-+.0123456789"}

_Loader.yaml_implicit_resolvers = {}
for _kind, _first in _FIRST.items():
    _Loader.add_implicit_resolver(
        f"{_CORE}{_kind}",
        re.compile(rf"({_SCALARS[_kind]})\Z"),
        [*_first, *([""] if _kind == "null" else [])],
    )


class Parsed:
    """A document's plain value, and the position of each part in the file."""

    def __init__(self, path: str, node: yaml.Node) -> None:
        self._path = path
        self._node = node
        self.value = _value(path, node)

    def where(self, path: Path, *, key: bool = False) -> str:
        """`file:line:column` of the value at `path`, or of its nearest existing parent.

        With `key`, the position of the mapping key that the last step names.
        """
        node = self._node
        mark = node.start_mark
        for depth, step in enumerate(path, start=1):
            found = _child(node, step)
            if found is None:
                break
            name, node = found
            at_key = key and depth == len(path) and name is not None
            mark = name.start_mark if at_key and name is not None else node.start_mark
        return _at(self._path, mark)


def parse(path: str, text: str) -> Parsed:
    """Read one YAML or JSON document. Raises `PolicyError`, with file, line and column."""
    try:
        _refuse_depth(path, text)
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = _at(path, mark) if mark else path
        if error.context == "expected a single document in the stream":
            once = "keep one, without ---"
            raise PolicyError("more than one YAML document", where=where, hint=once) from None
        tab = mark and _character(text, mark) == "\t"
        cure = "there is a tab: indent YAML with spaces" if tab else _cure(error)
        raise PolicyError(f"not valid YAML: {error.problem}", where=where, hint=cure) from None
    except yaml.YAMLError:
        raise PolicyError("not valid YAML", where=path) from None
    if node is None:
        raise PolicyError("empty", where=path, hint="a policy starts with: version: 1")
    try:
        _refuse_explosions(path, node)
        return Parsed(path, node)
    except RecursionError:
        raise PolicyError("nested too deeply through aliases", where=path) from None


def _cure(error: yaml.MarkedYAMLError) -> str | None:
    """What the author most likely forgot."""
    begun = error.context_mark.line + 1 if error.context_mark else None
    match error.context, error.problem:
        case "while scanning an alias", _:
            # YAML reads a bare * as the start of an alias; the author meant the character.
            return 'put it in quotes: "*"'
        case "while scanning a simple key", _:
            return f"line {begun} needs a colon and a space after its key"
        case "while scanning a quoted scalar", "found unexpected end of stream":
            return f"the quotation mark in line {begun} has no counterpart"
        case "while parsing a block mapping" | "while parsing a block collection", _:
            return "indent it like the lines that it belongs to"
        case (
            _,
            "mapping values are not allowed in this context"
            | "mapping values are not allowed here",
        ):
            return "check this line's indentation, the colon of the line above, and the quotes of text with a colon"
    return None


def _character(text: str, mark: Any) -> str:
    """The character at a position of the text."""
    lines = text.split("\n")
    return lines[mark.line][mark.column : mark.column + 1] if mark.line < len(lines) else ""


def _refuse_depth(path: str, text: str) -> None:
    """Refuse deep nesting. It is counted on the flat stream of events, before anything recurses."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _DEEPEST:
                raise PolicyError("nested too deeply", where=_at(path, event.start_mark))
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _refuse_explosions(path: str, root: yaml.Node) -> None:
    """Allow aliases, but not ones that make a small file huge or that contain themselves."""
    sizes: dict[int, int] = {}

    def size(node: yaml.Node, open_nodes: frozenset[int]) -> int:
        if id(node) in open_nodes:
            raise PolicyError("an alias that contains itself", where=_at(path, node.start_mark))
        if id(node) not in sizes:
            below = open_nodes | {id(node)}
            sizes[id(node)] = 1 + sum(size(child, below) for child in _children(node))
        return sizes[id(node)]

    if size(root, frozenset()) > _MOST_NODES:
        raise PolicyError(f"more than {_MOST_NODES} values", where=path)


def _children(node: yaml.Node) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            yield name
            yield value
    elif isinstance(node, yaml.SequenceNode):
        yield from node.value


def _child(node: yaml.Node, step: str | int) -> tuple[yaml.Node | None, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            if name.value == step:
                return name, value
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return None, node.value[step]
    return None


def _value(path: str, node: yaml.Node) -> Any:
    match node:
        case yaml.MappingNode(tag="tag:yaml.org,2002:map"):
            return _mapping(path, node)
        case yaml.SequenceNode(tag="tag:yaml.org,2002:seq"):
            return [_value(path, item) for item in node.value]
        case yaml.ScalarNode():
            return _scalar(path, node)
    raise PolicyError(
        f"the YAML tag {node.tag} is not supported here", where=_at(path, node.start_mark)
    )


def _mapping(path: str, node: yaml.MappingNode) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in node.value:
        if not isinstance(name, yaml.ScalarNode):
            raise PolicyError("a key that is not a word", where=_at(path, name.start_mark))
        _scalar(path, name)
        if name.value in found:
            raise PolicyError(
                f"the key {name.value!r} appears twice", where=_at(path, name.start_mark)
            )
        found[name.value] = _value(path, value)
    return found


def _scalar(path: str, node: yaml.ScalarNode) -> Any:
    """Convert a scalar by its tag; an explicit tag must fit the text that follows it."""
    kind, text = node.tag.removeprefix(_CORE), node.value
    fits = _SCALARS.get(kind)
    if fits is None or not re.fullmatch(fits, text, re.DOTALL):
        raise PolicyError(
            f"the YAML tag {node.tag} does not fit here", where=_at(path, node.start_mark)
        )
    match kind:
        case "null":
            return None
        case "bool":
            return text.lower() == "true"
        case "int":
            return int(text[:_MOST_DIGITS])  # too large for every key, whatever follows
        case "float":
            return float(text)
    return text


def _at(path: str, mark: Any) -> str:
    return f"{path}:{mark.line + 1}:{mark.column + 1}"
