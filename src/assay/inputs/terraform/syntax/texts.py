"""HCL's words, numbers, strings and templates: all readers of expressions build them this way.

`plain` is one of these readers; it needs no grammar.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import groupby
from typing import Any
from unicodedata import normalize

from assay.inputs.terraform.syntax import expressions as form
from assay.inputs.terraform.syntax.expressions import Expression, Literal, Opaque, Variable

WORDS = {"true": Literal(True), "false": Literal(False), "null": Literal(None)}
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\", "$${": "${", "%%{": "%{"}
_SPACES = "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
_NAME = r"[A-Za-z_][A-Za-z0-9_-]*"
_PLACE = r'\[[0-9]{1,18}\]|\["[^"\\\r\n$%]*"\]'
_PATH = rf"(?!(?:true|false|null)\b){_NAME}(?:\.{_NAME}|{_PLACE}){{0,64}}"
_SPECIAL = rf"\$\$\{{|%%\{{|\$(?!\$?\{{)|%(?!%?\{{)|\$\{{ *{_PATH} *\}}"
_TRAVERSAL = re.compile(_PATH)
_STEP = re.compile(rf'(?:^|\.)({_NAME})|\[([0-9]+)\]|\["([^"]*)"\]')
_INTERPOLATION = re.compile(rf"(?<!\$)\$\{{ *({_PATH}) *\}}")
_QUOTED = re.compile(rf'"(?:[^"\\\r\n$%]++|{_SPECIAL})*+"')
_BARE = re.compile(rf"(?:[^$%]++|{_SPECIAL})*+")
_ESCAPE = re.compile(r"\\(u.{4}|U.{8}|.)|(\$\$\{|%%\{)")


class HclSyntaxError(Exception):
    """A text is not HCL. Gives the position (lines and columns count from 1); it quotes nothing."""

    def __init__(self, reason: str, line: int = 1, column: int = 1) -> None:
        super().__init__(f"line {line}, column {column}: {reason}")
        self.reason, self.line, self.column = reason, line, column


def plain(text: str) -> Expression | None:
    """What can be read without a grammar: words, numbers, traversals, and strings made of these."""
    if _TRAVERSAL.fullmatch(text):
        return _traversal(text)
    if _QUOTED.fullmatch(text):
        return _pieces(text[1:-1])
    return Literal(int(text)) if re.fullmatch(r"0|-?[1-9][0-9]{0,17}", text) else WORDS.get(text)


def plain_template(text: str) -> Expression | None:
    """The same for a template without quotes."""
    return _pieces(text) if _BARE.fullmatch(text) else None


def _pieces(text: str) -> Expression:
    pieces = _INTERPOLATION.split(text)
    pieces[::2] = map(without_quotes, pieces[::2])
    return joined([(composed, _traversal)[i % 2](each) for i, each in enumerate(pieces) if each])


def _traversal(text: str) -> Expression:
    (root, _, _), *steps = _STEP.findall(text)
    found: Expression = Variable(root)
    for name, index, key in steps:
        if name:
            found = form.Attribute(found, name)
        else:
            found = form.Index(found, Literal(int(index)) if index else composed(key))
    return found


def composed(text: str) -> Literal:
    """A string as Terraform stores it: normalised to NFC and without unpaired surrogates."""
    return Literal(
        text if text.isascii() else normalize("NFC", re.sub("[\ud800-\udfff]", "\ufffd", text))
    )


def without_quotes(text: str) -> str:
    """The meaning of a text without quotes, in which only `$${` and `%%{` are escapes."""
    return text.replace("$${", "${").replace("%%{", "%{")


def unescaped(text: str) -> str:
    """The meaning of a quoted text."""
    return _ESCAPE.sub(lambda c: _ESCAPES.get(c[1] or c[2]) or chr(int(c[1][1:], 16)), text)


def signed(sign: str, of: Any) -> Expression:
    """`-1` is a literal number, `-a` is an operation."""
    if sign == "-" and isinstance(of, Literal) and type(of.value) in (int, float) and of.value:
        return Literal(-of.value)  # type: ignore[operator]
    return form.Unary(sign, of)


def number(text: str) -> Literal | Opaque:
    """A 64-bit whole number, or another number that a float represents exactly as written."""
    exact = Decimal(text)
    if exact >= 2**63:
        return Opaque()
    value = int(exact) if exact == exact.to_integral_value() else float(text)
    return Literal(value) if exact == Decimal(str(value)) else Opaque()


def heredoc_body(text: str) -> str:
    """The body of a whole heredoc. `<<-` removes the indentation that all non-blank lines share."""
    opening, *lines, _ = text.split("\n")[:-1]
    spaces = [len(line) - len(line.lstrip(_SPACES)) for line in lines if line.strip(_SPACES)]
    margin = min(spaces, default=0) if opening.startswith("<<-") else 0
    return "".join(f"{line[margin:] if line.strip(_SPACES) else line}\n" for line in lines)


def joined(parts: list[Any]) -> Expression:
    """A template: a single part remains itself, adjacent texts become one."""
    pieces: list[Any] = []
    for kind, run in groupby(
        parts or [Literal("")], lambda p: type(p) is Literal and type(p.value)
    ):
        pieces += [composed("".join(each.value for each in run))] if kind is str else run  # noqa: B031
    if any(isinstance(each, Opaque) for each in pieces):
        return Opaque(tuple(reads(tuple(pieces))))
    alone: Expression = pieces[0]
    return form.Template(tuple(p for p in pieces if p != Literal(""))) if pieces[1:] else alone


def reads(found: Any, bound: frozenset[Any] = frozenset()) -> Iterator[Expression]:
    """The plain traversals in an expression, except those that start from a `for` name."""
    root = found
    while isinstance(root, form.Attribute | form.Index):
        root = root.of if isinstance(getattr(root, "key", Literal("")), Literal) else None
    if isinstance(root, Variable):
        yield from () if root.name in bound else (found,)
    elif isinstance(found, tuple):
        for each in found:
            yield from reads(each, bound)
    else:
        inner = bound | {getattr(found, "key", None), getattr(found, "value", None)}
        for name in getattr(found, "__struct_fields__", ()):
            yield from reads(getattr(found, name), bound if name == "of" else inner)
