"""CloudFormation's intrinsic functions, as far as literals, parameters and mappings decide them.

Facts: AWS CloudFormation User Guide, "Intrinsic function reference", "Pseudo parameters reference",
"Dynamic references". Everything that depends on something only AWS knows is `Open`, never a guess.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from assay.inputs.plan.embedded.tree import Either, Gone, Looked, Open, logical
from assay.model.ids import PARAMETER

_VARIABLE = re.compile(r"\$\{(!?)([^{}]*)\}")
_LOOKUP = re.compile(rf"\{{\{{resolve:ssm:({PARAMETER}(?::[0-9]+)?)\}}\}}")
_DEEPEST = 60
_LONGEST = 200_000


class Given(msgspec.Struct, frozen=True, gc=False):
    """What the names in one template mean before any of its resources exists."""

    parameters: Mapping[str, Any]
    mappings: Mapping[str, Any]
    conditions: Mapping[str, Any]
    resources: frozenset[str]
    pseudo: Mapping[str, Any]


class Evaluator:
    """Evaluates the values of one template."""

    def __init__(self, given: Given) -> None:
        self._given = given
        self._held: dict[str, bool | None] = {}
        self._functions: dict[str, Callable[[Any, int], Any]] = {
            "Ref": self._ref,
            "Fn::FindInMap": self._find_in_map,
            "Fn::GetAtt": self._get_att,
            "Fn::If": self._if,
            "Fn::Join": self._join,
            "Fn::Select": self._select,
            "Fn::Split": self._split,
            "Fn::Sub": self._sub,
        }

    def value(self, tree: Any, depth: int = 0) -> Any:
        """Return the value of a tree, with `Open`, `Looked` or `Gone` for what the plan lacks."""
        if depth > _DEEPEST:
            return Open("a deeply nested expression")
        if isinstance(tree, str):
            return _dynamic(tree)
        if isinstance(tree, list):
            return [self.value(each, depth + 1) for each in tree]
        if not isinstance(tree, dict):
            return tree
        if len(tree) == 1:
            ((name, argument),) = tree.items()
            function = self._functions.get(name)
            if function is not None:
                return function(argument, depth + 1)
            if name.startswith("Fn::"):
                return Open(f"Fn::{logical(name.removeprefix('Fn::'))}")
        return {name: self.value(each, depth + 1) for name, each in tree.items()}

    def holds(self, condition: Any, depth: int = 0) -> bool | None:
        """Whether a condition is true; None if that cannot be determined."""
        if depth > _DEEPEST:
            return None
        if isinstance(condition, str):
            return self._condition(condition, depth)
        if not isinstance(condition, dict) or len(condition) != 1:
            return None
        ((name, argument),) = condition.items()
        if name == "Condition":
            return self.holds(argument, depth + 1) if isinstance(argument, str) else None
        if not isinstance(argument, list):
            return None
        if name == "Fn::Equals":
            return self._equals(argument, depth)
        parts = [self.holds(each, depth + 1) for each in argument]
        match name:
            case "Fn::Not" if len(parts) == 1:
                return None if parts[0] is None else not parts[0]
            case "Fn::And":
                return False if False in parts else None if None in parts else True
            case "Fn::Or":
                return True if True in parts else None if None in parts else False
        return None

    def _condition(self, name: str, depth: int) -> bool | None:
        """Evaluate a condition by its name, once: several conditions can refer to the same one."""
        if name not in self._held:
            self._held[name] = None  # for a condition that refers to itself
            self._held[name] = self.holds(self._given.conditions.get(name), depth + 1)
        return self._held[name]

    def _equals(self, sides: list[Any], depth: int) -> bool | None:
        values = [self.value(side, depth + 1) for side in sides]
        if len(values) != 2 or not all(isinstance(each, str | int | bool) for each in values):
            return None
        return _text(values[0]) == _text(values[1])

    # ------------------------------------------------------------------------- functions

    def _ref(self, name: Any, _: int) -> Any:
        if name == "AWS::NoValue":
            return Gone()
        if not isinstance(name, str):
            return Open("Ref")
        if name in self._given.pseudo:
            return self._given.pseudo[name]
        if name in self._given.parameters:
            return self._given.parameters[name]
        of = name if name in self._given.resources else None
        return Open(f"Ref {logical(name)}" if of else "Ref", of)

    def _get_att(self, argument: Any, _: int) -> Any:
        parts = argument.split(".", 1) if isinstance(argument, str) else argument
        name = parts[0] if isinstance(parts, list) and parts else None
        of = name if isinstance(name, str) and name in self._given.resources else None
        return Open(f"Fn::GetAtt of {logical(of)}" if of else "Fn::GetAtt", of)

    def _if(self, argument: Any, depth: int) -> Any:
        if not isinstance(argument, list) or len(argument) != 3:
            return Open("Fn::If")
        holds = self.holds(argument[0], depth)
        if holds is None:
            first, second = (self.value(each, depth) for each in argument[1:])
            return first if first == second else Either(_options(first, second))
        return self.value(argument[1] if holds else argument[2], depth)

    def _find_in_map(self, argument: Any, depth: int) -> Any:
        found = self.value(argument, depth)
        if not isinstance(found, list) or len(found) < 3:
            return Open("Fn::FindInMap")
        if not all(isinstance(each, str | int | bool) for each in found[:3]):
            return Open("Fn::FindInMap with a key that is not known")
        here: Any = self._given.mappings
        for key in found[:3]:
            here = here.get(_text(key)) if isinstance(here, dict) else None
        if here is None and len(found) > 3 and isinstance(found[3], dict):
            here = found[3].get("DefaultValue")
        return (
            Open("Fn::FindInMap with a key that does not exist") if here is None else _dynamic(here)
        )

    def _join(self, argument: Any, depth: int) -> Any:
        found = self.value(argument, depth)
        if not (isinstance(found, list) and len(found) == 2 and isinstance(found[1], list)):
            return Open("Fn::Join")
        parts = [each for each in found[1] if not isinstance(each, Gone)]
        return _joined(found[0], parts, "Fn::Join")

    def _sub(self, argument: Any, depth: int) -> Any:
        text, own = argument, {}
        if isinstance(argument, list) and len(argument) == 2:
            text, own = argument
        if not isinstance(text, str) or not isinstance(own, dict):
            return Open("Fn::Sub")
        parts: list[Any] = []
        named: dict[str, Any] = {}  # each name is evaluated once, however often it occurs
        end = 0
        for found in _VARIABLE.finditer(text):
            parts.append(text[end : found.start()])
            end = found.end()
            if not found[1] and found[2] not in named:
                named[found[2]] = self._named(found[2], own, depth)
            parts.append(f"${{{found[2]}}}" if found[1] else named[found[2]])
        parts.append(text[end:])
        parts = [part for part in parts if part != ""]
        if len(parts) == 1 and not isinstance(parts[0], str):
            return parts[0]
        return _joined("", parts, "Fn::Sub")

    def _named(self, name: str, own: Mapping[str, Any], depth: int) -> Any:
        name = name.strip()
        if name in own:
            return self.value(own[name], depth)
        return self._get_att(name, depth) if "." in name else self._ref(name, depth)

    def _select(self, argument: Any, depth: int) -> Any:
        found = self.value(argument, depth)
        if isinstance(found, list) and len(found) == 2 and isinstance(found[1], list):
            index = found[0]
            number = int(index) if isinstance(index, int | str) and str(index).isdecimal() else -1
            if 0 <= number < len(found[1]):
                return found[1][number]
        return Open("Fn::Select")

    def _split(self, argument: Any, depth: int) -> Any:
        found = self.value(argument, depth)
        if isinstance(found, list) and len(found) == 2 and all(isinstance(x, str) for x in found):
            return found[1].split(found[0]) if found[0] else Open("Fn::Split")
        return Open("Fn::Split")


def _options(*values: Any) -> tuple[Any, ...]:
    found: list[Any] = []
    for value in values:
        found.extend(value.options if isinstance(value, Either) else (value,))
    return tuple(found)


def _joined(delimiter: Any, parts: list[Any], by: str) -> Any:
    for part in (delimiter, *parts):
        if isinstance(part, Open | Either):
            return Open(f"{by} of {part.by}")
        if not isinstance(part, str | int | bool):
            return Open(by)
    text = str(delimiter).join(_text(part) for part in parts)
    return _dynamic(text) if len(text) <= _LONGEST else Open(by)


def _dynamic(value: Any) -> Any:
    """Return the value, or what a dynamic reference in it stands for."""
    if not isinstance(value, str) or "{{resolve:" not in value:
        return value
    found = _LOOKUP.fullmatch(value.strip())
    return Looked(f"resolve:ssm:{found[1]}") if found else Open("a dynamic reference")


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
