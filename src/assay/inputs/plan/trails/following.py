"""Follows the references of an expression through modules to what they name.

If an expression reads a thing twice, one use may only select a value, so the trail is dead.
"""

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

from assay.inputs.plan.document.configuration import ConfigurationIndex, references_of
from assay.inputs.plan.document.planned import PlannedResources
from assay.inputs.plan.trails.holders import IMAGE_DATA, may_be_any_text
from assay.inputs.plan.trails.known import Known, hides, taken
from assay.inputs.plan.trails.remembered import DEEPEST, Joined, Remembered
from assay.inputs.plan.trails.trail import Dead, Fixed, Found, Seen, Site, Surrounding, Target
from assay.model.addresses import (
    Step,
    address,
    longest,
    module_path,
    module_steps,
    parent_module,
    parse,
    read_key,
    split_key,
)

_NOTHING = ("count", "path", "terraform")
_Wanted: TypeAlias = tuple[tuple[type, Step], ...]


class Following:
    """Follows the references of expressions of one plan."""

    def __init__(
        self, configuration: ConfigurationIndex, planned: PlannedResources, known: Known
    ) -> None:
        self._configuration = configuration
        self._planned = planned
        self._known = known
        self._joined = Joined()
        self.remembered = Remembered()
        self._ends: dict[object, Found] = {}
        self._called: dict[tuple[str, str], dict[str | int | None, str]] = {}
        self.surroundings: Surrounding | None = None

    def expression(
        self, site: Site, expression: Any, suffix: list[Step], name: str, seen: Seen
    ) -> Found | Dead:
        """Return what one expression leads to; `suffix` is the path taken from its value."""
        references = references_of(expression)
        if references:
            return self.references(site, references, suffix, seen)
        # A plan writes `upper("x")` as an expression that reads nothing; its value is not known
        if isinstance(expression, dict) and "constant_value" in expression:
            return self.known(name, expression["constant_value"], suffix, wide=site.wide)
        return () if site.wide else Dead(name)  # a plan lacks the values of functions of constants

    def known(
        self,
        name: str,
        value: Any,
        suffix: Sequence[Step] = (),
        *,
        hidden: bool = False,
        wide: bool,
    ) -> Found:
        """Return the part of a known value at `suffix` as an end."""
        key = (name, id(value), _exact(suffix), hidden, wide)
        found = self._ends.get(key)
        if found is None:
            found = self._ends[key] = (Fixed(name, taken(value, tuple(suffix)), hidden, wide),)
        return found

    def references(
        self, site: Site, references: tuple[str, ...], suffix: list[Step], seen: Seen
    ) -> Found | Dead:
        """Return what the references of one expression lead to."""
        found: list[Found] = []
        locals_read = False
        # `var.a == "" ? data.x.id : var.a` reads `var.a` twice. It is not known which use is the
        # value, and something that only selects is not the value.
        repeats = not site.wide and len(set(references)) < len(references)
        for reference in longest(references):
            if site.wide and reference.startswith("local."):
                if locals_read:
                    continue  # all locals of a module lead to the same ends
                locals_read = True
            here = (site.module, reference)
            self.remembered.at(*here, len(seen))
            if here in seen or len(seen) > DEEPEST:
                self.remembered.came_back()
                return Dead(reference)
            more = self._reference(site, reference, suffix, (*seen, here))
            if isinstance(more, Dead):
                return more
            twice = repeats and references.count(reference) > 1
            if twice and any(isinstance(end, Target) and end.is_open for end in more):
                return Dead(reference)  # it may only select the value
            found.append(more)
        return self._joined.of(found)

    def _reference(
        self, site: Site, reference: str, suffix: list[Step], seen: Seen
    ) -> Found | Dead:
        """Return what one reference leads to; empty for one that only selects."""
        match parse(reference):
            case ["each", "value", *rest] if site.each:
                # The `for_each` of a call belongs to the caller's module; what it passes is read in
                # the called one
                around = site.around or Site(site.module, site.key, wide=site.wide)
                if not references_of(site.each) and "constant_value" not in site.each:
                    return self._key(site, reference)
                return self.expression(around, site.each, [*rest, *suffix], reference, seen)
            case ["each", *_] | ["count", *_]:
                return self._key(site, reference)
            case [head, *_] if head in _NOTHING:
                return ()
            case ["var", str(name), *rest]:
                return self._variable(site, name, reference, [*rest, *suffix], seen)
            case ["local", *_]:
                assert self.surroundings is not None
                around_it = self.surroundings.of(site.module, seen)
                return around_it or Dead(reference)
            case ["data", str(kind), str(name), *rest]:
                return self.data(site, kind, name, [*rest, *suffix], reference)
            case ["module", str(name), *rest]:
                return self._output(site, name, [*rest, *suffix], reference, seen)
            case [str(kind), str(name), *rest] if kind not in ("ephemeral", "self"):
                return self.resource(site, kind, name, [*rest, *suffix], reference)
        return Dead(reference)

    def _variable(
        self, site: Site, name: str, reference: str, suffix: list[Step], seen: Seen
    ) -> Found | Dead:
        """A module's variable is what the caller passes, or its default; the root's are known."""
        declared = self._configuration.variables(module_path(site.module)).get(name)
        hidden = declared is not None and declared.sensitive
        default = declared.default if declared else None
        if not site.module:
            value = self._known.variables.get(name, default)
            return self.known(reference, value, suffix, hidden=hidden, wide=site.wide)
        call = self._configuration.call(site.module)
        if call is None:
            return Dead(reference)
        expression = (call.expressions or {}).get(name)
        if expression is None:
            return self.known(reference, default, suffix, hidden=hidden, wide=site.wide)
        key = read_key(module_steps(site.module)[-1][1])
        around = Site(parent_module(site.module), key, wide=site.wide)
        inside = Site(around.module, key, call.for_each_expression, around, site.wide)
        return self.expression(inside, expression, suffix, reference, seen)

    def data(
        self, site: Site, kind: str, name: str, rest: list[Step], reference: str
    ) -> Found | Dead:
        """Return what a data source has read, or will read during apply."""
        wanted, path = split_key(rest)
        key = ("data", site.module, kind, name, _exact(rest), reference, site.wide)
        found = self._ends.get(key)
        if found is None:
            planned = self._planned.of_data(site.module, kind, name)
            read = self._known.data(site.module, kind, name)
            found = self._ends[key] = (
                *(
                    Target(resource, tuple(path), site.wide)
                    for resource in planned
                    if wanted is None or resource.change.index == wanted
                ),
                *(
                    Fixed(
                        reference, taken(each.values, path), hides(each.sensitive, path), site.wide
                    )
                    for each in read
                    if wanted is None or each.key == wanted
                ),
            )
        if found or not (kind in IMAGE_DATA or may_be_any_text(kind, path[:1])):
            return found
        # The plan does not contain it: with `count = 0` it does not exist; otherwise it was left
        # out
        configured = self._configuration.find(site.module, "data", kind, name)
        none = configured and self._configuration.repeats(site.module, configured)
        return () if none and self._known.is_told else Dead(reference)

    def _output(
        self, site: Site, name: str, rest: list[Step], reference: str, seen: Seen
    ) -> Found | Dead:
        """Return what an output leads to, for all instances of a module that may be meant."""
        assert self.surroundings is not None
        key = (site.module, name, _exact(rest), reference, site.wide)
        return self.remembered.of(
            key,
            seen,
            self.surroundings.asking,
            lambda: self._of_instances(site, name, rest, reference, seen),
        )

    def _of_instances(
        self, site: Site, name: str, rest: list[Step], reference: str, seen: Seen
    ) -> Found | Dead:
        wanted, behind = split_key(rest)
        instances = self._instances(site, name)
        chosen = instances.values() if wanted is None else (instances.get(wanted),)
        found: list[Found] = []
        for module in chosen:
            if module is None:
                continue
            # `module.m` alone, or `module.m[var.which]`, may be any of its outputs
            outputs = [str(behind[0])] if behind else self._configuration.outputs(module)
            wide = site.wide or len(outputs) > 1  # a computed key hides which output is read
            for output in outputs:
                expression = self._configuration.output(module, output)
                inside = Site(module, wide=wide)
                ends = self.expression(inside, expression, behind[1:], reference, seen)
                if isinstance(ends, Dead):
                    return ends
                found.append(ends)
        return self._joined.of(found) or (() if site.wide else Dead(reference))

    def _instances(self, site: Site, name: str) -> dict[str | int | None, str]:
        """Return the instances of a module call by key; of some, nothing is planned or known.

        A module that reads only its variables leaves no trace of its instances.
        """
        found = self._called.get((site.module, name))
        if found is None:
            planned = sorted(self._planned.modules.called(site.module, name), key=str)
            found = self._called[site.module, name] = dict(planned)
            for key, module in self._known.modules.called(site.module, name):
                found.setdefault(key, module)
        if not found and site.wide:
            return {None: address(site.module, f"module.{name}")}
        return found

    def resource(
        self, site: Site, kind: str, name: str, rest: list[Step], reference: str
    ) -> Found | Dead:
        """Return the attribute of the instance that is named, or of every instance.

        `x[each.key]` and `x[any other key]` are the same in a plan.
        """
        # The plan writes both as `x`, so each instance may be meant, and all of them are ends
        wanted, path = split_key(rest)
        key = ("resource", site.module, kind, name, _exact(rest), site.wide)
        found = self._ends.get(key)
        if found is None:
            resources = self._planned.of_block(site.module, kind, name, wanted)
            found = tuple(Target(each, tuple(path), site.wide) for each in resources)
            self._ends[key] = found
        if found:
            return found
        configured = self._configuration.find(site.module, "managed", kind, name)
        none = configured and self._configuration.repeats(site.module, configured)
        return () if none else Dead(reference)

    def _key(self, site: Site, reference: str) -> Found:
        """A key can itself be an image."""
        if not (isinstance(site.key, str) and "ami-" in site.key):
            return ()
        key = ("key", reference, site.key, site.wide)
        found = self._ends.get(key)
        if found is None:
            found = self._ends[key] = (Fixed(reference, site.key, wide=site.wide),)
        return found


def _exact(steps: Iterable[Step]) -> _Wanted:
    """Return a key for steps in which a map key and an attribute of the same name differ."""
    return tuple((step.__class__, step) for step in steps)
