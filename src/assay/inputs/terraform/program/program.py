"""A configuration at work: its module instances, and the values of their variables and outputs.

Facts: HashiCorp, "Input Variables" (`type`, `default`, `nullable`, `sensitive`), "Output Values",
"Modules". Nothing is computed before somebody asks.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping
from functools import cached_property

from assay.errors import InputError
from assay.inputs.terraform.language.conversions import convert, read_constraint
from assay.inputs.terraform.language.evaluate import evaluate
from assay.inputs.terraform.language.marks import MaybeMarked, bare, marked, marks_of, secret
from assay.inputs.terraform.program.called import computed_source
from assay.inputs.terraform.program.carried import image_names
from assay.inputs.terraform.program.counting import SEVERAL, instances_of
from assay.inputs.terraform.program.iteration import ONLY, Iteration
from assay.inputs.terraform.program.providers import ProviderKeys
from assay.inputs.terraform.program.scope import Scope
from assay.inputs.terraform.program.unread import Ids
from assay.inputs.terraform.project.contents import Contents
from assay.inputs.terraform.project.modules import CodeReader, ModuleCode, local_source
from assay.inputs.terraform.project.overrides import Placed
from assay.inputs.terraform.project.paths import relative
from assay.inputs.terraform.syntax.blocks import Block, Written
from assay.inputs.terraform.syntax.expressions import (
    Expression,
    FailedError,
    Ref,
    UnknownValue,
    Value,
)
from assay.inputs.terraform.syntax.reading import Expressions
from assay.model.addresses import address

_MOST_MODULES = 2000
"""Instances of modules in one configuration; what comes after them is taken for not there."""
_MOST_INSTANCES = 20_000
"""Instances of all blocks of one configuration; of what comes after them the number is not known."""
_ROOM = 2_000_000
_DEEPEST = 30
"""Modules within modules; Terraform configurations have three or four levels."""


class Program:
    """One root module with everything below it, evaluated when somebody asks."""

    def __init__(
        self,
        reader: CodeReader,
        expressions: Expressions,
        root: str,
        values: Mapping[str, Value],
        boundary: str | None = None,
    ) -> None:
        """`values` are those that tfvars files and the like give to the root's variables; `boundary`
        is the directory below which files may be read.
        """
        self.reader = reader
        self.expressions = expressions
        self.values = values
        self.contents = Contents(root, boundary or root, expressions.template)
        self.providers = ProviderKeys()
        self.busy: set[Hashable] = set()
        self.refused: list[InputError] = []
        """What Terraform will refuse once it knows the values that are known here."""
        self.computed: set[str] = set()
        """The directories of modules whose source is an expression."""
        self.called = 0
        """How many instances of modules there are so far."""
        self.instances = 0
        """How many instances of blocks there are so far."""
        self.room = _ROOM
        """How many values may still be written out; what multiplies itself would take for ever."""
        self.root = ModuleInstance(self, reader.directory(root), "", (), None, None, ONLY)

    def modules(self) -> "Iterator[ModuleInstance]":
        """Every module instance, the root first."""
        stack = [self.root]
        while stack:
            module = stack.pop()
            yield module
            for name in reversed(module.code.calls):
                stack.extend(reversed(list((module.children(name) or {}).values())))

    def module(self, address: str) -> "ModuleInstance | None":
        """The module instance at an address."""
        return next((each for each in self.modules() if each.address == address), None)

    def guarded(self, key: Hashable, compute: Callable[[], MaybeMarked]) -> MaybeMarked:
        """A value that may, by mistake, depend on itself: then it is unknown."""
        if key in self.busy:
            return UnknownValue()
        self.busy.add(key)
        try:
            return compute()
        except FailedError:
            return UnknownValue()
        finally:
            self.busy.remove(key)


def _is_sensitive(block: Block) -> bool:
    """Whether a variable or an output is declared sensitive: all but the plain word `false` counts."""
    written = block.attributes.get("sensitive")
    return written is not None and written.text.strip().strip('"') != "false"


class ModuleInstance:
    """One instance of a module: its code, and what its caller passes."""

    def __init__(
        self,
        program: Program,
        code: ModuleCode,
        address: str,
        path: tuple[str, ...],
        parent: "ModuleInstance | None",
        call: Placed | None,
        iteration: Iteration,
    ) -> None:
        self.program = program
        self.code = code
        self.address = address
        self.path = path
        self.parent = parent
        self.call = call
        self.iteration = iteration
        self.ids: dict[str, Ids] = {}
        """The AMI ids in what names mean here, as far as they are known."""
        self._values: dict[Hashable, MaybeMarked] = {}
        self._children: dict[str, dict[str | int | None, ModuleInstance] | None] = {}
        self._instances: dict[Hashable, list[Iteration]] = {}

    # ------------------------------------------------------------------------------- values

    def value(self, written: Written, iteration: Iteration = ONLY) -> MaybeMarked:
        """The value of what is written in a block of this module."""
        return self.worth(self.program.expressions.of(written), iteration)

    def worth(self, expression: Expression, iteration: Iteration = ONLY) -> MaybeMarked:
        """The value of an expression that stands in a block of this module."""
        try:
            return evaluate(expression, Scope(self, iteration))
        except (FailedError, RecursionError):
            return UnknownValue()

    def remembered(self, key: Hashable, compute: Callable[[], MaybeMarked]) -> MaybeMarked:
        """A value that is computed once."""
        if key not in self._values:
            self._values[key] = self.program.guarded((self.address, key), compute)
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
        given = self._given(name)
        nullable = bare(given) is not None or self._flag(block, "nullable", default=True)
        if not nullable or (given is None and name not in self._passed):
            default = block.attributes.get("default")
            if default is None:
                return itself
            value = evaluate(self.program.expressions.constant(default), Scope(self))
            given = marked(value, marks_of(given))
        kind = block.attributes.get("type")
        if kind is None:
            return given
        constraint = read_constraint(self.program.expressions.type(kind))
        return marked(convert(bare(given), constraint), marks_of(given))

    @property
    def _passed(self) -> Mapping[str, object]:
        return self.call.block.attributes if self.call else self.program.values

    def _given(self, name: str) -> MaybeMarked:
        if self.parent is None or self.call is None:
            return self.program.values.get(name)
        written = self.call.block.attributes.get(name)
        return self.parent.value(written, self.iteration) if written else None

    def _flag(self, block: Block, name: str, *, default: bool) -> bool:
        """Raises `FailedError` for what is no plain flag: nobody knows what comes of it then."""
        written = block.attributes.get(name)
        if written is None:
            return default
        value = bare(evaluate(self.program.expressions.constant(written), Scope(self)))
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

    @cached_property
    def image_names(self) -> frozenset[str]:
        """The variables, locals, outputs and data sources, `var.x`, that hold images or read them."""
        return frozenset(image_names(self))

    def path_of(self, what: str) -> str:
        """`path.root` or `path.module`, from the root module's directory."""
        if what == "root" or self.parent is None:
            return "."
        return relative(self.code.path, self.program.root.code.path)

    # --------------------------------------------------------------------------- instances

    def instances(self, block: Block) -> list[Iteration]:
        """The instances of a block; one that stands for all where their number is not known."""
        key = ("instances", block.type, block.labels)
        found = self._instances.get(key)
        if found is None:
            if key in self.program.busy:
                return [SEVERAL]
            self.program.busy.add(key)
            try:
                found = instances_of(self, block)
                self.program.instances += len(found)
                if self.program.instances > _MOST_INSTANCES:
                    found = [SEVERAL]
                self._instances[key] = found
            finally:
                self.program.busy.remove(key)
        return found

    def children(self, name: str) -> "dict[str | int | None, ModuleInstance] | None":
        """The instances of a called module by key; None where its code is not there."""
        if name not in self._children:
            self._children[name] = self._called(name)
        return self._children[name]

    def _called(self, name: str) -> "dict[str | int | None, ModuleInstance] | None":
        call = self.code.calls[name]
        path = (*self.path, name)
        directory = local_source(self.code.path, call.block) or computed_source(self, call.block)
        if directory is None:
            directory = self.program.root.code.installed(".".join(path), call.block)
        if directory is None or len(path) > _DEEPEST:
            return None
        code = self.program.reader.directory(directory)
        called = self.instances(call.block)
        self.program.called += len(called)
        if not code.is_there or self.program.called > _MOST_MODULES:
            return None
        return {
            iteration.key: ModuleInstance(
                self.program,
                code,
                address(self.address, f"module.{name}", iteration.key),
                path,
                self,
                call,
                iteration,
            )
            for iteration in called
        }
