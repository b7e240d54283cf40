"""Module instances: each with its code, its caller, and the values of its names.

Facts: HashiCorp, "Input Variables" (`type`, `default`, `nullable`, `sensitive`), "Output Values",
"Modules". Nothing is computed before it is needed. `NamedValues` defines what a name means; it is
passed in because it in turn uses module instances.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping
from typing import TypeAlias

from assay.inputs.terraform.language.context import EvalContext
from assay.inputs.terraform.language.conversions import convert, read_constraint
from assay.inputs.terraform.language.evaluate import evaluate
from assay.inputs.terraform.language.marks import MaybeMarked, bare, marked, marks_of, secret
from assay.inputs.terraform.program.called import computed_source
from assay.inputs.terraform.program.counting import SEVERAL, counted, is_enabled, is_short
from assay.inputs.terraform.program.ids import Ids
from assay.inputs.terraform.program.iteration import ONLY, Instances, Iteration
from assay.inputs.terraform.program.shared import Shared
from assay.inputs.terraform.project.modules import ModuleCode
from assay.inputs.terraform.project.overrides import Placed
from assay.inputs.terraform.project.paths import relative
from assay.inputs.terraform.project.refusals import refused
from assay.inputs.terraform.syntax.blocks import Block, Written
from assay.inputs.terraform.syntax.expressions import (
    Expression,
    FailedError,
    Ref,
    UnknownValue,
)
from assay.model.addresses import address, module_steps, parent_module, read_key

_DEEPEST = 30
"""The deepest nesting of modules; real configurations have three or four levels."""

ContextOf: TypeAlias = "Callable[[ModuleInstance, Iteration], EvalContext]"
"""Gives the meaning of the names in an expression of a module."""


def _is_sensitive(block: Block) -> bool:
    """Whether a variable or output is declared sensitive: anything but a plain `false` counts."""
    written = block.attributes.get("sensitive")
    return written is not None and written.text.strip().strip('"') != "false"


class ModuleInstance:
    """One instance of a module: its code, and what its caller passes."""

    def __init__(
        self,
        shared: Shared,
        context_of: ContextOf,
        code: ModuleCode,
        address: str,
        path: tuple[str, ...],
        parent: "ModuleInstance | None",
        call: Placed | None,
        iteration: Iteration,
    ) -> None:
        self.shared = shared
        self._context_of = context_of
        self.code = code
        self.address = address
        self.path = path
        self.parent = parent
        self.call = call
        self.iteration = iteration
        self.root: ModuleInstance = parent.root if parent else self
        self.ids: dict[str, Ids] = {}
        """The AMI ids in the values of names here, as far as they are known."""
        self._values: dict[Hashable, MaybeMarked] = {}
        self.found: dict[str, ModuleInstance] = {}
        """For the root: the module instances that were looked up by address."""
        self._children: dict[str, dict[str | int | None, ModuleInstance] | None] = {}
        self._instances: dict[Hashable, Instances] = {}

    def modules(self) -> "Iterator[ModuleInstance]":
        """Yield the module instance itself and all those below it."""
        stack = [self]
        while stack:
            module = stack.pop()
            yield module
            for name in reversed(module.code.calls):
                stack.extend(reversed(list((module.children(name) or {}).values())))

    def at(self, address: str) -> "ModuleInstance | None":
        """The module instance at an absolute address; None if it does not exist."""
        if not address:
            return self.root
        found = self.root.found.get(address)
        if found is None and (around := self.at(parent_module(address))):
            name, key = module_steps(address)[-1]
            called = around.children(name) if name in around.code.calls else None
            found = (called or {}).get(read_key(key))
            if found is not None:
                self.root.found[address] = found
        return found

    # ------------------------------------------------------------------------------- values

    def context(self, iteration: Iteration = ONLY) -> EvalContext:
        """The meaning of names in a block of this module."""
        return self._context_of(self, iteration)

    def value(self, written: Written, iteration: Iteration = ONLY) -> MaybeMarked:
        """The value of an attribute in a block of this module."""
        return self.worth(self.shared.expressions.of(written), iteration)

    def worth(self, expression: Expression, iteration: Iteration = ONLY) -> MaybeMarked:
        """The value of an expression in a block of this module."""
        # What Terraform rejects is unknown here; reporting it is left to `terraform validate`
        try:
            return evaluate(expression, self.context(iteration))
        except (FailedError, RecursionError):
            return UnknownValue()

    def remembered(self, key: Hashable, compute: Callable[[], MaybeMarked]) -> MaybeMarked:
        """A value that is computed only once."""
        if key not in self._values:
            self._values[key] = self.shared.guarded((self.address, key), compute)
        return self._values[key]

    def variable(self, name: str) -> MaybeMarked:
        """The value of an input variable."""
        return self.remembered(("var", name), lambda: self._variable(name))

    def _variable(self, name: str) -> MaybeMarked:
        itself = UnknownValue((Ref(self.address, ("var", name)),), passed_on=True)
        placed = self.code.variables.get(name)
        if placed is None:
            return itself
        found = self._assigned(name, placed.block, itself)
        return secret(found) if _is_sensitive(placed.block) else found

    def _assigned(self, name: str, block: Block, itself: UnknownValue) -> MaybeMarked:
        """The value passed for a variable, or else its default; `itself` if it has neither."""
        # A null that is passed stays null, but the default replaces it in a non-nullable variable
        given = self._given(name)
        nullable = bare(given) is not None or self._flag(block, "nullable", default=True)
        if not nullable or (given is None and name not in self._passed):
            default = block.attributes.get("default")
            if default is None:
                return itself
            value = evaluate(self.shared.expressions.constant(default), self.context())
            given = marked(value, marks_of(given))
        kind = block.attributes.get("type")
        if kind is None:
            return given
        constraint = read_constraint(self.shared.expressions.type(kind))
        return marked(convert(bare(given), constraint), marks_of(given))

    @property
    def _passed(self) -> Mapping[str, object]:
        return self.call.block.attributes if self.call else self.shared.values

    def _given(self, name: str) -> MaybeMarked:
        if self.parent is None or self.call is None:
            return self.shared.values.get(name)
        written = self.call.block.attributes.get(name)
        return self.parent.value(written, self.iteration) if written else None

    def _flag(self, block: Block, name: str, *, default: bool) -> bool:
        """The value of a flag. Raises `FailedError` for anything but a plain flag."""
        written = block.attributes.get(name)
        if written is None:
            return default
        value = bare(evaluate(self.shared.expressions.constant(written), self.context()))
        if value not in (True, False, "true", "false"):
            raise FailedError
        return value in (True, "true")

    def local(self, name: str) -> MaybeMarked:
        """The value of a local."""
        placed = self.code.locals.get(name)
        if placed is None:
            return UnknownValue((Ref(self.address, ("local", name)),), passed_on=True)
        return self.remembered(("local", name), lambda: self.value(placed.written))

    def output(self, name: str) -> MaybeMarked:
        """The value of an output; unknown (never None) if there is no output of that name."""
        placed = self.code.outputs.get(name)
        written = placed.block.attributes.get("value") if placed else None
        if placed is None or written is None:
            return UnknownValue()
        found = self.remembered(("output", name), lambda: self.value(written))
        return secret(found) if _is_sensitive(placed.block) else found

    def path_of(self, what: str) -> str:
        """`path.root` or `path.module`, relative to the root module's directory."""
        if what == "root" or self.parent is None:
            return "."
        return relative(self.code.path, self.root.code.path)

    # --------------------------------------------------------------------------- instances

    def instances(self, block: Block) -> Instances:
        """The instances of a block; a single one stands for all if their number is not known."""
        key = ("instances", block.type, block.labels)
        found = self._instances.get(key)
        if found is None:
            # The block's `for_each` reads the block itself: Terraform rejects such a cycle
            if key in self.shared.busy:
                return Instances([SEVERAL])
            self.shared.busy.add(key)
            try:
                found = Instances(self._counted(block))
                self.shared.instances += len(found)
                if self.shared.instances > self.shared.limits.instances:
                    found = Instances([SEVERAL])
                self._instances[key] = found
            finally:
                self.shared.busy.remove(key)
        return found

    def _counted(self, block: Block) -> list[Iteration]:
        """The instances of a block. Records why Terraform will refuse to count them, if it will."""
        shared = self.shared
        found = counted(block, self.value, shared.expressions.of, shared.limits.of_one)
        for written, reason in found.refused:
            file = written.file or self.code.file_of(block)
            shared.refused.append(refused(file, written.line, reason))
        if shared.keys is None or all(each.exact for each in found.instances):
            return found.instances
        told = shared.keys(self.address, block)
        # The plan gives the keys of the instances, but not the values behind them
        return [Iteration(key, key, UnknownValue()) for key in told] or found.instances

    def require_countable(self, block: Block) -> None:
        """Record why Terraform will refuse to count a block that is not evaluated otherwise."""
        if is_short(block):
            self._counted(block)

    def is_disabled(self, block: Block) -> bool:
        """Whether a block's `lifecycle` disables it."""
        return is_enabled(block, self.value) is False

    def children(self, name: str) -> "dict[str | int | None, ModuleInstance] | None":
        """The instances of a called module by key; None if its code is missing."""
        if name not in self._children:
            self._children[name] = self._called(name)
        return self._children[name]

    def _called(self, name: str) -> "dict[str | int | None, ModuleInstance] | None":
        call = self.code.calls[name]
        path = (*self.path, name)
        directory = self.root.code.called(self.code, path, call.block)
        directory = directory or self._computed(call.block)
        if directory is None or len(path) > _DEEPEST:
            return None
        code = self.shared.reader.directory(directory)
        called = self.instances(call.block)
        self.shared.called += len(called)
        if not code.is_there or self.shared.called > self.shared.limits.modules:
            return None
        return {
            iteration.key: ModuleInstance(
                self.shared,
                self._context_of,
                code,
                address(self.address, f"module.{name}", iteration.key),
                path,
                self,
                call,
                iteration,
            )
            for iteration in called
        }

    def _computed(self, call: Block) -> str | None:
        """The directory that a call names with an expression."""
        directory = computed_source(call, self.shared.reader.tool, self.code.path, self.value)
        if directory is not None:
            self.shared.computed.add(directory)
        return directory
