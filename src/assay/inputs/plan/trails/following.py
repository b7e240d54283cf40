"""Follows the references of an expression through modules to what they name.

Where an expression reads a thing twice, it may decide rather than be the value: the trail is dead.
"""

from typing import Any

from assay.inputs.plan.document.configuration import (
    ConfigurationIndex,
    module_path,
    module_steps,
    parent_module,
    references_of,
)
from assay.inputs.plan.document.planned import PlannedResources
from assay.inputs.plan.document.traversal import longest, parse, read_key, split_key
from assay.inputs.plan.document.walk import Step
from assay.inputs.plan.trails.holders import IMAGE_DATA, may_be_any_text
from assay.inputs.plan.trails.known import Known, hides, taken
from assay.inputs.plan.trails.trail import Dead, Fixed, Found, Scope, Seen, Surrounding, Target

_NOTHING = ("count", "path", "terraform")
_DEEPEST = 64


class Following:
    """Follows the references of expressions of one plan."""

    def __init__(
        self, configuration: ConfigurationIndex, planned: PlannedResources, known: Known
    ) -> None:
        self._configuration = configuration
        self._planned = planned
        self._known = known
        self.surroundings: Surrounding | None = None

    def expression(
        self, scope: Scope, expression: Any, suffix: list[Step], name: str, seen: Seen
    ) -> Found | Dead:
        """What one expression leads to; `suffix` is what is taken of its value."""
        references = references_of(expression)
        if references:
            return self.references(scope, references, suffix, seen)
        if isinstance(expression, dict) and "constant_value" in expression:
            value = taken(expression["constant_value"], suffix)
            return [Fixed(name, value, wide=scope.wide)]
        return [] if scope.wide else Dead(name)  # a function of constants is not told

    def references(
        self, scope: Scope, references: tuple[str, ...], suffix: list[Step], seen: Seen
    ) -> Found | Dead:
        """What the references of one expression lead to."""
        found: Found = []
        locals_read = False
        for reference in longest(references):
            if scope.wide and reference.startswith("local."):
                if locals_read:
                    continue  # all of a module's locals lead to the same
                locals_read = True
            here = (scope.module, reference)
            if here in seen or len(seen) > _DEEPEST:
                return Dead(reference)
            more = self._one(scope, reference, suffix, (*seen, here))
            if isinstance(more, Dead):
                return more
            twice = not scope.wide and references.count(reference) > 1
            if twice and any(isinstance(end, Target) and end.is_open for end in more):
                return Dead(reference)  # it may decide rather than be the value
            found.extend(more)
        return found

    def _one(self, scope: Scope, reference: str, suffix: list[Step], seen: Seen) -> Found | Dead:
        """What one reference leads to; an empty list for what only selects."""
        match parse(reference):
            case ["each", "value", *rest] if scope.each:
                around = scope.around or Scope(scope.module, scope.key, wide=scope.wide)
                if not references_of(scope.each) and "constant_value" not in scope.each:
                    return _key(scope, reference)
                return self.expression(around, scope.each, [*rest, *suffix], reference, seen)
            case ["each", *_] | ["count", *_]:
                return _key(scope, reference)
            case [head, *_] if head in _NOTHING:
                return []
            case ["var", str(name), *rest]:
                return self._variable(scope, name, reference, [*rest, *suffix], seen)
            case ["local", *_]:
                assert self.surroundings is not None
                around_it = self.surroundings.of(scope.module, seen)
                return around_it or Dead(reference)
            case ["data", str(kind), str(name), *rest]:
                return self.data(scope, kind, name, [*rest, *suffix], reference)
            case ["module", str(name), *rest]:
                return self._output(scope, name, [*rest, *suffix], reference, seen)
            case [str(kind), str(name), *rest] if kind not in ("ephemeral", "self"):
                return self.resource(scope, kind, name, [*rest, *suffix], reference)
        return Dead(reference)

    def _variable(
        self, scope: Scope, name: str, reference: str, suffix: list[Step], seen: Seen
    ) -> Found | Dead:
        """A module's variable is what its caller passes, or its default; the root's are known."""
        declared = self._configuration.variables(module_path(scope.module)).get(name)
        hidden = declared is not None and declared.sensitive
        default = declared.default if declared else None
        if not scope.module:
            value = taken(self._known.variables.get(name, default), suffix)
            return [Fixed(reference, value, hidden, scope.wide)]
        call = self._configuration.call(scope.module)
        if call is None:
            return Dead(reference)
        expression = (call.expressions or {}).get(name)
        if expression is None:
            return [Fixed(reference, taken(default, suffix), hidden, scope.wide)]
        key = read_key(module_steps(scope.module)[-1][1])
        around = Scope(parent_module(scope.module), key, wide=scope.wide)
        inside = Scope(around.module, key, call.for_each_expression, around, scope.wide)
        return self.expression(inside, expression, suffix, reference, seen)

    def data(
        self, scope: Scope, kind: str, name: str, rest: list[Step], reference: str
    ) -> Found | Dead:
        """What a data source has read, or will read during apply."""
        wanted, path = split_key(rest)
        found: Found = [
            Target(resource, tuple(path), scope.wide)
            for resource in self._planned.of_data(scope.module, kind, name)
            if wanted is None or resource.change.index == wanted
        ]
        for each in self._known.data(scope.module, kind, name):
            if wanted is None or each.key == wanted:
                hidden = hides(each.sensitive, path)
                found.append(Fixed(reference, taken(each.values, path), hidden, scope.wide))
        if found or not (kind in IMAGE_DATA or may_be_any_text(kind, path[:1])):
            return found
        configured = self._configuration.find(scope.module, "data", kind, name)
        none = configured and self._configuration.repeats(scope.module, configured)
        return [] if none and self._known.is_told else Dead(reference)

    def _output(
        self, scope: Scope, name: str, rest: list[Step], reference: str, seen: Seen
    ) -> Found | Dead:
        wanted, behind = split_key(rest)
        found: Found = []
        for key, module in self._instances(scope, name).items():
            if wanted is not None and key != wanted:
                continue
            outputs = [str(behind[0])] if behind else self._configuration.outputs(module)
            wide = scope.wide or len(outputs) > 1  # a computed key hides which output is read
            for output in outputs:
                expression = self._configuration.output(module, output)
                inside = Scope(module, wide=wide)
                ends = self.expression(inside, expression, behind[1:], reference, seen)
                if isinstance(ends, Dead):
                    return ends
                found.extend(ends)
        return found or ([] if scope.wide else Dead(reference))

    def _instances(self, scope: Scope, name: str) -> dict[str | int | None, str]:
        """The instances of a module call by key: of a module may be planned, or known, nothing.

        Of one that reads nothing but what it is given, none leaves a trace.
        """
        found = dict(sorted(self._planned.modules.called(scope.module, name), key=str))
        for key, module in self._known.modules.called(scope.module, name):
            found.setdefault(key, module)
        if not found and scope.wide:
            found[None] = f"{scope.module}.module.{name}" if scope.module else f"module.{name}"
        return found

    def resource(
        self, scope: Scope, kind: str, name: str, rest: list[Step], reference: str
    ) -> Found | Dead:
        """The attribute of the instance that is named, or of every instance.

        `x[each.key]` and `x[any other key]` are told in the same words.
        """
        wanted, path = split_key(rest)
        found: Found = [
            Target(resource, tuple(path), scope.wide)
            for resource in self._planned.of_block(scope.module, kind, name)
            if wanted is None or resource.change.index == wanted
        ]
        if found:
            return found
        configured = self._configuration.find(scope.module, "managed", kind, name)
        none = configured and self._configuration.repeats(scope.module, configured)
        return [] if none else Dead(reference)


def _key(scope: Scope, reference: str) -> Found:
    """A key can be an image itself."""
    is_image = isinstance(scope.key, str) and "ami-" in scope.key
    return [Fixed(reference, scope.key, wide=scope.wide)] if is_image else []
