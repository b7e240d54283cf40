"""Terraform's `yamldecode`, for documents that every YAML reader understands alike.

Terraform reads YAML 1.2 with go-yaml's additions (HashiCorp, "yamldecode Function"). Text that some
readers take for a number, a date or a flag, as well as anchors, tags and everything else that is
not read here, is uncertain: `UncertainError`.
"""

import re
from typing import Any

from assay.inputs.terraform.language.arguments import Function, read_number, text_of
from assay.inputs.terraform.language.functions.encoding import require_settled
from assay.inputs.terraform.language.values import UncertainError, require_small
from assay.inputs.terraform.syntax.expressions import HclValue

_DEEPEST = 60
_LONGEST = 500_000
"""The most characters of a document."""
_WORDS: dict[str, HclValue] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_FLAGS = frozenset({"y", "n", "yes", "no", "on", "off"})
"""What YAML 1.1 reads as a flag, in lower case."""
_NUMBER = r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,6})?"
_LIKE_NUMBERS = r"[-+.]?[0-9.][0-9a-fA-Fxob._:+eEtTzZ -]*|[-+]?\.(?i:inf|nan)|[-+]"
"""What some reader may take for a number or a time."""
_QUOTED = ("'", '"', "|", ">")


def _yaml_value(text: str) -> HclValue:
    import yaml

    if len(text) > _LONGEST:
        raise UncertainError
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        _require_plain(yaml.parse(text, Loader=loader))
        value = _value(yaml.compose(text, Loader=loader))
    except (yaml.YAMLError, RecursionError, ValueError):
        raise UncertainError from None
    require_small(value)
    require_settled(value)
    return value


def _require_plain(events: Any) -> None:
    """Reject anchors, tags and great depth: unlike events, composing recurses without a bound."""
    depth = 0
    for event in events:
        name = type(event).__name__
        depth += name.endswith("StartEvent") - name.endswith("EndEvent")
        if depth > _DEEPEST or getattr(event, "anchor", None) or getattr(event, "tag", None):
            raise UncertainError


def _value(node: Any) -> HclValue:
    match getattr(node, "id", None):
        case "scalar":
            return _scalar(node)
        case "sequence":
            return [_value(each) for each in node.value]
        case "mapping":
            found = {_key(key): _value(value) for key, value in node.value}
            if len(found) < len(node.value):
                raise UncertainError
            return {name: found[name] for name in sorted(found)}
    raise UncertainError  # no document


def _key(node: Any) -> str:
    key = _scalar(node) if node.id == "scalar" else None
    if not isinstance(key, str) or key in ("<<", "="):
        raise UncertainError
    return key


def _scalar(node: Any) -> HclValue:
    text: str = node.value
    if node.style in _QUOTED:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if text.lower() in _FLAGS or text.lower() in _WORDS:
        raise UncertainError
    if re.fullmatch(_NUMBER, text):
        return read_number(text)
    if re.fullmatch(_LIKE_NUMBERS, text) or text in ("<<", "="):
        raise UncertainError
    return text


TABLE: dict[str, Function] = {"yamldecode": Function(_yaml_value, (text_of,))}
