"""Turns the text of expressions into expressions, each text once."""

from collections.abc import Callable

import msgspec

from assay.inputs.terraform.syntax import hcl
from assay.inputs.terraform.syntax.blocks import Written
from assay.inputs.terraform.syntax.expressions import Expression, Literal, Opaque
from assay.inputs.terraform.syntax.texts import HclSyntaxError


class Expressions:
    """The expressions of one run."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, bool], Expression] = {}

    def of(self, written: Written) -> Expression:
        """What an attribute says; `Opaque` where its text cannot be read."""
        key = (written.text, written.json)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._read(written)
        return found

    def constant(self, written: Written) -> Expression:
        """What a values file, or a variable's default, says: in JSON its strings are just strings."""
        return _of_json(written, Literal) if written.json else self.of(written)

    def type(self, written: Written) -> Expression:
        """A type constraint, which JSON has as a string."""
        text = _quoted(written.text) if written.json else written.text
        return self.of(Written(text, written.line))

    def _read(self, written: Written) -> Expression:
        if written.json:
            return _of_json(written, self.template)
        try:
            return hcl.expression(written.text)
        except HclSyntaxError:
            return Opaque()

    def template(self, text: str) -> Expression:
        """A template without quotes, as in JSON and in files; `Opaque` where it cannot be read."""
        try:
            return hcl.template(text)
        except HclSyntaxError:
            return Opaque()


def _of_json(written: Written, template: Callable[[str], Expression]) -> Expression:
    """What few have: their module is not loaded for the others."""
    from assay.inputs.terraform.syntax.json_syntax import json_expression

    return json_expression(written.text, template)


def _quoted(text: str) -> str:
    try:
        return msgspec.json.decode(text, type=str)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""
