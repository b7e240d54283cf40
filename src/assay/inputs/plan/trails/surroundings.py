"""What the locals and dynamic blocks of a module may read: a plan contains neither.

They can read the module's own resources, the variables that callers pass, and the outputs of the
modules it calls. `relevant_attributes` names every attribute on which a change depends, directly or
indirectly (HashiCorp, "JSON Output Format"), so no other attributes of resources count. Literals
are invisible, as everywhere in a plan.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import chain
from typing import Any

from msgspec import Struct

from assay.inputs.plan.document.configuration import ConfigurationIndex, references_of
from assay.inputs.plan.document.document import ModuleCall, RelevantAttribute
from assay.inputs.plan.document.planned import PlannedResources
from assay.inputs.plan.trails.following import Following
from assay.inputs.plan.trails.known import Known
from assay.inputs.plan.trails.remembered import LOCALS, Joined
from assay.inputs.plan.trails.trail import Dead, Fixed, Found, Seen, Site, Target
from assay.model.addresses import (
    Key,
    ModulePath,
    Step,
    block_address,
    module_path,
    module_steps,
    parent_module,
    parse,
    read_key,
)

_Block = tuple[str, str, str]
"""Mode, type and name."""


class _Relevant(Struct, frozen=True):
    block: _Block
    key: str | int | None
    path: tuple[Step, ...]
    reference: str


class Surroundings:
    """Finds everything that each module of one plan reads."""

    def __init__(
        self,
        configuration: ConfigurationIndex,
        planned: PlannedResources,
        known: Known,
        relevant: list[RelevantAttribute],
        following: Following,
    ) -> None:
        self._configuration = configuration
        self._planned = planned
        self._known = known
        self._listed = relevant
        self._following = following
        self._found: dict[str, Found | Dead] = {}
        self._joined = Joined()
        self._distinct: dict[tuple[int, ...], tuple[Found, tuple[Found, ...]]] = {}
        self._constants: dict[ModulePath, tuple[Found, tuple[str, ...]]] = {}
        self._lets_out: dict[ModulePath, Found] = {}
        self.asking: list[str] = []
        self._cut = False

    def of(self, module: str, seen: Seen) -> Found | Dead:
        """Return all that is read in a module instance; empty while that is being determined.

        A result is not kept if it was found while another one, on which it depends, was being
        determined.
        """
        # A plan does not say what a local is made of, but it does say which attributes are relevant
        # and what each module is given: a local may be any of that, and nothing else.
        found = self._found.get(module)
        if found is not None:
            return found
        self._following.remembered.at(module, LOCALS, len(seen))
        if module in self.asking:
            self._cut = True
            self._following.remembered.came_back()
            return ()
        self.asking.append(module)
        found = self._all(module, seen)
        self.asking.pop()
        if not self.asking or not self._cut:
            self._found[module] = found
        self._cut = self._cut and bool(self.asking)
        return found

    def _all(self, module: str, seen: Seen) -> Found | Dead:
        read = (
            *self._resources(module),
            self._variables(module, seen),
            self._of_called(module_path(module)),
        )
        parts: list[Found] = []
        for part in read:
            if isinstance(part, Dead):
                return part
            parts.append(part)
        return self._together(tuple(part for part in parts if part))

    def _together(self, parts: tuple[Found, ...]) -> Found:
        """Concatenate the parts, each end once; one object for all modules that read the same."""
        key = tuple(map(id, parts))
        made = self._distinct.get(key)
        if made is None:
            ends: dict[object, Target | Fixed] = {}
            for end in chain(*parts):
                ends.setdefault(_same(end), end)
            made = self._distinct[key] = tuple(ends.values()), parts
        return made[0]

    # --------------------------------------------------------------------- what is passed in

    def _variables(self, module: str, seen: Seen) -> Found | Dead:
        if not module:
            root = self._configuration.variables(())
            defaults = {name: each.default for name, each in root.items()}
            return tuple(
                Fixed(f"var.{name}", value, self._is_hidden(name), wide=True)
                for name, value in {**defaults, **self._known.variables}.items()
            )
        call = self._configuration.call(module)
        if call is None:
            return Dead(module)
        key = read_key(module_steps(module)[-1][1])
        around = Site(parent_module(module), key, wide=True)
        inside = Site(around.module, key, call.for_each_expression, around, wide=True)
        constants, read = self._passed(module_path(module), call)
        more = self._following.references(inside, read, [], seen)
        return more if isinstance(more, Dead) else self._joined.of((constants, more))

    def _passed(self, path: ModulePath, call: ModuleCall) -> tuple[Found, tuple[str, ...]]:
        """Return the constants that a module gets, or has as defaults, and all other references."""
        passed = self._constants.get(path)
        if passed is not None:
            return passed
        given = call.expressions or {}
        read: dict[str, None] = {}
        found: list[Fixed] = []
        for name, declared in self._configuration.variables(path).items():
            expression = given.get(name)
            # References in several arguments are followed only once
            if references := references_of(expression):
                read.update(dict.fromkeys(references))
            elif expression is None:
                value = declared.default
                found.append(Fixed(f"var.{name}", value, declared.sensitive, wide=True))
            elif isinstance(expression, dict) and "constant_value" in expression:
                value = expression["constant_value"]
                found.append(Fixed(f"var.{name}", value, declared.sensitive, wide=True))
        passed = self._constants[path] = tuple(found), tuple(read)
        return passed

    def _of_called(self, own: ModulePath) -> Found:
        found = self._lets_out.get(own)
        if found is None:
            found = self._lets_out[own] = tuple(self._let_out(own))
        return found

    def _let_out(self, own: ModulePath) -> Iterator[Fixed]:
        """Yield the constants in the modules called here that their outputs may read."""
        for name, call in self._configuration.calls(own).items():
            path = (*own, name)
            outputs = self._configuration.outputs_of(path)
            yield from (_constant(f"module.{name}", each) for each in outputs if _is_constant(each))
            read = _variables_read(outputs)
            yield from self._given(path, call, read)
            if read is None:
                yield from self._let_out(path)

    def _given(
        self, path: ModulePath, call: ModuleCall, read: frozenset[str] | None
    ) -> Iterator[Fixed]:
        """Yield the values and defaults of those variables of a module that are read."""
        if _is_constant(call.for_each_expression):
            yield _constant(f"module.{path[-1]}", call.for_each_expression)
        for name, declared in self._configuration.variables(path).items():
            given = (call.expressions or {}).get(name)
            if read is not None and name not in read:
                continue
            if given is None or _is_constant(given):
                value = declared.default if given is None else given["constant_value"]
                yield Fixed(f"module.{path[-1]}.var.{name}", value, declared.sensitive, wide=True)

    def _is_hidden(self, name: str) -> bool:
        declared = self._configuration.variables(()).get(name)
        return declared is not None and declared.sensitive

    # ------------------------------------------------------------------------- what is there

    def _resources(self, module: str) -> Iterator[Found | Dead]:
        """Yield the relevant attributes of the module, and those that its calls expose in outputs."""
        own = module_path(module)
        for path in self._below.get(own, ()):
            # What a called module does inside is visible outside only through its outputs
            shown = None if path == own else self._exposed(path[: len(own) + 1])
            for relevant in self._by_path[path]:
                if shown is None or relevant.block in shown:
                    yield from self._instances(module, path, relevant)

    def _instances(
        self, module: str, path: ModulePath, relevant: _Relevant
    ) -> Iterator[Found | Dead]:
        mode, kind, name = relevant.block
        steps: list[Step] = [*relevant.path]
        if relevant.key is not None:
            key = Key(relevant.key) if isinstance(relevant.key, str) else relevant.key
            steps.insert(0, key)
        read = self._known.modules.within(module, path)
        for at in sorted({*self._planned.modules.within(module, path), *read}):
            site = Site(at, wide=True)
            look = self._following.data if mode == "data" else self._following.resource
            yield look(site, kind, name, steps, relevant.reference)

    def _exposed(self, call: ModulePath) -> frozenset[_Block] | None:
        """Return the blocks that the outputs of a called module read; None if it may be any block."""
        found = self._exposures.get(call)
        if found is None and call not in self._exposures:
            found = self._exposures[call] = _blocks(self._configuration.outputs_of(call))
        return found

    @cached_property
    def _exposures(self) -> dict[ModulePath, frozenset[_Block] | None]:
        return {}

    @cached_property
    def _by_path(self) -> dict[ModulePath, list[_Relevant]]:
        found: defaultdict[ModulePath, list[_Relevant]] = defaultdict(list)
        for listed in self._listed:
            of = block_address(listed.resource)
            path = tuple(step for step in listed.attribute if isinstance(step, str | int))
            relevant = _Relevant((of.mode, of.type, of.name), of.key, path, listed.resource)
            found[module_path(of.module)].append(relevant)
        return dict(found)

    @cached_property
    def _below(self) -> dict[ModulePath, list[ModulePath]]:
        """The modules with relevant attributes, by themselves and by each module around them."""
        found: defaultdict[ModulePath, list[ModulePath]] = defaultdict(list)
        for path in self._by_path:
            for end in range(len(path) + 1):
                found[path[:end]].append(path)
        return dict(found)


def _is_constant(expression: Any) -> bool:
    return isinstance(expression, dict) and expression.get("constant_value") is not None


def _constant(name: str, expression: Any) -> Fixed:
    return Fixed(name, expression["constant_value"], wide=True)


def _variables_read(outputs: Iterable[object]) -> frozenset[str] | None:
    """The variables that outputs read directly; None if they may read anything."""
    read = _read_by(outputs)
    if read is None:
        return None
    return frozenset(str(steps[1]) for steps in read if steps[0] == "var" and len(steps) > 1)


def _blocks(outputs: Iterable[object]) -> frozenset[_Block] | None:
    read = _read_by(outputs)
    if read is None:
        return None
    found: set[_Block] = set()
    for steps in read:
        match steps:
            case ["data", str(kind), str(name), *_]:
                found.add(("data", kind, name))
            case [str(kind), str(name), *_]:
                found.add(("managed", kind, name))
    return frozenset(found)


def _read_by(outputs: Iterable[object]) -> list[list[Step]] | None:
    """The parsed references of outputs; None if one of them may lead to anything."""
    read = [parse(each) for expression in outputs for each in references_of(expression)]
    return None if any(steps[:1] in (["local"], ["module"], ["each"]) for steps in read) else read


def _same(end: Target | Fixed) -> object:
    if isinstance(end, Target):
        return id(end.resource), end.path
    return end.reference, id(end.value)
