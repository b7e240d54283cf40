"""JSON and YAML in strings as plain values, within limits.

YAML is that of CloudFormation and Kubernetes: the core schema, with CloudFormation's short forms
(`!Sub`, `!GetAtt a.b`) as the functions they stand for (AWS CloudFormation User Guide, "Intrinsic
function reference"). No message ever quotes a document.
"""

import json
import re
from typing import Any

import msgspec

_MOST_NODES = 200_000
_DEEPEST = 100
_LONGEST = 1_500_000
"""In characters; CloudFormation itself accepts at most 1 MB (its quotas)."""


_TWICE = "contains a key twice"


class UnreadableError(Exception):
    """The text is not a document, or is too large; `str` says which."""


def read(text: str) -> list[Any]:
    """Read the documents in a text: one of JSON, or any number of YAML. Raises `UnreadableError`."""
    if len(text) > _LONGEST:
        raise UnreadableError("is too long to read")
    if text.lstrip()[:1] in ("{", "["):
        try:
            return [_json(text)]
        except RecursionError:
            raise UnreadableError("is nested too deeply") from None
        except (msgspec.DecodeError, UnicodeError):
            pass  # YAML's flow style starts like JSON
    return _yaml(text)


def read_one(text: str) -> Any:
    """Read the only document in a text. Raises `UnreadableError`."""
    found = read(text)
    if len(found) != 1:
        raise UnreadableError("does not contain exactly one document")
    return found[0]


def _json(text: str) -> Any:
    """Decode JSON, but refuse duplicate keys, because readers differ in which value they take."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            raise UnreadableError(_TWICE)
        return found

    found = msgspec.json.decode(text)
    try:
        json.loads(text, object_pairs_hook=once)
    except ValueError:
        raise UnreadableError("contains a number with too many digits") from None
    return found


def _yaml(text: str) -> list[Any]:
    import yaml

    base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        _refuse_depth(yaml.parse(text, Loader=base))
        nodes: list[Any] = list(yaml.compose_all(text, Loader=base))
        return [_Plain(yaml).value(node, 0) for node in nodes]
    except yaml.YAMLError:
        raise UnreadableError("is neither JSON nor YAML") from None
    except (RecursionError, ValueError):
        raise UnreadableError("is nested too deeply") from None


def _refuse_depth(events: Any) -> None:
    """Composing recurses in C without a limit, so the depth is checked on the events first."""
    depth = 0
    for event in events:
        name = type(event).__name__
        depth += name.endswith("StartEvent") - name.endswith("EndEvent")
        if depth > _DEEPEST:
            raise UnreadableError("is nested too deeply")


class _Plain:
    """Turns nodes into values; aliases are expanded as long as they stay within the limits."""

    def __init__(self, yaml: Any) -> None:
        self._yaml = yaml
        self._left = _MOST_NODES

    def value(self, node: Any, depth: int) -> Any:
        self._left -= 1
        if self._left < 0 or depth > _DEEPEST:
            raise UnreadableError("is too large to read")
        if isinstance(node, self._yaml.ScalarNode):
            plain: Any = _scalar(node)
        elif isinstance(node, self._yaml.SequenceNode):
            plain = [self.value(each, depth + 1) for each in node.value]
        else:
            plain = self._mapping(node, depth)
        return _function(node.tag, plain)

    def _mapping(self, node: Any, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        own: set[str] = set()
        for key, value in node.value:
            if not isinstance(key, self._yaml.ScalarNode):
                raise UnreadableError("has keys that are not text")
            below = self.value(value, depth + 1)
            if key.tag == "tag:yaml.org,2002:merge":
                merged = below if isinstance(below, list) else [below]
                for each in merged:
                    found = {**each, **found} if isinstance(each, dict) else found
            else:
                if key.value in own:
                    raise UnreadableError(_TWICE)
                own.add(key.value)
                found[key.value] = below
        return found


_TRUE, _FALSE = ("true", "True", "TRUE"), ("false", "False", "FALSE")
_NUMBER = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")


def _scalar(node: Any) -> Any:
    """A string, boolean, null or whole number; everything else is kept as text."""
    text: str = node.value
    if node.style in ("'", '"', "|", ">"):
        return text
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    return int(text) if _NUMBER.fullmatch(text) else text


def _function(tag: str, plain: Any) -> Any:
    """`!Ref x` as `{"Ref": "x"}`, and so on; a value with any other tag stays as it is."""
    if not tag.startswith("!") or tag == "!":
        return plain
    name = tag[1:]
    if name in ("Ref", "Condition"):
        return {name: plain}
    if name == "GetAtt" and isinstance(plain, str):
        plain = plain.split(".", 1)
    return {f"Fn::{name}": plain}
