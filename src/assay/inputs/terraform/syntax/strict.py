"""Reads expressions and files with the strict grammar: python-hcl2's, corrected to match HCL.

Building it takes more than a second, so it is used only for what `tree.py` cannot decide.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import cache, reduce
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from assay.errors import InputError
from assay.inputs.terraform.syntax import expressions as form
from assay.inputs.terraform.syntax.expressions import Expression, Literal, Opaque, Variable
from assay.inputs.terraform.syntax.texts import (
    WORDS,
    HclSyntaxError,
    composed,
    heredoc_body,
    joined,
    number,
    plain_template,
    reads,
    signed,
    unescaped,
)

DEEPEST = 300  # levels of a tree; code that walks the result has a limit too

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
"""Replacements for the grammar's own definitions; `_PARTS` is used both with and without quotes."""


def expression(text: str) -> Expression:
    """An expression in native syntax."""
    return _read(_parsed(f"{text}\n", "whole"))


def template(text: str) -> Expression:
    """A template without quotes, where a backslash escapes nothing."""
    return _read(_parsed(text, "bare"))


def syntax_error(text: str) -> tuple[int, int, str] | None:
    """Line, column and kind of the first error in a whole file; None if it has no error."""
    try:
        _parsed(text.removeprefix("\ufeff") + "\n", "start")
    except HclSyntaxError as error:
        return error.line, error.column, error.reason
    return None


def _parsed(text: str, start: str) -> Any:
    from lark.exceptions import UnexpectedInput

    try:
        return _grammar().parse(text, start=start)
    except UnexpectedInput as error:
        ended = getattr(error, "token", None) == ""
        why = "this ends too early" if ended else "this is not allowed here"
        raise HclSyntaxError(why, max(error.line, 1), max(error.column, 1)) from None
    except RecursionError:
        raise _too_deep() from None


def _read(tree: Any) -> Expression:
    try:
        found: Expression = _part(tree)
    except RecursionError:
        raise _too_deep() from None
    return found


def _too_deep() -> HclSyntaxError:
    return HclSyntaxError("this is nested too deeply")


def _part(node: Any, depth: int = 0) -> Any:
    """What a node of the tree represents: an expression, a part of one, or nothing."""
    if depth > DEEPEST:
        raise RecursionError
    if hasattr(node, "type"):
        return _FORMS[node.type]([], [node]) if node.type in _FORMS else None
    if node.data.startswith("heredoc"):
        return _heredoc(heredoc_body(str(node.children[0])))
    parts = [_part(each, depth + 1) for each in node.children]
    return _FORMS[node.data]([part for part in parts if part is not None], node.children)


def _heredoc(body: str) -> Expression:
    with suppress(HclSyntaxError):
        found = plain_template(body) or template(body)
        return found if isinstance(found, Literal) else Opaque(tuple(reads(found)))
    return Opaque()


_FORMS: dict[str, Callable[[list[Any], list[Any]], Any]] = {
    "QUOTED_CHARS": lambda _, words: composed(unescaped(words[0])),
    "BARE_CHARS": lambda _, words: composed(str(words[0])),
    "ESCAPED_INTERPOLATION": lambda *_: Literal("${"),
    "ESCAPED_DIRECTIVE": lambda *_: Literal("%{"),
    "new_line_or_comment": lambda *_: None,
    "inner": lambda parts, _: parts[0],
    "identifier": lambda _, words: Variable(str(words[0])),
    "literal_value": lambda _, words: WORDS[words[0]],
    "number": lambda _, words: number(words[0]),
    "string": lambda parts, _: joined(parts),
    "interpolation": lambda parts, words: Opaque((parts[0],)) if "~" in words else parts[0],
    "directive": lambda parts, _: Opaque(tuple(parts)),
    "loop": lambda p, _: Opaque((form.ForTuple(*(*p[0], form.TupleOf(tuple(p[1:])))),)),
    "unary_op": lambda parts, words: signed(str(words[0]), parts[0]),
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
    "short_index": lambda _, words: lambda of: form.Index(of, number(words[1])),
    "braces_index": lambda parts, _: lambda of: form.Index(of, parts[0]),
    "splat": lambda p, _: lambda of: form.Splat(of, reduce(lambda it, to: to(it), p, form.Item())),
    "path": lambda parts, _: parts[1](parts[0]),
}
"""Reads each kind of node from its parts and words; a step is a function of what it starts from."""


@cache
def _grammar() -> Any:
    """Built once per process. Raises `InputError` if python-hcl2 is not as expected."""
    try:
        from lark.exceptions import LarkError
    except ImportError as error:
        raise _not_there(error) from error
    try:
        return _built()
    except (AttributeError, ImportError, LarkError, OSError) as error:
        raise _not_there(error) from error


def _not_there(error: Exception) -> InputError:
    return InputError(
        f"the grammar of Terraform code cannot be loaded ({type(error).__name__})",
        hint="is bc-python-hcl2 installed over python-hcl2? run assay doctor to find out",
    )


def _built() -> Any:
    import hcl2
    import lark

    text = Path(hcl2.__file__).with_name("hcl2.lark").read_text(encoding="utf-8")
    for name in re.findall(r"^[?!]?([%\w]+)", _MENDED, re.MULTILINE):
        text = re.sub(rf"^[?!]?{name}\b.*\n(?: +\|.*\n)*", "", text, flags=re.MULTILINE)
    return lark.Lark(
        text + _MENDED + _PARTS + _PARTS.replace("quoted_", "bare_").replace("QUOTED_", "BARE_"),
        start=["start", "whole", "bare"],
        parser="lalr",
        postlex=SimpleNamespace(process=_seen, always_accept=("NL_OR_COMMENT",)),
    )


def _seen(tokens: Iterable[Any]) -> Iterator[Any]:
    """Drop the line ends that HCL does not see: those within brackets and in comments."""
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
