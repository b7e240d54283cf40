"""Is this the code that was planned? A checkout is held against the plan's own `configuration`.

A plan lists blocks, modules, variables and outputs, and of each expression what it reads; of locals
and dynamic blocks it holds nothing. What it does hold has to agree, or the code is not used.

Fact: HashiCorp, "JSON Output Format", "Expression Representation": `references` names what an
expression reads, each thing also by its shorter forms; `constant_value` is a literal's.
"""

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from assay.inputs.plan.document.configuration import references_of
from assay.inputs.plan.document.document import ConfigResource, Configuration, Module
from assay.inputs.terraform.project.modules import CodeReader, ModuleCode, local_source
from assay.inputs.terraform.syntax.blocks import Block, Written, plain_text
from assay.inputs.terraform.syntax.expressions import Attribute, Expression, Index, Literal, Opaque
from assay.inputs.terraform.syntax.expressions import Variable as Word
from assay.inputs.terraform.syntax.reading import Expressions
from assay.inputs.terraform.syntax.texts import reads
from assay.model.addresses import ModulePath, parse

_Read: TypeAlias = frozenset[tuple[str, ...]]
"""What an expression reads: `("var", "x")`, `("data", "aws_ami", "x")`, `("aws_ami_copy", "x")`."""
_META = ("count", "for_each", "provider", "providers", "depends_on", "source", "version")
_NO_ARGUMENTS = ("lifecycle", "provisioner", "connection", "dynamic", "timeouts")
_TEXTS = {True: "true", False: "false"}


class Agreement:
    """Holds the modules of some code against the configuration of a plan."""

    def __init__(self, reader: CodeReader, expressions: Expressions) -> None:
        self._reader = reader
        self._expressions = expressions

    def differs(self, root: ModuleCode, configuration: Configuration) -> str | None:
        """The first thing that the code has in another way than the plan; None where all agrees."""
        planned = configuration.root_module or Module()
        found = self._providers(root, configuration) or self._module((), root, planned, root)
        return next(iter(found), None) if not isinstance(found, str) else found

    def _providers(self, root: ModuleCode, configuration: Configuration) -> str | None:
        planned = configuration.provider_config or {}
        for placed in root.providers:
            alias = plain_text(placed.block.attributes.get("alias"))
            name = placed.block.labels[0] + (f".{alias}" if alias else "")
            if name in planned and "for_each" not in placed.block.attributes:
                written = planned[name].expressions or {}
                if self._arguments(placed.block, written, but=("alias", *_META)):
                    return f"provider {name}"
        own = {placed.block.labels[0] for placed in root.providers}
        roots = {
            key.partition(".")[0]
            for key, each in planned.items()
            if ":" not in key and each.expressions
        }
        return next((f"provider {name}" for name in sorted(roots - own)), None)

    def _module(
        self, path: ModulePath, code: ModuleCode, planned: Module, root: ModuleCode
    ) -> Iterator[str]:
        yield from self._blocks(path, code, planned)
        yield from self._declared(path, code, planned)
        calls = planned.module_calls or {}
        yield from (
            _at(path, f"module.{name}") for name in sorted(calls.keys() ^ code.calls.keys())
        )
        for name, call in calls.items():
            placed = code.calls.get(name)
            if placed is None:
                continue
            repeats = {"count": call.count_expression, "for_each": call.for_each_expression}
            wrong = self._repeats(placed.block, repeats)
            if wrong or self._arguments(placed.block, call.expressions or {}, but=_META):
                yield _at(path, f"module.{name}")
            inside = (*path, name)
            directory = _directory(root, code, inside, placed.block)
            if directory is None:
                yield _at(path, f"module.{name}, whose code is not there")
            else:
                found = self._reader.directory(directory)
                yield from self._module(inside, found, call.module or Module(), root)

    def _blocks(self, path: ModulePath, code: ModuleCode, planned: Module) -> Iterator[str]:
        listed = {
            (each.mode, each.type, each.name): each
            for each in planned.resources or ()
            if each.mode in ("managed", "data")
        }
        for mode, kind, name in sorted(listed.keys() ^ code.resources.keys()):
            yield _at(path, f"{'data.' if mode == 'data' else ''}{kind}.{name}")
        for key, block in listed.items():
            placed = code.resources.get(key)
            if placed and self._resource(path, placed.block, block):
                yield _at(path, f"{'data.' if key[0] == 'data' else ''}{key[1]}.{key[2]}")

    def _resource(self, path: ModulePath, block: Block, planned: ConfigResource) -> bool:
        repeats = {"count": planned.count_expression, "for_each": planned.for_each_expression}
        if self._repeats(block, repeats):
            return True
        used = block.attributes.get("provider")
        wanted = used.text.strip().strip('"') if used else block.labels[0].partition("_")[0]
        if not path and planned.provider_config_key not in (None, wanted) and "[" not in wanted:
            return True
        return self._arguments(block, planned.expressions or {}, but=_META)

    def _declared(self, path: ModulePath, code: ModuleCode, planned: Module) -> Iterator[str]:
        variables, outputs = planned.variables or {}, planned.outputs or {}
        # Terraform leaves a module without variables, or without outputs, no section for them
        for name in sorted(variables.keys() ^ code.variables.keys()):
            yield _at(path, f"var.{name}")
        for name, declared in variables.items():
            placed = code.variables.get(name)
            default = placed.block.attributes.get("default") if placed else None
            if default is not None and self._is_other(default, declared.default):
                yield _at(path, f"var.{name}")
        for name in sorted(outputs.keys() ^ code.outputs.keys()):
            yield _at(path, f"output.{name}")
        for name, output in outputs.items():
            placed = code.outputs.get(name)
            written = placed.block.attributes.get("value") if placed else None
            if written is not None and self._differs(written, output.expression):
                yield _at(path, f"output.{name}")

    # ------------------------------------------------------------------------------ expressions

    def _repeats(self, block: Block, planned: Mapping[str, Any]) -> bool:
        for name, expression in planned.items():
            written = block.attributes.get(name)
            if written is None and expression is not None:
                return True
            # A function of constants, `toset(["a"])`, leaves no trace in a plan
            if written is not None and self._differs(written, expression or {}):
                return True
        return False

    def _arguments(self, block: Block, planned: Mapping[str, Any], but: tuple[str, ...]) -> bool:
        """Whether the arguments of a block, or of the blocks in it, are others than the plan's."""
        written = {name: each for name, each in block.attributes.items() if name not in but}
        for name, each in written.items():
            expression = planned.get(name)
            if expression is None and self._reads(each):
                return True
            if expression is not None and self._differs(each, expression):
                return True
        nested: dict[str, list[Block]] = {}
        for inner in block.blocks:
            if inner.type not in _NO_ARGUMENTS:
                nested.setdefault(inner.type, []).append(inner)
        for name, blocks in nested.items():
            found = planned.get(name)
            listed = found if isinstance(found, list) else [found]
            if len(listed) != len(blocks):
                return True
            for inner, below in zip(blocks, listed, strict=True):
                if not isinstance(below, dict) or self._arguments(inner, below, ()):
                    return True
        known = written.keys() | nested.keys() | set(_NO_ARGUMENTS)
        return any(name not in known and references_of(each) for name, each in planned.items())

    def _differs(self, written: Written, planned: Any) -> bool:
        expression = self._expressions.of(written)
        # What cannot be read is not evaluated, either. JSON writes blocks as attributes
        if self._read(expression) != _planned(_all_references(planned)):
            return not _is_opaque(expression)
        if not isinstance(planned, dict) or "constant_value" not in planned:
            return False
        return self._is_other(written, planned["constant_value"])

    def _is_other(self, written: Written, value: Any) -> bool:
        """Whether a literal is written there that is another than a value."""
        expression = self._expressions.constant(written)
        if not isinstance(expression, Literal) or isinstance(value, list | dict):
            return False
        return _text(expression.value) != _text(value)

    def _reads(self, written: Written) -> bool:
        return bool(self._read(self._expressions.of(written)))

    def _read(self, expression: Expression) -> _Read:
        found = (_names(each) for each in reads(expression))
        return frozenset(each for each in found if each)


def _all_references(planned: Any) -> tuple[str, ...]:
    """The references of an expression, or of all in the blocks that stand there."""
    if isinstance(planned, list):
        return tuple(name for each in planned for name in _all_references(each))
    if isinstance(planned, dict) and not {"references", "constant_value"} & planned.keys():
        return tuple(name for each in planned.values() for name in _all_references(each))
    return references_of(planned)


def _directory(root: ModuleCode, code: ModuleCode, path: ModulePath, call: Block) -> str | None:
    beside = root.planned(path) or local_source(code.path, call)
    return beside or root.installed(".".join(path), call)


def _at(path: ModulePath, what: str) -> str:
    return ".".join((*(f"module.{name}" for name in path), what))


def _names(traversal: Expression) -> tuple[str, ...]:
    """The block that a traversal reads; nothing of one that reads no block."""
    steps: list[str] = []
    node = traversal
    while isinstance(node, Attribute | Index):
        if isinstance(node, Attribute):
            steps.append(node.name)
        node = node.of
    if not isinstance(node, Word):
        return ()
    return _short((node.name, *reversed(steps)))


def _short(steps: tuple[str, ...]) -> tuple[str, ...]:
    length = 3 if steps[0] in ("data", "ephemeral") else 2
    return steps[:length] if len(steps) >= length else ()


def _planned(references: tuple[str, ...]) -> _Read:
    """What the references of a plan name: `data.aws_ami.x.id` and its shorter forms are one thing."""
    found = (
        _short(tuple(step for step in parse(each) if isinstance(step, str) and type(step) is str))
        for each in references
        if parse(each)
    )
    return frozenset(each for each in found if each)


def _is_opaque(expression: Any) -> bool:
    """Whether something in an expression is not read."""
    if isinstance(expression, Opaque):
        return True
    if isinstance(expression, tuple):
        return any(map(_is_opaque, expression))
    fields = getattr(expression, "__struct_fields__", ())
    return any(_is_opaque(getattr(expression, name)) for name in fields)


def _text(value: Any) -> str:
    return _TEXTS[value] if isinstance(value, bool) else str(value)
