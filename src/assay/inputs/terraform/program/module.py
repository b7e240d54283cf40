"""Modules at work: each instance of one with its code, its caller, and the values of its names.

Facts: HashiCorp, "Input Variables" (`type`, `default`, `nullable`, `sensitive`), "Output Values",
"Modules". Nothing is computed before somebody asks. What a name means, `NamedValues` tells, which is
handed in: it asks module instances in its turn.
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
"""Modules within modules; Terraform configurations have three or four levels."""

ContextOf: TypeAlias = "Callable[[ModuleInstance, Iteration], EvalContext]"
"""Tells what names mean where an expression of a module stands."""


def _is_sensitive(block: Block) -> bool:
    """Whether a variable or an output is declared sensitive: all but the plain word `false` counts."""
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
        """The AMI ids in what names mean here, as far as they are known."""
        self._values: dict[Hashable, MaybeMarked] = {}
        self.found: dict[str, ModuleInstance] = {}
        """Of the root: the module instances that somebody asked for by address."""
        self._children: dict[str, dict[str | int | None, ModuleInstance] | None] = {}
        self._instances: dict[Hashable, Instances] = {}

    def modules(self) -> "Iterator[ModuleInstance]":
        """Itself, and every module instance below it."""
        stack = [self]
        while stack:
            module = stack.pop()
            yield module
            for name in reversed(module.code.calls):
                stack.extend(reversed(list((module.children(name) or {}).values())))

    def at(self, address: str) -> "ModuleInstance | None":
        """The module instance at an absolute address; None where there is none."""
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
        """What names mean in a block of this module."""
        return self._context_of(self, iteration)

    def value(self, written: Written, iteration: Iteration = ONLY) -> MaybeMarked:
        """The value of what is written in a block of this module."""
        return self.worth(self.shared.expressions.of(written), iteration)

    def worth(self, expression: Expression, iteration: Iteration = ONLY) -> MaybeMarked:
        """The value of an expression that stands in a block of this module."""
        # Nobody plans what Terraform refuses: that is for `validate` to say, and unknown here
        try:
            return evaluate(expression, self.context(iteration))
        except (FailedError, RecursionError):
            return UnknownValue()

    def remembered(self, key: Hashable, compute: Callable[[], MaybeMarked]) -> MaybeMarked:
        """A value that is computed once."""
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
        """What a variable is set to, or else its default; where it has none, `itself`."""
        # Null that is passed is null, and no default: unless the variable takes none (`nullable`)
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
        """Raises `FailedError` for what is no plain flag: nobody knows what comes of it then."""
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
        """The value of an output; None where there is none of that name is never an answer."""
        placed = self.code.outputs.get(name)
        written = placed.block.attributes.get("value") if placed else None
        if placed is None or written is None:
            return UnknownValue()
        found = self.remembered(("output", name), lambda: self.value(written))
        return secret(found) if _is_sensitive(placed.block) else found

    def path_of(self, what: str) -> str:
        """`path.root` or `path.module`, from the root module's directory."""
        if what == "root" or self.parent is None:
            return "."
        return relative(self.code.path, self.root.code.path)

    # --------------------------------------------------------------------------- instances

    def instances(self, block: Block) -> Instances:
        """The instances of a block; one that stands for all where their number is not known."""
        key = ("instances", block.type, block.labels)
        found = self._instances.get(key)
        if found is None:
            # `for_each = { for k, v in aws_instance.a : … }` of the block itself: Terraform refuses it
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
        """The instances of a block; what Terraform will refuse to count, the program takes note of."""
        shared = self.shared
        found = counted(block, self.value, shared.expressions.of, shared.limits.of_one)
        for written, reason in found.refused:
            file = written.file or self.code.file_of(block)
            shared.refused.append(refused(file, written.line, reason))
        if shared.keys is None or all(each.exact for each in found.instances):
            return found.instances
        told = shared.keys(self.address, block)
        # Of what iterates the plan tells the keys, and nobody what stands behind them
        return [Iteration(key, key, UnknownValue()) for key in told] or found.instances

    def require_countable(self, block: Block) -> None:
        """Take note of what Terraform will refuse to count of a block that nothing else is asked of."""
        if is_short(block):
            self._counted(block)

    def is_disabled(self, block: Block) -> bool:
        """Whether a block is taken away by its `lifecycle`."""
        return is_enabled(block, self.value) is False

    def children(self, name: str) -> "dict[str | int | None, ModuleInstance] | None":
        """The instances of a called module by key; None where its code is not there."""
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
        """The directory that a call names by an expression."""
        directory = computed_source(call, self.shared.reader.tool, self.code.path, self.value)
        if directory is not None:
            self.shared.computed.add(directory)
        return directory
