"""The text of a Terraform expression, taken apart into the forms of `code/expressions.py`.

The grammar is python-hcl2's, mended where it is not HCL's. `plain` does without it.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from decimal import Decimal
from functools import reduce
from itertools import groupby
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unicodedata import normalize

from assay.inputs.terraform.syntax import expressions as form
from assay.inputs.terraform.syntax.expressions import Expression, Literal, Opaque, Variable
from assay.kept import Kept

LIMIT = 1_000_000  # characters of an expression
DEEPEST = 300  # nodes of a tree below each other; who walks through the result has a limit too
_WORDS = {"true": Literal(True), "false": Literal(False), "null": Literal(None)}
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
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
_ESCAPE = re.compile(r"\\(u.{4}|U.{8}|.)")

_MENDED = r"""
%ignore /(?:[ \t]|\r(?=\n))+/  // theirs passes over a return in a string
NAME : /[^\W\d][\w-]*/  // theirs knows the letters of English alone
INT_LITERAL : /[0-9]+/  // theirs begin with a minus, and take `-12` in `{a = b -12}` for the next key
FLOAT_LITERAL : /[0-9]+(?:\.[0-9]+(?:[eE][+-]?[0-9]{1,9})?|[eE][+-]?[0-9]{1,9})/
HEREDOC_TEMPLATE : /<<(?P<a>[^\W\d][\w-]*)\r?\n(?:[^\n]*\n)*?[^\S\n]*(?P=a)[^\S\n]*\n/  // theirs take as long as blank lines squared
HEREDOC_TEMPLATE_TRIM : /<<-(?P<b>[^\W\d][\w-]*)\r?\n(?:[^\n]*\n)*?[^\S\n]*(?P=b)[^\S\n]*\n/
ESCAPED_INTERPOLATION.2 : /\$\$\{/  // theirs take all up to the next `}`, even one in another string
ESCAPED_DIRECTIVE.2 : /%%\{/
QUOTED_CHARS.1 : /(?:[^"\\\r\n$%]|\\(?:[nrt"\\]|u(?![dD][89a-fA-F])[0-9a-fA-F]{4}|U(?!0000[dD][89a-fA-F])00(?:0[0-9a-fA-F]|10)[0-9a-fA-F]{4})|\$(?!\$?\{)|%(?!%?\{))+/
BARE_CHARS.1 : /(?:[^$%]|\$(?!\$?\{)|%(?!%?\{))+/
string : DBLQUOTE quoted_part* DBLQUOTE
bare : bare_part* -> string
whole : expression new_line_or_comment? -> inner
!unary_op : (MINUS | NOT) unary_expr  // theirs has no `--a`
function_call : identifier (COLONS identifier)* LPAR arguments RPAR  // theirs has no `core::max(a, b)`
arguments : (expression (COMMA expression)* (COMMA | ELLIPSIS)?)?
full_splat : /\[\s*\*\s*\]/ (get_attr | index | attr_splat | full_splat)* -> splat
attr_splat : ATTR_SPLAT (get_attr | short_index)* -> splat  // an index is of what comes out
?expr_term : LPAR expression RPAR -> inner | identifier | literal_value | INT_LITERAL -> number | FLOAT_LITERAL -> number | string | heredoc_template | heredoc_template_trim | tuple | object | for_tuple_expr | for_object_expr | function_call | expr_term (get_attr | index | attr_splat | full_splat) -> path
object_elem_key.2 : (NAME | TRUE | FALSE | NULL | IN | FOR | IF | FOR_EACH | ELSE | ENDIF | ENDFOR) -> word | expression
"""
_PARTS = r"""
?quoted_part : QUOTED_CHARS | ESCAPED_INTERPOLATION | ESCAPED_DIRECTIVE | quoted_interpolation | quoted_directive | quoted_loop
quoted_interpolation : INTERP_START STRIP_MARKER? expression STRIP_MARKER? RBRACE -> interpolation
quoted_directive : DIRECTIVE_START STRIP_MARKER? (IF expression | ELSE | ENDIF) STRIP_MARKER? RBRACE -> directive
quoted_loop : quoted_opening quoted_part* DIRECTIVE_START STRIP_MARKER? ENDFOR STRIP_MARKER? RBRACE -> loop
quoted_opening : DIRECTIVE_START STRIP_MARKER? FOR identifier (COMMA identifier)? IN expression STRIP_MARKER? RBRACE -> for_intro
"""
"""What stands in the grammar instead of its own definitions; this both with quotes and without."""


class HclSyntaxError(Exception):
    """A text that is not HCL, and where: lines and columns begin with 1. It quotes nothing."""

    def __init__(self, reason: str, line: int = 1, column: int = 1) -> None:
        super().__init__(f"line {line}, column {column}: {reason}")
        self.reason, self.line, self.column = reason, line, column


class ExpressionReader:
    """Reads expressions. The grammar is loaded when one needs it, and kept in `grammar_cache`."""

    def __init__(self, grammar_cache: Path | None) -> None:
        self._cache = grammar_cache
        self._lark: Any = None

    def read(self, text: str) -> Expression:
        """An expression in native syntax."""
        return plain(text) or self._parsed(f"{text}\n", "whole")

    def read_template(self, text: str) -> Expression:
        """A string of JSON syntax: a template without quotes, where no backslash escapes."""
        return _pieces(text) if _BARE.fullmatch(text) else self._parsed(text, "bare")

    def syntax_error(self, text: str) -> tuple[int, int, str] | None:
        """Line, column and kind of the first error in a whole file; None where there is none."""
        try:
            self._parsed(text.removeprefix("\ufeff") + "\n", "start")
        except HclSyntaxError as error:
            return error.line, error.column, error.reason
        return None

    def _parsed(self, text: str, start: str) -> Any:
        from lark.exceptions import UnexpectedInput

        if len(text) > LIMIT and start != "start":
            raise HclSyntaxError("this is too long")
        self._lark = self._lark or _grammar(self._cache)
        try:
            tree = self._lark.parse(text, start=start)
            return None if start == "start" else self._read(tree)
        except UnexpectedInput as error:
            ended = getattr(error, "token", None) == ""
            why = "this ends too early" if ended else "this cannot stand here"
            raise HclSyntaxError(why, max(error.line, 1), max(error.column, 1)) from None
        except RecursionError:
            raise HclSyntaxError("this is nested too deep") from None

    def _read(self, node: Any, depth: int = 0) -> Any:
        """What a node of the tree stands for: an expression, or a part of one, or nothing."""
        if depth > DEEPEST:
            raise RecursionError
        if hasattr(node, "type"):
            return _FORMS[node.type]([], [node]) if node.type in _FORMS else None
        if node.data.startswith("heredoc"):
            with suppress(HclSyntaxError):
                found = self.read_template(_body(str(node.children[0])))
                return found if isinstance(found, Literal) else Opaque(tuple(_reads(found)))
            return Opaque()
        parts = [self._read(each, depth + 1) for each in node.children]
        return _FORMS[node.data]([part for part in parts if part is not None], node.children)


_FORMS: dict[str, Callable[[list[Any], list[Any]], Any]] = {
    "QUOTED_CHARS": lambda _, words: _text(
        _ESCAPE.sub(lambda c: _ESCAPES.get(c[1]) or chr(int(c[1][1:], 16)), words[0])
    ),
    "BARE_CHARS": lambda _, words: _text(str(words[0])),
    "ESCAPED_INTERPOLATION": lambda *_: Literal("${"),
    "ESCAPED_DIRECTIVE": lambda *_: Literal("%{"),
    "new_line_or_comment": lambda *_: None,
    "inner": lambda parts, _: parts[0],
    "identifier": lambda _, words: Variable(str(words[0])),
    "literal_value": lambda _, words: _WORDS[words[0]],
    "number": lambda _, words: _number(words[0]),
    "string": lambda parts, _: _joined(parts),
    "interpolation": lambda parts, words: Opaque((parts[0],)) if "~" in words else parts[0],
    "directive": lambda parts, _: Opaque(tuple(parts)),
    "loop": lambda p, _: Opaque((form.ForTuple(*(*p[0], form.TupleOf(tuple(p[1:])))),)),
    "unary_op": lambda parts, words: _signed(str(words[0]), parts[0]),
    "binary_operator": lambda _, words: str(words[0]),
    "binary_term": lambda parts, _: parts,
    "binary_op": lambda parts, _: form.Binary(parts[1][0], parts[0], parts[1][1]),
    "conditional": lambda parts, _: form.Conditional(*parts),
    "tuple": lambda parts, _: form.TupleOf(tuple(parts)),
    "object": lambda parts, _: form.ObjectOf(tuple(parts)),
    "object_elem": lambda parts, _: tuple(parts),
    "object_elem_key": lambda p, nodes: Opaque((p[0],)) if nodes[0].data == "path" else p[0],
    "word": lambda _, words: Literal(str(words[0])),
    "arguments": lambda parts, words: (tuple(parts), "..." in words),
    "function_call": lambda p, _: form.Call("::".join(each.name for each in p[:-1]), *p[-1]),
    "for_intro": lambda p, _: (p[0].name if p[2:] else None, p[-2].name, p[-1]),
    "for_cond": lambda parts, _: parts[0],
    "for_tuple_expr": lambda parts, _: form.ForTuple(*parts[0], *parts[1:]),
    "for_object_expr": lambda p, words: form.ForObject(*p[0], *p[1:], grouped="..." in words),  # type: ignore[misc]
    "get_attr": lambda _, nodes: lambda of: form.Attribute(of, str(nodes[1].children[0])),
    "short_index": lambda _, words: lambda of: form.Index(of, _number(words[1])),
    "braces_index": lambda parts, _: lambda of: form.Index(of, parts[0]),
    "splat": lambda p, _: lambda of: form.Splat(of, reduce(lambda it, to: to(it), p, form.Item())),
    "path": lambda parts, _: parts[1](parts[0]),
}
"""What a node stands for, by what its parts do and by its words; a step, by what it starts from."""


def plain(text: str) -> Expression | None:
    """What is read without the grammar: words, numbers, traversals, and strings of these."""
    if _TRAVERSAL.fullmatch(text):
        return _traversal(text)
    if _QUOTED.fullmatch(text):
        return _pieces(text[1:-1])
    return Literal(int(text)) if re.fullmatch(r"0|-?[1-9][0-9]{0,17}", text) else _WORDS.get(text)


def _signed(sign: str, of: Any) -> Expression:
    if sign == "-" and isinstance(of, Literal) and type(of.value) in (int, float) and of.value:
        return Literal(-of.value)  # type: ignore[operator]
    return form.Unary(sign, of)


def _number(text: str) -> Literal | Opaque:
    """Whole numbers of 64 bits, and others that a float holds as they are written."""
    exact = Decimal(text)
    if exact >= 2**63:
        return Opaque()
    value = int(exact) if exact == exact.to_integral_value() else float(text)
    return Literal(value) if exact == Decimal(str(value)) else Opaque()


def _text(text: str) -> Literal:
    """A string as Terraform keeps it: composed, and without halves of characters."""
    return Literal(
        text if text.isascii() else normalize("NFC", re.sub("[\ud800-\udfff]", "\ufffd", text))
    )


def _body(text: str) -> str:
    """Of a heredoc. The `-` takes away what space all lines begin with, but for blank ones."""
    opening, *lines, _ = text.split("\n")[:-1]
    spaces = [len(line) - len(line.lstrip(_SPACES)) for line in lines if line.strip(_SPACES)]
    margin = min(spaces, default=0) if opening.startswith("<<-") else 0
    return "".join(f"{line[margin:] if line.strip(_SPACES) else line}\n" for line in lines)


def _pieces(text: str) -> Expression:
    pieces = _INTERPOLATION.split(text)
    pieces[::2] = (each.replace("$${", "${").replace("%%{", "%{") for each in pieces[::2])
    return _joined([(_text, _traversal)[i % 2](each) for i, each in enumerate(pieces) if each])


def _traversal(text: str) -> Expression:
    (root, _, _), *steps = _STEP.findall(text)
    found: Expression = Variable(root)
    for name, index, key in steps:
        if name:
            found = form.Attribute(found, name)
        else:
            found = form.Index(found, Literal(int(index)) if index else _text(key))
    return found


def _joined(parts: list[Any]) -> Expression:
    """A template: a part that is alone stays what it is, texts beside each other become one."""
    joined: list[Any] = []
    for kind, run in groupby(
        parts or [Literal("")], lambda p: type(p) is Literal and type(p.value)
    ):
        joined += [_text("".join(each.value for each in run))] if kind is str else run  # noqa: B031
    if any(isinstance(each, Opaque) for each in joined):
        return Opaque(tuple(_reads(tuple(joined))))
    alone: Expression = joined[0]
    return form.Template(tuple(p for p in joined if p != Literal(""))) if joined[1:] else alone


def _reads(found: Any, bound: frozenset[Any] = frozenset()) -> Iterator[Expression]:
    """The plain traversals in something, but for those that start from a name given by a `for`."""
    root = found
    while isinstance(root, form.Attribute | form.Index):
        root = root.of if isinstance(getattr(root, "key", Literal("")), Literal) else None
    if isinstance(root, Variable):
        yield from () if root.name in bound else (found,)
    elif isinstance(found, tuple):
        for each in found:
            yield from _reads(each, bound)
    else:
        inner = bound | {getattr(found, "key", None), getattr(found, "value", None)}
        for name in getattr(found, "__struct_fields__", ()):
            yield from _reads(getattr(found, name), bound if name == "of" else inner)


def _grammar(directory: Path | None) -> Any:
    import hcl2.version
    import lark

    text = Path(hcl2.__file__).with_name("hcl2.lark").read_text(encoding="utf-8")
    # A pickle, which runs when it is read.
    kept = Kept(directory).file(f"hcl2-{hcl2.version.version}-{lark.__version__}")
    for name in re.findall(r"^[?!]?([%\w]+)", _MENDED, re.MULTILINE):
        text = re.sub(rf"^[?!]?{name}\b.*\n(?: +\|.*\n)*", "", text, flags=re.MULTILINE)
    return lark.Lark(
        text + _MENDED + _PARTS + _PARTS.replace("quoted_", "bare_").replace("QUOTED_", "BARE_"),
        start=["start", "whole", "bare"],
        parser="lalr",
        postlex=SimpleNamespace(process=_seen, always_accept=("NL_OR_COMMENT",)),
        cache=str(kept) if kept else False,
    )


def _seen(tokens: Iterable[Any]) -> Iterator[Any]:
    """Without the ends of lines that HCL does not see: within brackets, and in comments."""
    opened, last = ["LBRACE"], ""
    for token in tokens:
        kind = token.type
        if kind == "NL_OR_COMMENT":
            if opened[-1] in ("LBRACE", "DBLQUOTE") and not token.startswith("/*"):
                yield token
            continue
        if kind in ("RPAR", "RSQB", "RBRACE") or kind == opened[-1] == "DBLQUOTE":
            opened.pop()
        elif kind in ("LPAR", "LSQB", "LBRACE", "DBLQUOTE", "INTERP_START", "DIRECTIVE_START"):
            opened.append(kind)
        elif kind == "FOR" and last == "LBRACE":
            opened[-1] = kind
        last = kind
        yield token
