"""Finds the literal an attribute's image comes from: in the attribute, or where its names lead.

Only an image that is a single literal, possibly behind names, has one: `ami = var.ami`, an argument
of a module call, a local, a value in a tfvars file, a default. An image that is computed, looked up
or chosen by a key has none.
Fact: HashiCorp, "Input Variables", "Variable Definition Precedence".
"""

import re
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from assay.inputs.terraform.as_plan.lines import Locator
from assay.inputs.terraform.project.modules import CodeReader, ModuleCode, local_source
from assay.inputs.terraform.project.paths import value_files
from assay.inputs.terraform.syntax.blocks import Block, Written, plain_text
from assay.model.addresses import block_address, module_path

_NAME = re.compile(r'(?:"\$\{\s*)?(var|local)\.([\w-]+)(?:\s*\}")?')


class Literal(NamedTuple):
    """A literal id."""

    file: str
    line: int
    """The line of the attribute, local or value."""
    text: str
    """The expression as written."""
    json: bool


class NoLiteral(NamedTuple):
    """Why there is no literal that could be rewritten."""

    why: str


class _Level(NamedTuple):
    """A module on the way to the attribute, and the call that leads into it; None for the root."""

    code: ModuleCode
    call: Block | None
    file: str
    ours: bool


class Literals:
    """Finds literals in the code below one root directory."""

    def __init__(
        self, reader: CodeReader, root: str, var_files: Iterable[str], environment: Collection[str]
    ) -> None:
        """`environment` contains the variables that are set by the environment."""
        self._reader = reader
        self._root = reader.directory(root)
        self._locator = Locator(reader, root)
        self._values = (*value_files(self._root.path), *var_files)
        self._environment = environment

    def of(self, address: str, attribute: str, id: str) -> Literal | NoLiteral:
        """The literal that sets the attribute of a resource to the image `id`."""
        levels = self._levels(address)
        placed = self._locator.written(address, attribute, id)
        if levels is None or placed is None:
            return NoLiteral("it is not written in the code that is here")
        return self._follow(*placed, levels, id)

    def _follow(
        self, file: str, written: Written, levels: Sequence[_Level], id: str
    ) -> Literal | NoLiteral:
        for _ in range(100):  # names may form a cycle
            if not all(each.ours for each in levels):
                return NoLiteral("it is in a module from elsewhere")
            if plain_text(written) == id:
                return Literal(file, written.line, written.text, written.json)
            named = _NAME.fullmatch(_text(written))
            if named is None:
                break
            found = self._named(named[1], named[2], levels)
            if isinstance(found, NoLiteral):
                return found
            file, written, levels = found
        return NoLiteral("it is computed, not a literal")

    def _named(
        self, kind: str, name: str, levels: Sequence[_Level]
    ) -> tuple[str, Written, Sequence[_Level]] | NoLiteral:
        """What a name refers to, with its file and the modules around it."""
        here = levels[-1]
        if kind == "local":
            local = here.code.locals.get(name)
            return (
                (local.file, local.written, levels)
                if local
                else NoLiteral(f"there is no local.{name}")
            )
        if here.call is not None and name in here.call.attributes:
            passed = here.call.attributes[name]
            return passed.file or here.file, passed, levels[:-1]
        if here.call is None:
            if name in self._environment:
                return NoLiteral(f"it comes from the environment: TF_VAR_{name}")
            for path in reversed(self._values):
                given = self._reader.file(path).code.attributes.get(name)
                if given is not None:
                    return path, given, levels
        variable = here.code.variables.get(name)
        default = variable and variable.block.attributes.get("default")
        if variable is None or default is None:
            return NoLiteral(f"nothing gives var.{name} a value")
        return default.file or variable.file, default, levels

    def _levels(self, address: str) -> list[_Level] | None:
        """The root and each module on the path of the address; None if one is missing."""
        code, path = self._root, module_path(block_address(address).module)
        levels = [_Level(code, None, "", ours=True)]
        for depth, name in enumerate(path, start=1):
            placed = code.calls.get(name)
            directory = placed and self._root.called(code, tuple(path[:depth]), placed.block)
            if placed is None or directory is None:
                return None
            ours = local_source(code.path, placed.block) is not None
            code = self._reader.directory(directory)
            levels.append(_Level(code, placed.block, placed.file, ours))
        return levels


def _text(written: Written) -> str:
    text = written.text.strip()
    while text.startswith("(") and text.endswith(")"):
        text = text[1:-1].strip()
    return text
