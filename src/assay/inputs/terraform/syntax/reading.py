"""Turns the text of expressions into expressions, each text once, and keeps what took long."""

import hashlib
from pathlib import Path

import msgspec

from assay.errors import InputError
from assay.inputs.terraform.syntax.blocks import Written
from assay.inputs.terraform.syntax.expressions import Expression, Literal, Opaque
from assay.inputs.terraform.syntax.hcl import ExpressionReader, HclSyntaxError, plain
from assay.inputs.terraform.syntax.json_syntax import json_expression
from assay.kept import Kept

_FORMAT = "1"
"""Changes whenever expressions change their shape, or texts their meaning."""


class Expressions:
    """The expressions of one run; those of one root module are kept for the next."""

    def __init__(self, kept: Kept, grammar: Path | None) -> None:
        self._kept = kept
        self._reader = ExpressionReader(grammar)
        self._known: dict[tuple[str, bool], Expression] = {}
        self._learnt: dict[str, Expression] = {}
        self._used: dict[str, Expression] = {}
        self._decoder = msgspec.msgpack.Decoder(dict[str, Expression])

    def of(self, written: Written) -> Expression:
        """What an attribute says; `Opaque` where its text cannot be read."""
        key = (written.text, written.json)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._read(written)
        return found

    def constant(self, written: Written) -> Expression:
        """What a values file, or a variable's default, says: in JSON its strings are just strings."""
        return json_expression(written.text, Literal) if written.json else self.of(written)

    def type(self, written: Written) -> Expression:
        """A type constraint, which JSON has as a string."""
        text = _quoted(written.text) if written.json else written.text
        return self.of(Written(text, written.line))

    def _read(self, written: Written) -> Expression:
        if written.json:
            return json_expression(written.text, self.template)
        found = plain(written.text)
        if found is None:
            found = self._learnt.get(written.text)
            if found is None:
                found = self._parsed(written.text)
            self._used[written.text] = found
        return found

    def _parsed(self, text: str) -> Expression:
        from lark.exceptions import LarkError

        try:
            return self._reader.read(text)
        except HclSyntaxError:
            return Opaque()
        except (AttributeError, ImportError, LarkError, OSError) as error:
            raise InputError(
                f"the grammar of Terraform code cannot be loaded ({type(error).__name__})",
                hint="is bc-python-hcl2 installed over python-hcl2? assay doctor says more",
            ) from error

    def template(self, text: str) -> Expression:
        """A template without quotes, as in JSON and in files; `Opaque` where it cannot be read."""
        try:
            return self._reader.read_template(text)
        except HclSyntaxError:
            return Opaque()

    def syntax_error(self, text: str) -> tuple[int, int, str] | None:
        """Line, column and reason of the first syntax error in a file, if the grammar finds one."""
        return self._reader.syntax_error(text)

    def load(self, root: str) -> None:
        """Take up what the last run kept for a root module."""
        self._used = {}
        kept = self._kept.read(_name(root))
        try:
            self._learnt = self._decoder.decode(kept) if kept else {}
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            self._learnt = {}

    def keep(self, root: str) -> None:
        """Keep what this run needed for a root module, if anything of it is new."""
        if self._used.keys() - self._learnt.keys():
            self._kept.write(_name(root), msgspec.msgpack.encode(self._used))


def _quoted(text: str) -> str:
    try:
        return msgspec.json.decode(text, type=str)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""


def _name(root: str) -> str:
    where = hashlib.sha256(str(Path(root).resolve()).encode()).hexdigest()
    return f"{_FORMAT}-expressions-{where[:32]}"
