"""Terraform's functions on maps."""

from collections.abc import Sequence

from assay.inputs.terraform.language.arguments import (
    Function,
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
from assay.inputs.terraform.syntax.expressions import FailedError, HclValue, UnknownValue


def _keys(items: dict[str, HclValue]) -> HclValue:
    return [*sorted(items)]


def _values(items: dict[str, HclValue]) -> HclValue:
    return [items[name] for name in sorted(items)]


def _lookup(items: dict[str, HclValue], name: str, *default: HclValue) -> HclValue:
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


def _takes(items: dict[str, HclValue], name: str, default: HclValue) -> bool:
    """Whether `lookup` accepts the default on a map. On an object it accepts any."""
    element, other = ("text" if is_text(each) else kind(each) for each in (items[name], default))
    if primitive(frozenset({element, other})) and element in ("text", other):
        return True
    return mixed([*items.values()])


def _unchanged(default: HclValue, values: Sequence[HclValue]) -> bool:
    """Whether a default stays the same when converted to the type of a map of these values."""
    if default is None or isinstance(default, UnknownValue):
        return True
    found = kinds(values)
    if found:
        return primitive(found) and kind(default) in found
    return isinstance(default, str) and _only_text(default)


def _only_text(text: str) -> bool:
    """Whether it is neither a number nor a bool."""
    try:
        read_number(text)
    except FailedError:
        return text not in ("true", "false")
    except UncertainError:
        pass
    return False


def _merge(*maps: HclValue) -> HclValue:
    if kinds(maps) - {"map"}:
        raise FailedError
    merged: dict[str, HclValue] = {}
    for items in maps:
        if isinstance(items, UnknownValue):
            raise UncertainError
        if isinstance(items, dict):
            merged.update(items)
    return {name: merged[name] for name in sorted(merged)}


def _transpose(items: dict[str, HclValue]) -> HclValue:
    turned: dict[str, list[HclValue]] = {}
    for name in sorted(items):
        for text in texts_of(items[name]):
            if text is None:
                raise FailedError
            turned.setdefault(text, []).append(name)
    return {text: turned[text] for text in sorted(turned)}


def _zip(keys: list[str | None], values: list[HclValue]) -> HclValue:
    if len(keys) != len(values):
        raise FailedError
    made: dict[str, HclValue] = {}
    for key, value in zip(keys, values, strict=True):
        if key is None:
            raise FailedError
        made[key] = value
    return {name: made[name] for name in sorted(made)}


def _same_value(value: HclValue) -> HclValue:
    return value


def _whether_sensitive(value: HclValue) -> HclValue:
    return unknown_of(value)


TABLE: dict[str, Function] = {
    "issensitive": Function(_whether_sensitive, (anything,), whole=False),
    "keys": Function(_keys, (map_of,), whole=False),
    "lookup": Function(_lookup, (map_of, text_of), anything, whole=False),
    "merge": Function(_merge, (), anything, whole=False),
    "nonsensitive": Function(_same_value, (anything,), whole=False),
    "sensitive": Function(_same_value, (anything,), whole=False),
    "transpose": Function(_transpose, (map_of,)),
    "values": Function(_values, (map_of,), whole=False),
    "zipmap": Function(_zip, (texts_of, list_of), whole=False),
}
