"""Terraform's functions on maps."""

from collections.abc import Sequence

from assay.inputs.terraform.language.arguments import (
    Row,
    anything,
    list_of,
    map_of,
    read_number,
    text_of,
    texts_of,
)
from assay.inputs.terraform.language.values import (
    UncertainError,
    certain,
    is_text,
    kind,
    kinds,
    mixed,
    primitive,
    unknown_of,
)
from assay.inputs.terraform.syntax.expressions import FailedError, UnknownValue, Value


def _keys(items: dict[str, Value]) -> Value:
    return [*sorted(items)]


def _values(items: dict[str, Value]) -> Value:
    return [items[name] for name in sorted(items)]


def _lookup(items: dict[str, Value], name: str, *default: Value) -> Value:
    if len(default) > 1:
        raise FailedError
    if name in items:
        if default and certain(items, *default) and not _takes(items, name, default[0]):
            raise UncertainError
        return items[name]
    if not default:
        raise FailedError
    if mixed([*items.values()]) or _unchanged(default[0], [*items.values()]):
        return default[0]
    raise UncertainError


def _takes(items: dict[str, Value], name: str, default: Value) -> bool:
    """Whether this takes the default, be it an object, which takes any, or a map."""
    element, other = ("text" if is_text(each) else kind(each) for each in (items[name], default))
    if primitive(frozenset({element, other})) and element in ("text", other):
        return True
    return mixed([*items.values()])


def _unchanged(default: Value, values: Sequence[Value]) -> bool:
    """Whether a default is the same once converted to the type that a map of these would have."""
    if default is None or isinstance(default, UnknownValue):
        return True
    found = kinds(values)
    if found:
        return primitive(found) and kind(default) in found
    return isinstance(default, str) and _only_text(default)


def _only_text(text: str) -> bool:
    """Whether it cannot be read as a number or bool."""
    try:
        read_number(text)
    except FailedError:
        return text not in ("true", "false")
    except UncertainError:
        pass
    return False


def _merge(*maps: Value) -> Value:
    if kinds(maps) - {"map"}:
        raise FailedError
    merged: dict[str, Value] = {}
    for items in maps:
        if isinstance(items, UnknownValue):
            raise UncertainError
        if isinstance(items, dict):
            merged.update(items)
    return {name: merged[name] for name in sorted(merged)}


def _transpose(items: dict[str, Value]) -> Value:
    turned: dict[str, list[Value]] = {}
    for name in sorted(items):
        for text in texts_of(items[name]):
            if text is None:
                raise FailedError
            turned.setdefault(text, []).append(name)
    return {text: turned[text] for text in sorted(turned)}


def _zip(keys: list[str | None], values: list[Value]) -> Value:
    if len(keys) != len(values):
        raise FailedError
    made: dict[str, Value] = {}
    for key, value in zip(keys, values, strict=True):
        if key is None:
            raise FailedError
        made[key] = value
    return {name: made[name] for name in sorted(made)}


def _same_value(value: Value) -> Value:
    return value


def _whether_sensitive(value: Value) -> Value:
    return unknown_of(value)


TABLE: dict[str, Row] = {
    "issensitive": Row(_whether_sensitive, (anything,), whole=False),
    "keys": Row(_keys, (map_of,), whole=False),
    "lookup": Row(_lookup, (map_of, text_of), anything, whole=False),
    "merge": Row(_merge, (), anything, whole=False),
    "nonsensitive": Row(_same_value, (anything,), whole=False),
    "sensitive": Row(_same_value, (anything,), whole=False),
    "transpose": Row(_transpose, (map_of,)),
    "values": Row(_values, (map_of,), whole=False),
    "zipmap": Row(_zip, (texts_of, list_of), whole=False),
}
