"""The values given to a root module's variables.

Fact: HashiCorp, "Input Variables", "Variable Definition Precedence": the environment, then
terraform.tfvars, terraform.tfvars.json, *.auto.tfvars in the order of their names, then -var-file.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from assay.digests import sha256
from assay.errors import InputError
from assay.inputs.terraform.language.evaluate import evaluate
from assay.inputs.terraform.language.functions.table import call
from assay.inputs.terraform.language.marks import bare
from assay.inputs.terraform.project.files import ReadFile
from assay.inputs.terraform.project.modules import CodeReader, ModuleCode
from assay.inputs.terraform.project.paths import value_files
from assay.inputs.terraform.syntax.blocks import Written
from assay.inputs.terraform.syntax.expressions import FailedError, HclValue, UnknownValue
from assay.inputs.terraform.syntax.reading import Expressions

_LITERAL = ("string", "number", "bool", "")
"""Types whose values in the environment are the text itself; for others, an expression."""


class Given(NamedTuple):
    """The values, the files that they come from, and the environment variables."""

    values: dict[str, HclValue]
    files: list[ReadFile]
    environment: dict[str, str]
    """The environment variables that the root module declares."""

    @property
    def sha256(self) -> str | None:
        """One digest of all values, by file or variable; None if there are none."""
        if not self.files and not self.environment:
            return None
        files = sorted(f"{file.digest} {file.path.rpartition('/')[2]}" for file in self.files)
        written = msgspec.json.encode([files, sorted(self.environment.items())])
        return sha256(written)

    @property
    def broken(self) -> list[InputError]:
        """Why files could not be read."""
        return [file.broken for file in self.files if file.broken]


class _NoNames:
    """No names: values files contain constants."""

    def lookup(self, name: str) -> HclValue:
        raise FailedError(f"{name} is not supported here")

    def member(self, name: str, attribute: str) -> HclValue:
        raise FailedError(f"{name}.{attribute} is not supported here")

    def is_text(self, variable: str) -> bool:
        raise FailedError(f"var.{variable} is not supported here")

    def call(self, name: str, arguments: Sequence[HclValue]) -> HclValue:
        return call(name, arguments)

    def settle(self, value: UnknownValue) -> HclValue:
        return value


def root_values(
    reader: CodeReader,
    expressions: Expressions,
    code: ModuleCode,
    var_files: Iterable[str],
    environment: Mapping[str, str],
) -> Given:
    """The values of a root module's variables; later sources override earlier ones."""
    values: dict[str, HclValue] = {
        name: _value(expressions, _from_environment(code, name, text))
        for name, text in environment.items()
    }
    files = [reader.file(path) for path in (*value_files(code.path), *var_files)]
    for file in files:
        for name, written in file.code.attributes.items():
            values[name] = _value(expressions, written)
    return Given(
        values, files, {each: environment[each] for each in environment if each in code.variables}
    )


def _from_environment(code: ModuleCode, name: str, text: str) -> Written | str:
    placed = code.variables.get(name)
    kind = placed.block.attributes.get("type") if placed else None
    literal = (kind.text.strip().strip('"') if kind else "") in _LITERAL
    return text if literal else Written(text, 0)


def _value(expressions: Expressions, written: Written | str) -> HclValue:
    if isinstance(written, str):
        return written
    try:
        return bare(evaluate(expressions.constant(written), _NoNames()))
    except (FailedError, RecursionError):
        return UnknownValue()
