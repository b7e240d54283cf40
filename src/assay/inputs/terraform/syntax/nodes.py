"""Turns the nodes of tree-sitter's trees into expressions."""

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from assay.inputs.terraform.syntax import expressions as form
from assay.inputs.terraform.syntax import templates
from assay.inputs.terraform.syntax.certainty import (
    UnsureError,
    require_apart,
    require_whole_keywords,
    words,
)
from assay.inputs.terraform.syntax.expressions import Expression, Literal, Opaque, Variable
from assay.inputs.terraform.syntax.templates import Texts
from assay.inputs.terraform.syntax.texts import (
    WORDS,
    composed,
    heredoc_body,
    joined,
    number,
    reads,
    signed,
    without_quotes,
)

if TYPE_CHECKING:
    from assay.inputs.terraform.syntax.parsing import Node

_DEEPEST = 90
"""The deepest nesting. The strict grammar has at most three nodes per form, and stops at 300."""
_NAME = re.compile(r"[^\W\d][\w-]*")
_FUNCTION = re.compile(rf"{_NAME.pattern}(?:::{_NAME.pattern})*")
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+(?:[eE][+-]?[0-9]{1,9})?|[eE][+-]?[0-9]{1,9})?")
_LEGACY = re.compile(r"\.[ \t]*([0-9]+)")
_SPLAT = re.compile(r"\[\s*\*\s*\]")
_RESERVED = re.compile(r"(?:true|false|null|for|in|if|for_each|else|endif|endfor)(?![\w-])")
_OPERATORS = frozenset({"+", "-", "*", "/", "%", "==", "!=", "<", ">", "<=", ">=", "&&", "||"})
_STEPS = frozenset({"get_attr", "index", "splat"})


class Walk:
    """Reads the nodes of one tree; `depth` counts what surrounds a node."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def expression(self, node: "Node", depth: int = 0) -> Expression:
        """The expression of a node. Raises `UnsureError`."""
        nodes = words(node)
        if nodes[0].type == "conditional":
            return self.conditional(nodes[0], depth)
        return self.term(nodes, depth)

    def conditional(self, node: "Node", depth: int) -> Expression:
        """In the tree, `a ? b : c ? d : e` looks like `(a ? b : c) ? d : e` without brackets."""
        outermost_first = []
        while node.type == "conditional":
            test, _, yes, _, no = words(node)
            outermost_first.append((yes, no))
            node = words(test)[0]
        depth += len(outermost_first)
        _require_shallow(depth)
        found = self.expression(outermost_first[0][1], depth)
        for (yes, _), (_, inner) in pairwise(outermost_first):
            found = form.Conditional(
                self.expression(inner, depth), self.expression(yes, depth), found
            )
        innermost = outermost_first[-1][0]
        return form.Conditional(
            self.expression(test, depth), self.expression(innermost, depth), found
        )

    def term(self, nodes: list["Node"], depth: int) -> Expression:
        """A term and the steps after it, which are siblings in the tree."""
        _require_shallow(depth)
        node, *steps = nodes
        if node.type == "(":
            inner, _, *steps = steps
            found = self.expression(inner, depth + 1)
        else:
            while node.type in _WRAPPERS:
                node = node.children[0]
            found = _FORMS[node.type](self, node, depth + 1)
        return self.path(found, list(_flat(steps)), depth) if steps else found

    def path(self, of: Expression, steps: list["Node"], depth: int) -> Expression:
        _require_shallow(depth + len(steps))
        for at, step in enumerate(steps, 1):
            match step.type:
                case "get_attr":
                    of = form.Attribute(of, self.name(step.children[-1]))
                case "legacy_index":
                    of = form.Index(of, number(self.matched(step, _LEGACY)[1]))
                case "new_index" if not _SPLAT.fullmatch(self.text(step)):
                    of = form.Index(of, self.expression(words(step)[1], depth + at))
                case ".*":
                    own = at  # an index applies to the result of the splat
                    while own < len(steps) and steps[own].type in ("get_attr", "legacy_index"):
                        own += 1
                    of = form.Splat(of, self.path(form.Item(), steps[at:own], depth + at))
                    return self.path(of, steps[own:], depth + own)
                case _:
                    return form.Splat(of, self.path(form.Item(), steps[at:], depth + at))
        return of

    def text(self, node: "Node") -> str:
        return self.data[node.start_byte : node.end_byte].decode()

    def matched(self, node: "Node", pattern: re.Pattern[str]) -> re.Match[str]:
        found = pattern.fullmatch(self.text(node))
        if found is None:
            raise UnsureError
        return found

    def name(self, node: "Node") -> str:
        return self.matched(node, _NAME)[0]

    def word(self, node: "Node", _: int) -> Expression:
        return WORDS[self.text(node)]

    def number(self, node: "Node", _: int) -> Expression:
        return number(self.matched(node, _NUMBER)[0])

    def variable(self, node: "Node", _: int) -> Expression:
        return Variable(self.name(node))

    def call(self, node: "Node", depth: int) -> Expression:
        function, _, *arguments, _ = words(node)
        name = self.matched(function, _FUNCTION)[0]
        listed = words(arguments[0]) if arguments else []
        expands = bool(listed) and listed[-1].type == "ellipsis"
        return form.Call(name, self.expressions(listed, depth), expands)

    def tuple_of(self, node: "Node", depth: int) -> Expression:
        return form.TupleOf(self.expressions(node.children, depth))

    def expressions(self, nodes: list["Node"], depth: int) -> tuple[Expression, ...]:
        return tuple([self.expression(each, depth) for each in nodes if each.type == "expression"])

    def object_of(self, node: "Node", depth: int) -> Expression:
        require_apart(node)
        items = []
        for each in node.children:
            if each.type == "object_elem":
                key, _, value = words(each)
                items.append((self.key(key, depth + 1), self.expression(value, depth)))
        return form.ObjectOf(tuple(items))

    def key(self, node: "Node", depth: int) -> Expression:
        """A plain word stands for itself; a traversal would need brackets."""
        nodes = words(node)
        word = nodes[0]
        while word.type in _WRAPPERS:
            word = word.children[0]
        if not nodes[1:] and word.type in ("variable_expr", "bool_lit", "null_lit"):
            return Literal(self.name(word))
        if _RESERVED.match(self.text(node)):
            raise UnsureError  # the word may be the key, and the text after it an error
        found = self.expression(node, depth)
        return Opaque((found,)) if nodes[-1].type in _STEPS else found

    def tuple_loop(self, node: "Node", depth: int) -> Expression:
        _, intro, body, *conditions, _ = words(node)
        key, value, of = self.intro(intro, depth)
        test = self.test(conditions, depth)
        return form.ForTuple(key, value, of, self.expression(body, depth), test)

    def object_loop(self, node: "Node", depth: int) -> Expression:
        _, intro, name, _, body, *rest, _ = words(node)
        key, value, of = self.intro(intro, depth)
        grouped = bool(rest) and rest[0].type == "ellipsis"
        test = self.test(rest[grouped:], depth)
        to, body_ = self.expression(name, depth), self.expression(body, depth)
        return form.ForObject(key, value, of, to, body_, test, grouped)

    def intro(self, node: "Node", depth: int) -> tuple[str | None, str, Expression]:
        nodes = words(node)
        require_whole_keywords(nodes, self.data)
        *keys, value = [self.name(each) for each in nodes if each.type == "identifier"]
        (of,) = self.expressions(nodes, depth)
        return keys[0] if keys else None, value, of

    def test(self, conditions: list["Node"], depth: int) -> Expression | None:
        for each in conditions:
            nodes = words(each)
            require_whole_keywords(nodes, self.data)
            return self.expression(nodes[1], depth)
        return None

    def unary(self, node: "Node", depth: int) -> Expression:
        operator, *operand = words(node)
        return signed(operator.type, self.term(operand, depth))

    def binary(self, node: "Node", depth: int) -> Expression:
        nodes = words(node)
        (at,) = (at for at, each in enumerate(nodes) if each.type in _OPERATORS)
        left, right = self.term(nodes[:at], depth), self.term(nodes[at + 1 :], depth)
        return form.Binary(nodes[at].type, left, right)

    def string(self, node: "Node", depth: int) -> Expression:
        start, end = node.start_byte + 1, node.end_byte - 1
        nodes = node.children[1:-1]
        return joined(self.parts(nodes, start, end, templates.quoted(self.data), depth))

    def heredoc(self, node: "Node", depth: int) -> Expression:
        here, nodes = templates.heredoc(node, self.data), node.children[2:-1]
        texts = templates.bare(self.data, here.end)
        said = joined(self.parts(nodes, here.start, here.end, texts, depth))
        if not isinstance(said, Literal):
            return Opaque(tuple(reads(said)))
        if all(each.type == "template_literal" for each in nodes):
            return composed(without_quotes(heredoc_body(here.text)))
        if here.text.startswith("<<-"):
            raise UnsureError  # the margin depends on the lines as they are written
        return said

    def parts(
        self, nodes: Iterable["Node"], start: int, end: int, texts: Texts, depth: int = 0
    ) -> list[Expression]:
        """The texts of a template and the sequences between them."""
        found: list[Expression] = []
        for node in templates.sequences(nodes):
            found += texts.between(start, node.start_byte)
            found.append(self.sequence(node, texts, depth))
            start = node.end_byte
        return found + texts.between(start, end)

    def sequence(self, node: "Node", texts: Texts, depth: int) -> Expression:
        """A value, or a directive, which counts only for what it reads."""
        nodes = words(node)
        if node.type == "template_for":
            first, *inner, last = nodes
            said = self.parts(inner, first.end_byte, last.start_byte, texts, depth + 1)
            return Opaque((form.ForTuple(*self.intro(first, depth), form.TupleOf(tuple(said))),))
        require_whole_keywords(nodes, self.data)
        found = self.expressions(nodes, depth)
        if node.type != "template_interpolation":
            return Opaque(found)
        (value,) = found
        return Opaque(found) if any(each.type == "strip_marker" for each in nodes) else value


def _require_shallow(depth: int) -> None:
    if depth > _DEEPEST:
        raise UnsureError


def _flat(steps: list["Node"]) -> Iterator["Node"]:
    """The steps after a term. Steps after a splat are inside its node, up to the next splat."""
    for step in steps:
        if step.type == "splat":
            yield from _flat(words(step.children[0]))
        else:
            yield step.children[0] if step.type == "index" else step


_WRAPPERS = frozenset(
    {"literal_value", "collection_value", "template_expr", "for_expr", "operation"}
)
"""Nodes with a single child that add nothing to it."""
_FORMS: dict[str, Callable[[Walk, "Node", int], Expression]] = {
    "numeric_lit": Walk.number,
    "bool_lit": Walk.word,
    "null_lit": Walk.word,
    "string_lit": Walk.string,
    "quoted_template": Walk.string,
    "heredoc_template": Walk.heredoc,
    "tuple": Walk.tuple_of,
    "object": Walk.object_of,
    "for_tuple_expr": Walk.tuple_loop,
    "for_object_expr": Walk.object_loop,
    "variable_expr": Walk.variable,
    "function_call": Walk.call,
    "unary_operation": Walk.unary,
    "binary_operation": Walk.binary,
}
"""How each kind of term is read."""
