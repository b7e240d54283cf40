"""Parses the text of expressions, each text only once."""

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
        """The expression of an attribute; `Opaque` if its text cannot be read."""
        key = (written.text, written.json)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._read(written)
        return found

    def constant(self, written: Written) -> Expression:
        """An expression in a values file or a default, where JSON strings are not templates."""
        return _of_json(written, Literal) if written.json else self.of(written)

    def type(self, written: Written) -> Expression:
        """A type constraint, which is a string in JSON."""
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
        """A template without quotes, as in JSON and in files; `Opaque` if it cannot be read."""
        try:
            return hcl.template(text)
        except HclSyntaxError:
            return Opaque()


def _of_json(written: Written, template: Callable[[str], Expression]) -> Expression:
    """JSON files are rare, so their module is loaded only when it is needed."""
    from assay.inputs.terraform.syntax.json_syntax import json_expression

    return json_expression(written.text, template)


def _quoted(text: str) -> str:
    try:
        return msgspec.json.decode(text, type=str)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""
