"""Decides whether some code is what was planned, by comparing it with the plan's `configuration`.

A plan lists blocks, modules, variables and outputs, and what each expression reads; it contains
nothing about locals and dynamic blocks. Everything that it does contain must agree, or the code is
not used.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from assay.inputs.plan.document.document import (
    ConfigResource,
    Configuration,
    Module,
    ProviderConfig,
)
from assay.inputs.terraform.joined.same_expressions import is_another, is_other_value
from assay.inputs.terraform.language.conversions import AnyType, read_constraint
from assay.inputs.terraform.project.modules import CodeReader, ModuleCode
from assay.inputs.terraform.syntax.blocks import Block, Written, plain_text
from assay.inputs.terraform.syntax.reading import Expressions
from assay.model.addresses import ModulePath

_OF_RESOURCES = ("count", "for_each", "provider", "depends_on")
_OF_CALLS = ("count", "for_each", "providers", "depends_on", "source", "version")
_OF_PROVIDERS = ("alias", "for_each", "version")
_NO_ARGUMENTS = ("lifecycle", "provisioner", "connection", "dynamic", "timeouts")


class Agreement:
    """Compares the modules of some code with the configuration of a plan."""

    def __init__(self, reader: CodeReader, expressions: Expressions) -> None:
        self._reader = reader
        self._expressions = expressions

    def differs(self, root: ModuleCode, configuration: Configuration) -> str | None:
        """The first thing in which the code differs from the plan; None if everything agrees."""
        planned = configuration.root_module or Module()
        providers = configuration.provider_config or {}
        return next(self._module((), root, planned, root, providers), None)

    def _providers(
        self, path: ModulePath, code: ModuleCode, planned: Mapping[str, ProviderConfig]
    ) -> Iterator[str]:
        """Compare a module's provider blocks. A plan also has an empty one if Terraform adds it."""
        of_module = ".".join(f"module.{name}" for name in path)
        start = f"{of_module}:" if of_module else ""
        own = {
            key.removeprefix(start): each.expressions or {}
            for key, each in planned.items()
            if key.rpartition(":")[0] == of_module
        }
        written: set[str] = set()
        for placed in code.providers:
            alias = plain_text(placed.block.attributes.get("alias"))
            name = placed.block.labels[0] + (f".{alias}" if alias else "")
            written.add(name)
            if "for_each" in placed.block.attributes:
                continue
            if name not in own or self._arguments(placed.block, own[name], but=_OF_PROVIDERS):
                yield _at(path, f"provider {name}")
        for name in sorted(name for name, each in own.items() if each and name not in written):
            yield _at(path, f"provider {name}")

    def _module(
        self,
        path: ModulePath,
        code: ModuleCode,
        planned: Module,
        root: ModuleCode,
        providers: Mapping[str, ProviderConfig],
    ) -> Iterator[str]:
        yield from self._providers(path, code, providers)
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
            if wrong or self._arguments(placed.block, call.expressions or {}, but=_OF_CALLS):
                yield _at(path, f"module.{name}")
            inside = (*path, name)
            directory = root.called(code, inside, placed.block)
            if directory is None:
                yield _at(path, f"module.{name}, whose code is missing")
            else:
                found = self._reader.directory(directory)
                yield from self._module(inside, found, call.module or Module(), root, providers)

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
        return self._arguments(block, planned.expressions or {}, but=_OF_RESOURCES)

    def _declared(self, path: ModulePath, code: ModuleCode, planned: Module) -> Iterator[str]:
        variables, outputs = planned.variables or {}, planned.outputs or {}
        # Terraform omits the section for variables or outputs if a module has none
        for name in sorted(variables.keys() ^ code.variables.keys()):
            yield _at(path, f"var.{name}")
        for name, declared in variables.items():
            placed = code.variables.get(name)
            if self._defaults_differ(placed.block if placed else None, declared.default):
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
            # A function of constants, `toset(["a"])`, does not appear in a plan
            if written is not None and self._differs(written, expression or {}):
                return True
        return False

    def _arguments(self, block: Block, planned: Mapping[str, Any], but: tuple[str, ...]) -> bool:
        """Whether the arguments of a block, or of its nested blocks, differ from the plan's."""
        written = {name: each for name, each in block.attributes.items() if name not in but}
        for name, each in written.items():
            if name not in planned or self._differs(each, planned[name]):
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
        return not planned.keys() <= {*written, *nested, *_NO_ARGUMENTS}

    def _differs(self, written: Written, planned: Any) -> bool:
        return is_another(self._expressions.of(written), planned, in_json=written.json)

    def _defaults_differ(self, block: Block | None, planned: Any) -> bool:
        """Compare a variable's default, which a plan has converted to the variable's type."""
        default = block.attributes.get("default") if block else None
        if block is None or default is None:
            return planned is not None
        kind = block.attributes.get("type")
        type_of = read_constraint(self._expressions.type(kind)) if kind else AnyType()
        return is_other_value(self._expressions.constant(default), type_of, planned)


def _at(path: ModulePath, what: str) -> str:
    return ".".join((*(f"module.{name}" for name in path), what))
