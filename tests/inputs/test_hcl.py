"""What the text of an expression says.

Every value and every refusal of the tables was tried with Terraform 1.11.4 (`console`, and files
for what needs several lines); the forms are those of the HCL Native Syntax Specification.
"""

import math
import re
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from assay.inputs.terraform.syntax import hcl, strict, tree
from assay.inputs.terraform.syntax.expressions import (
    Attribute,
    Binary,
    Call,
    Conditional,
    Expression,
    ForObject,
    ForTuple,
    Index,
    Item,
    Literal,
    ObjectOf,
    Opaque,
    Splat,
    Template,
    TupleOf,
    Unary,
    Variable,
)
from assay.inputs.terraform.syntax.hcl import LIMIT
from assay.inputs.terraform.syntax.strict import DEEPEST
from assay.inputs.terraform.syntax.texts import HclSyntaxError, plain, plain_template
from tests.inputs.refereed import agreed

A, B, C, M, X = (Variable(name) for name in "abcmx")


def dotted(path: str) -> Expression:
    root, *names = path.split(".")
    found: Expression = Variable(root)
    for name in names:
        found = Attribute(found, name)
    return found


def error(text: str) -> HclSyntaxError:
    with pytest.raises(HclSyntaxError) as caught:
        hcl.expression(text)
    return caught.value


# ------------------------------------------------------------------------------------------ forms

FORMS: dict[str, Expression] = {
    # words and numbers
    "true": Literal(True),
    "false": Literal(False),
    "null": Literal(None),
    "0": Literal(0),
    "42": Literal(42),
    "-1": Literal(-1),
    "- 1": Literal(-1),
    "-12": Literal(-12),
    "--1": Literal(1),
    "-0": Unary("-", Literal(0)),
    "007": Literal(7),
    "1.5": Literal(1.5),
    "1.50": Literal(1.5),
    "-1.5": Literal(-1.5),
    "0.1": Literal(0.1),
    "5.0": Literal(5),
    "1e3": Literal(1000),
    "1E+3": Literal(1000),
    "1.5e1": Literal(15),
    "1e-3": Literal(0.001),
    "9223372036854775807": Literal(2**63 - 1),
    "9223372036854775808": Opaque(),
    "-9223372036854775807": Literal(1 - 2**63),
    "-9223372036854775808": Unary("-", Opaque()),
    "9223372036854775807.0": Literal(2**63 - 1),
    "9007199254740993.0": Literal(2**53 + 1),
    "1e400": Opaque(),
    "1e-400": Opaque(),
    "1e999999999": Opaque(),
    "0e999999999": Literal(0),
    "0.12345678901234567890123": Opaque(),
    "1" * 5000: Opaque(),
    "0" * 5000 + "1": Literal(1),
    # traversals
    "var": Variable("var"),
    "var.region": dotted("var.region"),
    "data.aws_ami.x.id": dotted("data.aws_ami.x.id"),
    "a-b.c_d-e": Attribute(Variable("a-b"), "c_d-e"),
    "a.for.in.if": dotted("a.for.in.if"),
    "a.true.null": dotted("a.true.null"),
    "in": Variable("in"),
    "trueish": Variable("trueish"),
    "null_resource.x": dotted("null_resource.x"),
    "é.ñ": Attribute(Variable("é"), "ñ"),
    "a[0]": Index(A, Literal(0)),
    "a[-1]": Index(A, Literal(-1)),
    'a["k"].b': Attribute(Index(A, Literal("k")), "b"),
    'a[""]': Index(A, Literal("")),
    'a["${b}"]': Index(A, B),
    'a["x-${b}"]': Index(A, Template((Literal("x-"), B))),
    "a[b.c][0]": Index(Index(A, dotted("b.c")), Literal(0)),
    "a [ 0 ] . b": Attribute(Index(A, Literal(0)), "b"),
    "a.0": Index(A, Literal(0)),
    "a.0.b": Attribute(Index(A, Literal(0)), "b"),
    "a.10.b.2": Index(Attribute(Index(A, Literal(10)), "b"), Literal(2)),
    "a.0.1": Index(Index(A, Literal(0)), Literal(1)),  # Terraform refuses this
    "f(x).y": Attribute(Call("f", (X,)), "y"),
    "(a).b": dotted("a.b"),
    "[a][0]": Index(TupleOf((A,)), Literal(0)),
    '{ "a" = 1 }.a': Attribute(ObjectOf(((Literal("a"), Literal(1)),)), "a"),
    # splats
    "a[*]": Splat(A, Item()),
    "a.*": Splat(A, Item()),
    "a[*].b": Splat(A, Attribute(Item(), "b")),
    "a.*.b": Splat(A, Attribute(Item(), "b")),
    "a[*].b[0].c": Splat(A, Attribute(Index(Attribute(Item(), "b"), Literal(0)), "c")),
    "a.*.b[0].c": Attribute(Index(Splat(A, Attribute(Item(), "b")), Literal(0)), "c"),
    "a.*.b.0.c": Splat(A, Attribute(Index(Attribute(Item(), "b"), Literal(0)), "c")),
    "a.*[0]": Index(Splat(A, Item()), Literal(0)),
    "a[*][0]": Splat(A, Index(Item(), Literal(0))),
    'a[*]["k"]': Splat(A, Index(Item(), Literal("k"))),
    "a[*].b[*].c": Splat(A, Splat(Attribute(Item(), "b"), Attribute(Item(), "c"))),
    "a[*].b.*.c": Splat(A, Splat(Attribute(Item(), "b"), Attribute(Item(), "c"))),
    "a[*].b.*.c[0]": Splat(
        A, Index(Splat(Attribute(Item(), "b"), Attribute(Item(), "c")), Literal(0))
    ),
    "a.*.b[*].c": Splat(Splat(A, Attribute(Item(), "b")), Attribute(Item(), "c")),
    "(a[*].b)[0]": Index(Splat(A, Attribute(Item(), "b")), Literal(0)),
    "a[*].b[c[*].x]": Splat(A, Index(Attribute(Item(), "b"), Splat(C, Attribute(Item(), "x")))),
    "aws_instance.x[*].id": Splat(dotted("aws_instance.x"), Attribute(Item(), "id")),
    # calls
    "f()": Call("f", ()),
    "f(a)": Call("f", (A,)),
    "f( a , b , )": Call("f", (A, B)),
    "f(a, b...)": Call("f", (A, B), expands=True),
    "provider::aws::arn_parse(x)": Call("provider::aws::arn_parse", (X,)),
    "core::max(1, 2)": Call("core::max", (Literal(1), Literal(2))),
    'lookup(local.amis, var.region, "ami-1")': Call(
        "lookup", (dotted("local.amis"), dotted("var.region"), Literal("ami-1"))
    ),
    # operators
    "!a": Unary("!", A),
    "!!a": Unary("!", Unary("!", A)),
    "-a": Unary("-", A),
    "-a.b[0]": Unary("-", Index(dotted("a.b"), Literal(0))),
    "-true": Unary("-", Literal(True)),
    "(-1)": Literal(-1),
    "a-1": Variable("a-1"),
    "a -1": Binary("-", A, Literal(1)),
    "a - -1": Binary("-", A, Literal(-1)),
    "5-3": Binary("-", Literal(5), Literal(3)),
    "5 -12": Binary("-", Literal(5), Literal(12)),
    "!a == b": Binary("==", Unary("!", A), B),
    "-a * b": Binary("*", Unary("-", A), B),
    "a + b * c": Binary("+", A, Binary("*", B, C)),
    "(a + b) * c": Binary("*", Binary("+", A, B), C),
    "a - b - c": Binary("-", Binary("-", A, B), C),
    "a / b % c": Binary("%", Binary("/", A, B), C),
    "a || b && c": Binary("||", A, Binary("&&", B, C)),
    "a && b || c": Binary("||", Binary("&&", A, B), C),
    "a < b == c": Binary("==", Binary("<", A, B), C),
    "a != b && b >= c": Binary("&&", Binary("!=", A, B), Binary(">=", B, C)),
    "a <= b": Binary("<=", A, B),
    "a > b": Binary(">", A, B),
    "a ? b : c": Conditional(A, B, C),
    "a?b:c": Conditional(A, B, C),
    "a == b ? b : c": Conditional(Binary("==", A, B), B, C),
    "a ? b : c ? m : x": Conditional(A, B, Conditional(C, M, X)),
    "a ? b ? 1 : 2 : 3": Conditional(A, Conditional(B, Literal(1), Literal(2)), Literal(3)),
    "a ? b : f(c)[0]": Conditional(A, B, Index(Call("f", (C,)), Literal(0))),
    # collections
    "[]": TupleOf(()),
    "[ ]": TupleOf(()),
    "[a]": TupleOf((A,)),
    "[a, [b],]": TupleOf((A, TupleOf((B,)))),
    "{}": ObjectOf(()),
    "{ a = b }": ObjectOf(((Literal("a"), B),)),
    "{ a : b, c = m, }": ObjectOf(((Literal("a"), B), (Literal("c"), M))),
    '{ "a" = 1, "b-${c}" = 2, "${c}" = 3 }': ObjectOf(
        (
            (Literal("a"), Literal(1)),
            (Template((Literal("b-"), C)), Literal(2)),
            (C, Literal(3)),
        )
    ),
    "{ (a) = 1, (a.b) = 2, (f(a)) = 3 }": ObjectOf(
        ((A, Literal(1)), (dotted("a.b"), Literal(2)), (Call("f", (A,)), Literal(3)))
    ),
    "{ true = 1, null = 2, in = 3, if = 4, for_each = 5, else = 6 }": ObjectOf(
        tuple(
            (Literal(word), Literal(number))
            for number, word in enumerate(("true", "null", "in", "if", "for_each", "else"), 1)
        )
    ),
    "{ a = 1, for = 2 }": ObjectOf(((Literal("a"), Literal(1)), (Literal("for"), Literal(2)))),
    "{ 1 = 2, f(a) = 3 }": ObjectOf(((Literal(1), Literal(2)), (Call("f", (A,)), Literal(3)))),
    "{ a.b = 1 }": ObjectOf(((Opaque((dotted("a.b"),)), Literal(1)),)),
    "{ a[0] = 1 }": ObjectOf(((Opaque((Index(A, Literal(0)),)), Literal(1)),)),
    "{ a = b -12 }": ObjectOf(((Literal("a"), Binary("-", B, Literal(12))),)),
    "{ a = b ? 1 : 2, c : m }": ObjectOf(
        ((Literal("a"), Conditional(B, Literal(1), Literal(2))), (Literal("c"), M))
    ),
    # for
    "[for x in m : x]": ForTuple(None, "x", M, X),
    "[for k, v in m : v.id if v.on]": ForTuple(
        "k", "v", M, Attribute(Variable("v"), "id"), Attribute(Variable("v"), "on")
    ),
    "{for k, v in m : k => v}": ForObject("k", "v", M, Variable("k"), Variable("v")),
    "{for x in m : x.a => x.b... if x.c}": ForObject(
        None,
        "x",
        M,
        Attribute(X, "a"),
        Attribute(X, "b"),
        Attribute(X, "c"),
        grouped=True,
    ),
    "[for x in [for a in m : a.b] : {(x) = x}]": ForTuple(
        None, "x", ForTuple(None, "a", M, Attribute(A, "b")), ObjectOf(((X, X),))
    ),
}


@pytest.mark.parametrize("text", FORMS)
def test_every_form_is_read(text: str) -> None:
    assert hcl.expression(text) == FORMS[text]
    assert strict.expression(text) == FORMS[text]
    assert hcl.expression(f"({text})") == FORMS[text]
    assert hcl.template(f"${{{text}}}") == FORMS[text]


def test_what_is_read_is_plain_data() -> None:
    """It goes into a file and comes out the same: nothing of the grammar clings to it."""
    found = {text: hcl.expression(text) for text in FORMS}
    again = msgspec.msgpack.decode(msgspec.msgpack.encode(found), type=dict[str, Expression])
    assert again == found

    def words(value: Any) -> None:
        if isinstance(value, msgspec.Struct):
            for field in value.__struct_fields__:
                words(getattr(value, field))
        elif isinstance(value, tuple):
            for each in value:
                words(each)
        else:
            assert type(value) in (str, int, float, bool, type(None))

    for each in found.values():
        words(each)


# ---------------------------------------------------------------------------------------- strings

STRINGS = {
    '""': "",
    '"ami-0123"': "ami-0123",
    '"a b\tc"': "a b\tc",
    r'"\n\r\t\"\\"': '\n\r\t"\\',
    r'"\u00e9\U0001F600\u0041"': "é\U0001f600A",
    r'"\\n"': r"\n",
    r'"\\${"': None,
    '"e\u0301"': "é",
    r'"e\u0301"': "é",
    '"$"': "$",
    '"a$"': "a$",
    '"$$"': "$$",
    '"%%"': "%%",
    '"50%"': "50%",
    '"$${"': "${",
    '"$${a}"': "${a}",
    '"$$${a}"': "$${a}",
    '"$$$${a}"': "$$${a}",
    '"$$$$${a}"': "$$$${a}",
    '"%%{if a}"': "%{if a}",
    '"%%%{a}"': "%%{a}",
    '"%$${a}"': "%${a}",
    '"$%%{a}"': "$%{a}",
    '"$${~a}"': "${~a}",
    r'"$${ \" x"': '${ " x',
    '"}"': "}",
    '"# no /* comment */ // here"': "# no /* comment */ // here",
    '"${"a"}"': "a",
    '"${"a"}b${"c"}"': "abc",
    '"${"}"}"': "}",
    '"${"${"a"}"}"': "a",
    '"${"\\"a\\""}"': '"a"',
    '"${""}"': "",
    '"${""}${""}"': "",
    '"${\n"a"\n}"': "a",
    '"${ # }"\n"a"}"': "a",
    '"${/* } */ "a"}"': "a",
}


@pytest.mark.parametrize(("text", "value"), [(t, v) for t, v in STRINGS.items() if v is not None])
def test_strings_are_what_terraform_makes_of_them(text: str, value: str) -> None:
    assert hcl.expression(text) == strict.expression(text) == Literal(value)


def test_two_strings_with_escapes_stay_two() -> None:
    """python-hcl2 takes the first for one that goes on to the brace of the second."""
    assert hcl.expression('["$${", "${var.x}"]') == TupleOf((Literal("${"), dotted("var.x")))
    assert hcl.expression('["%%{", "${var.x}"]') == TupleOf((Literal("%{"), dotted("var.x")))
    assert hcl.expression('"$${a${var.x}"') == Template((Literal("${a"), dotted("var.x")))


TEMPLATES: dict[str, Expression] = {
    "${a}": A,
    "${ a }": A,
    "${a.b[0]}": Index(dotted("a.b"), Literal(0)),
    '${a["k"]}': Index(A, Literal("k")),
    "${1}": Literal(1),
    "${true}": Literal(True),
    "${null}": Literal(None),
    "x-${a}": Template((Literal("x-"), A)),
    "${a}-x": Template((A, Literal("-x"))),
    "${a}${b}": Template((A, B)),
    "${a}-${b}": Template((A, Literal("-"), B)),
    "a${1}": Template((Literal("a"), Literal(1))),
    '${a}${""}': Template((A,)),
    'x${"y"}${a}': Template((Literal("xy"), A)),
    " ${a} ": Template((Literal(" "), A, Literal(" "))),
    "$${a}${b}": Template((Literal("${a}"), B)),
    "$$${a}${b}": Template((Literal("$${a}"), B)),
    "%%{a}${b}": Template((Literal("%{a}"), B)),
    "%${a}": Template((Literal("%"), A)),
    "${f(a)}": Call("f", (A,)),
    '${f("}")}': Call("f", (Literal("}"),)),
    "${ { a = b } }": ObjectOf(((Literal("a"), B),)),
    "${[for x in m : x]}": ForTuple(None, "x", M, X),
    '${"x-${a}"}': Template((Literal("x-"), A)),
    "${~ a ~}": Opaque((A,)),
    "x ${~ a}": Opaque((A,)),
    "x ${a ~} y ${b}": Opaque((A, B)),
}


@pytest.mark.parametrize("inside", TEMPLATES)
def test_templates(inside: str) -> None:
    """The same in quotes and in JSON, but for a quote in a sequence: there, JSON has undone it."""
    assert hcl.expression(f'"{inside}"') == TEMPLATES[inside]
    assert strict.expression(f'"{inside}"') == TEMPLATES[inside]
    assert hcl.template(inside) == TEMPLATES[inside]
    assert strict.template(inside) == TEMPLATES[inside]


DIRECTIVES: dict[str, tuple[Expression, ...]] = {
    "%{if a}x%{endif}": (A,),
    "%{ if a.b == c[0] }x%{ else }${m}%{ endif }": (dotted("a.b"), Index(C, Literal(0)), M),
    "%{~ if a ~}x%{~ else ~}y%{~ endif ~}": (A,),
    "%{for x in m}${x.id}${x}%{endfor}": (M,),
    "%{for k, x in m.n}${k}=${x}, ${a}%{endfor}": (dotted("m.n"), A),
    "%{for x in x.m}${x}${[for a in a.b : a]}%{endfor}": (dotted("x.m"), dotted("a.b")),
    "%{for x in m}%{for a in x}${a}${x}${b}%{endfor}${a}%{endfor}${x}": (M, B, A, X),
    "${a} %{if true}${f(b, [for x in c : x.y])}%{endif}": (A, B, C),
    "%{if a[b.c].d}%{endif}": (A, dotted("b.c")),
    "%{if a[*].b == c}%{endif}": (A, C),
    "%{if {for k, v in m : k => v if v == a}}%{endif}": (M, A),
    "%{if true}x%{endif}": (),
}


@pytest.mark.parametrize("inside", DIRECTIVES)
def test_of_directives_stays_what_they_read(inside: str) -> None:
    assert hcl.expression(f'"{inside}"') == Opaque(DIRECTIVES[inside])
    assert hcl.template(inside) == Opaque(DIRECTIVES[inside])
    assert hcl.template(f"{inside}\n") == Opaque(DIRECTIVES[inside])
    assert hcl.expression(f"<<E\n{inside}\nE") == Opaque(DIRECTIVES[inside])
    assert hcl.expression(f'f("{inside}")') == Call("f", (Opaque(DIRECTIVES[inside]),))


JSON = {
    "": "",
    "ami-1": "ami-1",
    'a "b"\n\\n \\ \t\r\n': 'a "b"\n\\n \\ \t\r\n',
    r"\u0041\${": None,
    "$${a} $$ % %%{b}": "${a} $$ % %{b}",
    "a$": "a$",
    "# no comment": "# no comment",
    'x${"a\\n\\"b"}': 'xa\n"b',
    '"${"\\t"}"\\t': '"\t"\\t',
    "${upper(<<E\n}\nE\n)}": None,
    "e\u0301": "é",
    "a\ud800b": "a\ufffdb",
}


@pytest.mark.parametrize(("text", "value"), [(t, v) for t, v in JSON.items() if v is not None])
def test_json_undid_its_escapes_already(text: str, value: str) -> None:
    assert hcl.template(text) == Literal(value)
    assert strict.template(text) == Literal(value)


def test_a_heredoc_within_a_template() -> None:
    found = hcl.template("${upper(<<E\n}\nE\n)}!")
    assert found == Template((Call("upper", (Literal("}\n"),)), Literal("!")))


HEREDOCS: dict[str, str] = {
    "<<E\nabc\nE": "abc\n",
    "<<E\n  abc\n  E": "  abc\n",
    "<<E\nE": "",
    "<<E\n\nE": "\n",
    "<<-E\nE": "",
    "<<-E\n    a\n      b\n    E": "a\n  b\n",
    "<<-E\n    a\n\n  \n      b\n  E": "a\n\n  \n  b\n",
    "<<-E\n\ta\n\t b\nE": "a\n b\n",
    "<<-E\n  a\u00a0\n\u00a0 b\nE": "a\u00a0\nb\n",
    '<<E\na\\nb "q" \\\nE': 'a\\nb "q" \\\n',
    "<<E\n$${a} %%{b} $ %\nE": "${a} %{b} $ %\n",
    "<<-E\n  $${a}\n    b\n  E": "${a}\n  b\n",
    "<<E\na # no comment\n/* */ }\nE": "a # no comment\n/* */ }\n",
    "<<E\nEE\n E E\nE": "EE\n E E\n",
    "<<E\nabc\nE  ": "abc\n",
    "<<_E\nx\n_E": "x\n",
    "<<É\nx\nÉ": "x\n",
    "<<E-F\nx\nE-F": "x\n",
    "<<E\r\nabc\r\ndef\r\nE\r": "abc\r\ndef\r\n",
    "<<-E\r\n  abc\r\n\r\n    def\r\n  E": "abc\r\n\r\n  def\r\n",
}


@pytest.mark.parametrize("text", HEREDOCS)
def test_heredocs(text: str) -> None:
    value = Literal(HEREDOCS[text])
    assert hcl.expression(text) == value
    assert hcl.expression(f"f({text}\n, 1)") == Call("f", (value, Literal(1)))
    assert hcl.expression(f"{{\n a = {text}\n b = 1\n}}") == ObjectOf(
        ((Literal("a"), value), (Literal("b"), Literal(1)))
    )


def test_of_a_heredoc_with_sequences_stays_what_it_reads() -> None:
    text = "<<-E\n  #!/bin/sh\n  echo ${var.x} $${HOME} ${f(local.y)}\n  E"
    assert hcl.expression(text) == Opaque((dotted("var.x"), dotted("local.y")))
    assert hcl.expression("<<E\n${a}\nE") == Opaque((A,))
    assert hcl.expression("<<E\n${a} ${@}\nE") == Opaque()
    assert hcl.expression("<<E\n${a} ${\nE") == Opaque()
    assert hcl.expression("<<E\n${<<F\n${a}\nF\n}\nE") == Opaque((A,))


# ------------------------------------------------------------------------------- lines and comments

SPREAD: dict[str, Expression] = {
    "(\n  a\n)": A,
    "(\n  a # why\n  + b // so\n  - c\n)": Binary("-", Binary("+", A, B), C),
    "(a\n.b\n[0]\n.c)": Attribute(Index(dotted("a.b"), Literal(0)), "c"),
    "(a\n? b\n: c)": Conditional(A, B, C),
    "(a ?\n b :\n c)": Conditional(A, B, C),
    "(\n a ||\n /* or */\n b\n || c\n)": Binary("||", Binary("||", A, B), C),
    "f(\n  a,\n  b # last\n)": Call("f", (A, B)),
    "f(\n  a\n  , b...\n)": Call("f", (A, B), expands=True),
    "f(\n)": Call("f", ()),
    "[\n  a, # one\n  // two\n  b,\n  /* three\n     lines */\n]": TupleOf((A, B)),
    "[a\n, b]": TupleOf((A, B)),
    "[\n]": TupleOf(()),
    "a[\n0\n]": Index(A, Literal(0)),
    "{\n}": ObjectOf(()),
    "{\n\n  a = b\n\n  # c = d\n  c : m\n}": ObjectOf(((Literal("a"), B), (Literal("c"), M))),
    "{\n  a = b,\n  c = m\n}": ObjectOf(((Literal("a"), B), (Literal("c"), M))),
    "{ /* x */ a = b # y\n c = /* z */ m // {\n}": ObjectOf(((Literal("a"), B), (Literal("c"), M))),
    "{\n a = [\n b,\n c\n ]\n c = f(\n a\n )\n}": ObjectOf(
        ((Literal("a"), TupleOf((B, C))), (Literal("c"), Call("f", (A,))))
    ),
    "({\n a = b\n c = m\n})": ObjectOf(((Literal("a"), B), (Literal("c"), M))),
    "{\n a = 1\n for = b\n (c) = 3\n}": ObjectOf(
        ((Literal("a"), Literal(1)), (Literal("for"), B), (C, Literal(3)))
    ),
    "{\n a = 1\n -1 = 2\n (b) = 3\n}": ObjectOf(
        ((Literal("a"), Literal(1)), (Literal(-1), Literal(2)), (B, Literal(3)))
    ),
    "[\nfor x\nin\nm\n:\nx\nif\nx\n&& a\n]": ForTuple(None, "x", M, X, Binary("&&", X, A)),
    "{\nfor\nk,\nv in m\n:\nk\n=>\nv\n- a\n...\nif k\n}": ForObject(
        "k", "v", M, Variable("k"), Binary("-", Variable("v"), A), Variable("k"), grouped=True
    ),
    "{ # c\n for k, v in m : k => {\n a = b\n c = v\n }\n}": ForObject(
        "k",
        "v",
        M,
        Variable("k"),
        ObjectOf(((Literal("a"), B), (Literal("c"), Variable("v")))),
    ),
    '"${\n a\n + b # }\n}"': Binary("+", A, B),
    "/* c */ a": A,
    "a /* c */": A,
    "a # c": A,
    "a // c\n\n": A,
    "a /* + b */ + /*\n*/ c": Binary("+", A, C),
    "\ta\t+\tb": Binary("+", A, B),
}


@pytest.mark.parametrize("text", SPREAD)
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_lines_and_comments(text: str, end: str) -> None:
    assert hcl.expression(text.replace("\n", end)) == SPREAD[text]


# ------------------------------------------------------------------------------------------ errors

REFUSED = [
    "",
    " ",
    "\n",
    "\na",
    "@",
    "'a'",
    "`a`",
    "a b",
    "1 2",
    '"a" "b"',
    "a..b",
    "a.",
    ".5",
    "1.",
    "a.-1",
    "(",
    ")",
    "(a",
    "a)",
    "[a b]",
    "[a",
    "a]",
    "{a}",
    "{a = }",
    "{a =\n1}",
    "{ = a}",
    "}",
    "f(",
    "f(...)",
    "f(a...b)",
    "f(a..., b)",
    "f\n(a)",
    "a::b",
    "a &&",
    "&& a",
    "a & b",
    "a = b",
    "a\nb = c",
    "a\n+ b",
    "a ? b",
    "a ? b :",
    "[1]\n[0]",
    "[for x in m]",
    "[for x m : x]",
    "[for a, b, c in m : a]",
    "{for x in m : x}",
    "{for x in m : x =>}",
    '"',
    '"a',
    '"a\nb"',
    '"a\rb"',
    '"a\r\nb"',
    r'"\q"',
    r'"\u12"',
    r'"\u12G4"',
    r'"\ud800"',
    r'"\U0000d800"',
    r'"\U00110000"',
    '"\\\n"',
    '"${"',
    '"${}"',
    '"${a"',
    '"${a b}"',
    r'"${\"a\"}"',
    r'"%{ if \"a\" == \"a\" }b%{ endif }"',
    '"%{"',
    '"%{if}"',
    '"%{ x }"',
    '"%{for x in m}"',
    '"%{endfor}"',
    "<<E\nx\n",
    "<<E\nx\n EE",
    "<< E\nx\nE",
    "<<E x\nE",
    "/* a",
    "a /* b",
    "\ufeffa",
    "\x00",
    "a\x00",
]


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_not_hcl_is_refused(text: str) -> None:
    found = error(text)
    assert found.line >= 1
    assert found.column >= 1
    assert found.__cause__ is None
    assert found.__suppress_context__


@pytest.mark.parametrize(
    "text", ["${", "${}", "${a", "a ${b c}", "%{", "%{x}", "${'a'}", '${"\n"}']
)
def test_what_is_no_template_is_refused(text: str) -> None:
    with pytest.raises(HclSyntaxError):
        hcl.template(text)


def test_an_error_says_where() -> None:
    assert str(error("f(1, @)")) == "line 1, column 6: this is not allowed here"
    found = error("f(\n  1,\n\té @\n)")
    assert (found.line, found.column, found.reason) == (3, 4, "this is not allowed here")
    assert str(error("f(\n1,")) == "line 2, column 2: this ends too early"
    with pytest.raises(HclSyntaxError, match=r"^line 2, column 7: this is not allowed here$"):
        hcl.template("a\nb ${c d}")


@pytest.mark.parametrize("text", REFUSED)
def test_an_error_quotes_nothing(text: str) -> None:
    secret = '"hunter2"'
    for broken in (f"[{secret}, @{text}", f"f({secret} {text}(", f"{text} {secret} @"):
        found = error(broken)
        assert re.fullmatch(r"line \d+, column \d+: this [a-z ]+", str(found))


@pytest.mark.parametrize(
    "text",
    [
        "(" * 10_000 + "a" + ")" * 10_000,
        "-" * 10_000 + "1",
        "!" * 10_000 + "a",
        "[" * 2_000 + "]" * 2_000,
        "{a=" * 2_000 + "1" + "}" * 2_000,
        "f(" * 2_000 + ")" * 2_000,
        '"${' * 1_000 + "a" + '}"' * 1_000,
        "a ? b : " * 2_000 + "c",
        "a && " * 2_000 + "c",
        "a" + ".b" * 2_000,
        "a" + "[0]" * 2_000,
        "a" + "[*]" * 2_000,
        "a[" * 2_000 + "0" + "]" * 2_000,
        "(" * 10_000,
    ],
    ids=lambda text: text[:4],
)
def test_what_is_nested_too_deep_is_refused(text: str) -> None:
    assert str(error(text)).endswith(("nested too deeply", "ends too early"))


def test_what_people_nest_is_not_too_deep() -> None:
    assert hcl.expression("(" * 200 + "a" + ")" * 200) == A
    found: Expression = A
    for _ in range(100):
        found = Call("f", (found,))
    assert hcl.expression("f(" * 100 + "a" + ")" * 100) == found
    assert hcl.expression("a" + ".b" * 64) == dotted("a" + ".b" * 64)
    assert hcl.expression("a" + ".b" * 65) == dotted("a" + ".b" * 65)
    assert hcl.expression("a" + ".b" * (DEEPEST - 10)) == dotted("a" + ".b" * (DEEPEST - 10))
    assert isinstance(hcl.expression(" + ".join("a" * 200)), Binary)


def test_what_is_read_can_be_walked_through() -> None:
    """Python's own limit would allow more here, and then too little to whoever takes it up."""
    deepest = "[" * (DEEPEST - 1) + "]" * (DEEPEST - 1)
    assert len(msgspec.msgpack.encode(hcl.expression(deepest))) > DEEPEST
    assert error(f"[{deepest}]").reason == "this is nested too deeply"


def test_a_caller_deep_in_its_own_calls_gets_the_same_error() -> None:
    def below(levels: int) -> Expression:
        return (
            below(levels - 1)
            if levels
            else hcl.expression("[[[[[[[[[[[[[[[[[[[[a]]]]]]]]]]]]]]]]]]]]")
        )

    def deeper_and_deeper() -> None:
        for levels in range(0, sys.getrecursionlimit(), 10):
            below(levels)

    with pytest.raises(HclSyntaxError, match="nested too deeply"):
        deeper_and_deeper()


def test_a_text_of_megabytes_is_refused() -> None:
    assert error("(" + " " * LIMIT + "a)").reason == "this is too long"
    with pytest.raises(HclSyntaxError, match="this is too long"):
        hcl.template("${f(" + " " * LIMIT + "a)}")


@pytest.mark.parametrize(
    "text",
    [
        "<<E\n" + "\n" * 500_000,
        "<<E\n" + " " * 500_000,
        "<<-E\n" + " \n" * 250_000,
        "f(" + "/*" * 200_000,
        '"' + "$" * 500_000,
        '"' + "\\" * 500_001,
        "a" + ".b" * 10_000 + "!",
        '"' + "${a" * 100_000,
        "(" * 10_000 + ")" * 10_000,
        '"x' + "%%{" * 10_000 + "@",
    ],
    ids=lambda text: text[:4].strip(),
)
def test_no_text_takes_more_than_its_length(text: str) -> None:
    """One that took the square would run for hours."""
    assert error(text).reason
    assert plain(text) is None


# ------------------------------------------------------------------------------------- whole files

FILE = """\
# a comment
variable "region" {
  default = "eu-central-1" // why
}

resource aws_instance "x" {
  ami           = local.amis[var.region]
  user_data     = <<-EOT
    echo ${var.region}
  EOT
  count         = (var.on
    - 1)
  lifecycle { ignore_changes = [ami] }
  in = 1
}
"""


@pytest.mark.parametrize(
    "text", ["", "\n", FILE, FILE.replace("\n", "\r\n"), f"\ufeff{FILE}", "a = 1"]
)
def test_a_whole_file_without_an_error(text: str) -> None:
    assert strict.syntax_error(text) is None


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("a = @", (1, 5)),
        ("\ufeffa = @", (1, 5)),
        (FILE + 'resource "x" {\n  a = [1 2]\n}\n', (17, 10)),
        (FILE.replace("[ami]", "[ami"), (13, 37)),
        ("a {\n", (2, 1)),
        ("}", (1, 1)),
        ('a = "x\ny"\n', (1, 7)),
        ("a = <<E\nx\n", (1, 5)),
    ],
)
def test_the_first_error_of_a_file(text: str, where: tuple[int, int]) -> None:
    found = strict.syntax_error(text)
    assert found is not None
    line, column, reason = found
    assert (line, column) == where
    assert re.fullmatch(r"this [a-z ]+", reason)


# ------------------------------------------------------------------------------------ without grammar

PLAIN = [
    "true",
    "null",
    "0",
    "-1",
    "123456789012345678",
    "var.ami",
    "if",
    'data.aws_ami.x[0].tags["a b"]',
    '""',
    '"ami-0123456789abcdef0"',
    '"a $ b 100%"',
    '"${var.prefix}-x"',
    '"$${var.x}"',
    '"${local.amis["eu"]}"',
]
NOT_PLAIN = [
    "",
    "é",
    "a.0",
    "-0",
    "007",
    "1.5",
    "1234567890123456789",
    "true.a",
    '"${true}"',
    '"${f(a)}"',
    '"%{if a}%{endif}"',
    r'"\n"',
    '"\r"',
    "a b",
    "a ",
    "a\n",
    "(a)",
    "a" + ".b" * 65,
]


@pytest.mark.parametrize("text", PLAIN)
def test_plain_texts_need_no_grammar(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    by_grammar = strict.expression(text)
    monkeypatch.setattr(tree, "expression", None)
    monkeypatch.setattr(strict, "expression", None)
    assert hcl.expression(text) == plain(text) == by_grammar


@pytest.mark.parametrize("text", NOT_PLAIN)
def test_all_others_do(text: str) -> None:
    assert plain(text) is None


@pytest.mark.parametrize(
    ("read", "without"),
    [
        ("e('var.x'); e('\"${var.x}-y\"'); t('a ${b} $${c}')", {"tree_sitter", "hcl2", "lark"}),
        ("e('f(var.x) ? 1 : 2'); e('<<E\\n${f(x)}\\nE'); t('a ${f(x)}')", {"hcl2", "lark"}),
    ],
    ids=["plain", "tree"],
)
def test_a_library_is_loaded_where_it_is_needed(read: str, without: set[str]) -> None:
    code = (
        "import sys; from assay.inputs.terraform.syntax.hcl import expression as e, template as t\n"
        f"{read}; print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not without & set(done.stdout.split())


WORDS = ["a", "var", "true", "false", "null", "if", "for", "in", "a-", "a--b", "_", "é", "trueish"]
PIECES = st.sampled_from(
    [
        *WORDS,
        *("0", "1", "-", "007", "1.5", "1e5", "99999999999999999999", "e\u0301", "\u00a0"),
        *('"', '"', "$", "$$", "%", "${", "}", "$${", "%{", "%%{", "\\n", "\\", "\\u00e9", "~"),
        *(".", "[", "]", "[0]", '["k"]', ".b", " ", "\t", "\r", "\n", "*", "[*]", ".*", "(", ")"),
    ]
)


@settings(max_examples=600, deadline=None)
@given(st.lists(PIECES, max_size=8).map("".join))
@example('"${a["${"]}"')
@example('"$${a}${b}"')
@example('a["$"]')
@example('a["%%{"]')
def test_plain_agrees_with_the_grammar(text: str) -> None:
    for each in (text, f'"{text}"', f"a{text}"):
        found = plain(each)
        if found is not None:
            assert strict.expression(each) == found
    try:
        slowly: Expression | None = strict.template(text)
    except HclSyntaxError:
        slowly = None
    if plain_template(text) is not None:
        assert hcl.template(text) == slowly


# ------------------------------------------------------------------------------- there and back again

TEXTS = st.text(
    st.one_of(st.sampled_from('ab$%{}"\\\n\t#/ '), st.characters(exclude_categories=["Cs"])),
    max_size=6,
).map(lambda text: unicodedata.normalize("NFC", text))
ROOTS = st.sampled_from(["a", "b", "var", "if", "in", "x-y", "_z", "null_resource", "ñ"])
NAMES = st.one_of(ROOTS, st.sampled_from(["for", "true", "null"]))
INTS = st.integers(1 - 2**63, 2**63 - 1)
FLOATS = st.floats(1e-9, 1e9).filter(lambda number: number != math.floor(number))
LITERALS = st.one_of(
    st.none(), st.booleans(), INTS, FLOATS, FLOATS.map(lambda number: -number), TEXTS
).map(Literal)


def templates(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    """Without texts beside each other, which are read as one."""

    def of(parts: list[Expression]) -> Expression:
        kept: list[Expression] = []
        for part in parts:
            text = isinstance(part, Literal) and isinstance(part.value, str)
            last = kept[-1] if kept else None
            beside = isinstance(last, Literal) and isinstance(last.value, str)
            if part != Literal("") and not (text and beside) and not isinstance(part, Opaque):
                kept.append(part)
        return Template(tuple(kept)) if len(kept) > 1 else Literal("alone")

    return st.lists(st.one_of(TEXTS.map(Literal), inner), min_size=2, max_size=4).map(of)


@st.composite
def splats(draw: st.DrawFn, inner: st.SearchStrategy[Expression], of: Any = None) -> Expression:
    each: Expression = Item()
    for _ in range(draw(st.integers(0, 3))):
        dot = draw(st.booleans())
        each = Attribute(each, draw(NAMES)) if dot else Index(each, draw(inner))
    if draw(st.booleans()) and draw(st.booleans()):
        each = draw(splats(inner, each))
    return Splat(draw(inner) if of is None else of, each)


def signed(operator: str, of: Expression) -> Expression:
    number = isinstance(of, Literal) and type(of.value) in (int, float)
    return Unary("!" if number else operator, of)


def larger(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    several = st.lists(inner, max_size=3).map(tuple)
    signs = st.sampled_from(["+", "-", "*", "/", "%", "==", "!=", "<", ">", "<=", ">=", "&&", "||"])
    key = st.one_of(st.none(), ROOTS)
    test = st.one_of(st.none(), inner)
    return st.one_of(
        templates(inner),
        st.builds(Attribute, inner, NAMES),
        st.builds(Index, inner, inner),
        splats(inner),
        st.builds(Call, st.sampled_from(["f", "merge", "provider::aws::f"]), several),
        st.builds(Call, st.just("f"), st.tuples(inner, inner), st.booleans()),
        st.builds(Conditional, inner, inner, inner),
        st.builds(signed, st.sampled_from("-!"), inner),
        st.builds(Binary, signs, inner, inner),
        st.builds(TupleOf, several),
        st.builds(ObjectOf, st.lists(st.tuples(inner, inner), max_size=3).map(tuple)),
        st.builds(ForTuple, key, ROOTS, inner, inner, test),
        st.builds(ForObject, key, ROOTS, inner, inner, inner, test, st.booleans()),
    )


EXPRESSIONS = st.recursive(st.one_of(LITERALS, ROOTS.map(Variable)), larger, max_leaves=12)
GAPS = ["", " ", "\t", "/* } */", "\n", "\r\n", " # ) ${\n", '// "\n', "\n\n/* \n */ "]


class Writer:
    """Writes an expression as HCL, with all that may stand between its words."""

    def __init__(self, gaps: list[str]) -> None:
        self.gaps = gaps
        self.at = 0

    def gap(self) -> str:
        """Anything that a line may end in: only where HCL does not see the ends of lines."""
        self.at += 1
        return self.gaps[self.at % len(self.gaps)] if self.gaps else ""

    def string(self, text: str) -> str:
        for plain_, escaped in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\r", "\\r")):
            text = text.replace(plain_, escaped)
        text = text.replace("${", "$${").replace("%{", "%%{")
        return text[:-1] + f"\\u{ord(text[-1]):04x}" if text.endswith(("$", "%")) else text

    def inner(self, of: Expression) -> str:
        """In brackets that vanish, unless it needs none."""
        if isinstance(of, Variable | Call | Attribute | Index):
            return self.write(of)
        return f"({self.gap()}{self.write(of)}{self.gap()})"

    def write(self, of: Expression) -> str:  # noqa: C901 -- one line a form
        gap, write, inner = self.gap, self.write, self.inner
        match of:
            case Literal(str(text)):
                return f'"{self.string(text)}"'
            case Literal(value):
                return {True: "true", False: "false", None: "null"}.get(value, repr(value))  # type: ignore[arg-type]
            case Template(parts):
                return '"' + "".join(self.part(part) for part in parts) + '"'
            case Variable(name):
                return name
            case Attribute(before, name):
                return f"{inner(before)}.{name}"
            case Index(before, key):
                return f"{inner(before)}[{gap()}{write(key)}{gap()}]"
            case Item():
                return ""
            case Splat(before, each):
                return f"{inner(before)}[*]{self.steps(each)}"
            case Call(name, arguments, expands):
                listed = f"{gap()},{gap()}".join(map(write, arguments))
                return f"{name}({gap()}{listed}{'...' if expands else ''}{gap()})"
            case Conditional(test, yes, no):
                return f"({inner(test)}{gap()} ? {write(yes)}{gap()} : {write(no)}{gap()})"
            case Unary(operator, operand):
                return f"{operator}{inner(operand)}"
            case Binary(operator, left, right):
                return f"({inner(left)}{gap()} {operator} {gap()}{inner(right)})"
            case TupleOf(items):
                return f"[{gap()}" + f",{gap()}".join(map(write, items)) + f"{gap()}]"
            case ObjectOf(pairs):
                return "{\n" + "".join(f"{self.key(k)} = {write(v)}\n" for k, v in pairs) + "}"
            case ForTuple() | ForObject():
                return self.loop(of)
        raise AssertionError(of)

    def part(self, of: Expression) -> str:
        if isinstance(of, Literal) and isinstance(of.value, str):
            return self.string(of.value)
        return f"${{{self.gap()}{self.write(of)}{self.gap()}}}"

    def steps(self, of: Expression) -> str:
        """What follows a `[*]`."""
        match of:
            case Attribute(before, name):
                return f"{self.steps(before)}.{name}"
            case Index(before, key):
                return f"{self.steps(before)}[{self.write(key)}]"
            case Splat(before, each):
                return f"{self.steps(before)}[*]{self.steps(each)}"
        return ""

    def key(self, of: Expression) -> str:
        if isinstance(of, Literal) and isinstance(of.value, str):
            return of.value if re.fullmatch("[a-z]+", of.value) else self.write(of)
        return f"({self.write(of)})"

    def loop(self, of: ForTuple | ForObject) -> str:
        names = of.value if of.key is None else f"{of.key}, {of.value}"
        start = f"{self.gap()}for {names} in {self.write(of.of)}{self.gap()}:{self.gap()}"
        end = "" if of.test is None else f"{self.gap()} if {self.write(of.test)}{self.gap()}"
        if isinstance(of, ForTuple):
            return f"[{start}{self.write(of.body)}{end}]"
        arrow = f"{self.write(of.name)}{self.gap()} => {self.gap()}{self.write(of.body)}"
        return f"{{{start}{arrow}{'...' if of.grouped else ''}{end}}}"


@settings(max_examples=250, deadline=None)
@given(EXPRESSIONS, st.lists(st.sampled_from(GAPS), max_size=5))
def test_what_is_written_is_read_again(expression: Expression, gaps: list[str]) -> None:
    text = Writer(gaps).write(expression)
    assert hcl.expression(text) == expression, text
    assert strict.expression(text) == expression
    assert tree.expression(text) in (expression, None)
    assert hcl.template(f"${{{text}}}") == expression


@settings(max_examples=150, deadline=None)
@given(EXPRESSIONS, st.lists(st.sampled_from(GAPS), max_size=5), st.data())
def test_damaged_texts_raise_nothing_else(
    expression: Expression, gaps: list[str], data: st.DataObject
) -> None:
    text = Writer(gaps).write(expression)
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        end = min(len(text), start + data.draw(st.integers(0, 4)))
        text = text[:start] + data.draw(PIECES) + text[end:]
    harmless(text)


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.text(max_size=20),
        st.lists(
            st.one_of(PIECES, st.sampled_from([*GAPS, "<<E\n", "E\n", "<<-E\n", "{", "=", "=>"])),
            max_size=12,
        ).map("".join),
    )
)
@example("\ud800")
@example('"\ud800"')
@example("a.\ud800")
@example("<<E\n\ud800\nE")
def test_any_text_raises_nothing_else(text: str) -> None:
    harmless(text)


def harmless(text: str) -> None:
    for read in (hcl.expression, hcl.template):
        found = outcome(read, text)
        if isinstance(found, HclSyntaxError):
            assert (found.line, found.column) >= (1, 1)
        else:
            msgspec.msgpack.encode(found)
    strict.syntax_error(text)
    agreed(text)


def outcome(read: Callable[[str], Expression], text: str) -> Expression | HclSyntaxError:
    try:
        return read(text)
    except HclSyntaxError as error:
        return error


def test_every_node_of_the_grammar_stands_for_something() -> None:
    """Else a text would end in a KeyError. What is left over are the parts of whole files."""
    inlined = {rule.origin.name for rule in strict._grammar().rules if rule.options.expand1}
    nodes = {str(rule.alias or rule.origin.name) for rule in strict._grammar().rules}
    silent = {name for name in nodes - inlined if not name.startswith("_")} - strict._FORMS.keys()
    assert silent == {
        *("start", "body", "attribute", "block", "keyword"),
        *("heredoc_template", "heredoc_template_trim"),
    }
