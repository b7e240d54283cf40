"""Expressions read from tree-sitter's tree are those of the strict grammar, or are not read there."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.inputs.terraform.syntax import hcl, nodes, strict, tree
from assay.inputs.terraform.syntax.blocks import Block, BrokenCodeError, Written, locate
from assay.inputs.terraform.syntax.expressions import Literal, Variable
from assay.inputs.terraform.syntax.parsing import parsed
from assay.inputs.terraform.syntax.texts import plain, plain_template
from tests.inputs.refereed import agreed, agreed_template
from tests.inputs.test_hcl import (
    DIRECTIVES,
    FORMS,
    HEREDOCS,
    JSON,
    PIECES,
    REFUSED,
    SPREAD,
    STRINGS,
    TEMPLATES,
)

ROOT = Path(__file__).parents[2]
CORPUS = ROOT.parent / "shared" / "corpus"

# ----------------------------------------------------------------------------------- what it reads

TEXTS = [
    *FORMS,
    *(text for text, value in STRINGS.items() if value is not None),
    *(f'"{inside}"' for inside in (*TEMPLATES, *DIRECTIVES)),
    *(f"<<-E\n  {inside}\nE" for inside in DIRECTIVES),
    *HEREDOCS,
    *SPREAD,
]
BARE = [*TEMPLATES, *DIRECTIVES, *(text for text, value in JSON.items() if value is not None)]
UNSURE = {
    '"$$${a}"',  # two dollars and a sequence, for the tree
    '"$$$$${a}"',
    '"%%%{a}"',
    "$$${a}${b}",
    '"$$${a}${b}"',
    "<<É\nx\nÉ",  # letters of English alone
    "{\n a = 1\n for = b\n (c) = 3\n}",  # `b(c)`
    "{\n a = 1\n -1 = 2\n (b) = 3\n}",  # `1 - 1`
    "a\ud800b",
}
"""What only the strict grammar can tell."""


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_it_reads_what_the_strict_grammar_reads(text: str, end: str) -> None:
    assert agreed(re.sub("\r?\n", end, text)) is (text not in UNSURE)


@pytest.mark.parametrize("text", BARE)
def test_templates_too(text: str) -> None:
    assert agreed_template(text) is (text not in UNSURE)


def test_what_is_wrong_is_no_expression() -> None:
    assert [text for text in REFUSED if tree.expression(text)] == []


LENIENT = [
    *("0x1f", "a::b", "a::b.c", "f::::g(a)", '"${}"', '"a\nb"', '"a\r"'),
    *("a\n.b", "a\n[0]", "a\n+ b", "a +\nb", "f\n(a)", "a ?\nb : c", "!\na", "a[*]\n.b", "# c\na"),
    *("{ a\n= b }", "{ a =\nb }", "{ a = b\n.c }", "({ a = b\n? c : m })", "{ (a)\n= b }"),
    *("(a\n.b)[0]\n.c", "[a\n.b][0]\n.c", "/* c */\na", "a # c\n+ b"),
    *("{ a = 0e99= 2 }", "{ a = b c = m }", "{ (a) = 1, else(b) = 2 }", "{ in.b = 1 }"),
    *("a\u00a0+ b", "a\u2003+ b", "a +\vb", "a +\fb", "[a,\u0085b]", "a\r+ b", "a[\u00a00]"),
    *('"a"\u00a0', '"${a\u00a0}"', '"${\va}"', "<<E\n${\fa}\nE"),
    *("[for x inside : x]", "[for x in m : x ifx]", "{for x in m : x => x ifx}"),
    *('"%{for x inside}%{endfor}"', '"%{ifa}%{endif}"', "[for x iné : x]", "[for x in- m : x]"),
    *("[/* c */*]", "a[/* c */*]", "a\nb = c", "a\nb {}", "a {}", "= a", "> a"),
]
"""What the tree shows without an error, or nearly, and HCL does not take."""


@pytest.mark.parametrize("text", LENIENT)
def test_what_only_the_tree_lets_pass_is_left_to_the_strict_grammar(text: str) -> None:
    assert tree.expression(text) is None
    assert not text.startswith("a.") or parsed(f"_ = {text}\n".encode()).has_error is False


MISREAD = [
    '"$$${a}"',
    '"%%%{if a}"',
    "<<E\nx\nE${a}\nE",
    "<<E\nx\nE$${a}\nE",
    "<<E\nx\n\u00a0E\nE",
    "<<E\n$$${a}\nE",
    '<<-E\n  ${"a"}\n    b\nE',
    "<<E\n${[\nE\n]}\nE",
    '"' + "${[" * 200 + '"a"' + "]}" * 200 + '"',
]
"""Where the tree shows something else than there is, or might."""


@pytest.mark.parametrize("text", MISREAD, ids=lambda text: text[:20])
def test_what_the_tree_may_take_for_something_else_is_not_believed(text: str) -> None:
    assert tree.expression(text) is None
    inside = text.removeprefix('"').removesuffix('"')
    if inside != text:
        assert not agreed_template(inside)


SPACES = ["\u00a0", "\u2003", "\u0085", "\v", "\f", "\x1c", "\ufeff", "\u200b"]


@pytest.mark.parametrize("space", SPACES)
def test_in_texts_and_comments_any_space_may_stand(space: str) -> None:
    for text in (
        f'"{space}a{space}${{b}}{space}{space}${{f(c)}}{space}"',
        f'f("{space}")',
        f"<<E\n{space}x{space}\n{space}${{f(a)}}{space}\nE",
        f'"%{{if a}}{space}x%{{else}}{space}%{{endif}}{space}"',
        f"a + b # {space}",
        f"[a, /*{space}*/ b]",
    ):
        assert agreed(text), text
        assert agreed_template(f"{space}{text}") or "$$" in text, text


# ------------------------------------------------------------------------------------------ limits


@pytest.mark.parametrize(
    "text",
    [
        "(" * 88 + "a" + ")" * 88,
        "[" * 88 + "]" * 88,
        "{a=" * 80 + "1" + "}" * 80,
        "f(" * 80 + ")" * 80,
        "a ? b : " * 80 + "c",
        "a && " * 80 + "c",
        "a" + ".b" * 80 + ".0",
        "a" + "[*]" * 80,
        "a[" * 60 + "0" + "]" * 60,
        "-" * 80 + "a",
        '"${[' * 30 + "a" + ']}"' * 30,
        '"%{if [' * 30 + "a" + ']}%{endif}"' * 30,
        "[for x in m : " * 80 + "x" + "]" * 80,
        "{for x in m : x => " * 80 + "x" + "}" * 80,
    ],
    ids=lambda text: text[:6],
)
def test_what_is_nested_a_little_is_read_and_the_strict_grammar_reads_it_too(text: str) -> None:
    assert agreed(text)
    assert not agreed(f"({text})".replace(text[:8], text[:8] * 40, 1))


def test_longer_texts_and_wider_gaps_are_left_to_the_strict_grammar() -> None:
    """Where it finds an error, tree-sitter takes the square of their length."""
    long, wide = f"[{'a, ' * 20_000}]", f"[{' ' * 1500}f(a)]"
    for text in (long, wide):
        assert tree.expression(text) is None
        assert hcl.expression(text) == strict.expression(text)


def test_a_tree_of_another_shape_tells_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nodes, "_FORMS", {})
    assert tree.expression("f(a)") is None
    assert hcl.expression("(a)") == Variable("a")


def test_the_mark_that_templates_are_put_between_may_stand_in_them() -> None:
    assert tree.template("a ${f(b)}\nASSAY\n") is None
    assert hcl.template('ASSAY ${"\\t"}') == Literal("ASSAY \t")


# ----------------------------------------------------------------------------------------- at random

TOKENS = st.sampled_from(
    [
        *(
            "$$${",
            "%{if a}",
            "%{else}",
            "%{endif}",
            "%{for x in m}",
            "%{endfor}",
            "...",
            ".0",
            "=>",
        ),
        *("? b : c", "f(", "f(a)", "f::g(", "(", ")", ",", "=", "==", "&&", "!", "?", ":", "::"),
        *("[ *]", "[\n*]", "[for x in m : x]", "{for k, v in m : k => v", "if x", "in", "else"),
        *("{a = 1}", "{\n a = 1\n (b) = 2\n}", "{", "#", "// c\n", "/* c */", "/*\n*/", "\r\n"),
        *("<<E\n", "\nE\n", "<<-E\n", "\nE", "0x1F", "\v", "\u2003", "\u0085", "·", "٣"),
    ]
)
SOUP = st.lists(st.one_of(PIECES, TOKENS), max_size=10).map("".join)
AROUND = st.sampled_from(
    [
        *("{}", "({})", "[{}]", "f({}, b)", "a[{}]", "a ? {} : b", "-{}", "({}).x", '"${{{}}}"'),
        *("{{\n a = {}\n}}", "[for x in {} : x if x]", "{{for x in m : {} => x}}", '"x{}y${{a}}"'),
        *("<<E\n{}\nE", "<<-E\n  ${{{}}}\n E", '"%{{if {}}}y%{{endif}}"'),
    ]
)


@settings(max_examples=600, deadline=None)
@given(SOUP, AROUND, AROUND)
def test_whatever_is_read_of_any_text_is_what_the_referee_reads(
    text: str, around: str, more: str
) -> None:
    for each in (text, around.format(text), more.format(around.format(text))):
        agreed(each)
        agreed_template(each)


# ---------------------------------------------------------------------------------------- corpora


def below(attributes: dict[str, Written], blocks: tuple[Block, ...]) -> Iterator[str]:
    yield from (written.text for written in attributes.values())
    for block in blocks:
        yield from below(block.attributes, block.blocks)


def native(root: Path) -> set[str]:
    """The expressions of all files of native syntax below a directory."""
    found: set[str] = set()
    for path in root.rglob("*"):
        if path.suffix in (".tf", ".tofu", ".tfvars", ".hcl") and path.is_file():
            try:
                code = locate(path.read_bytes())
            except BrokenCodeError:
                continue
            found.update(below(code.attributes, code.blocks))
    return found


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for each in [*value, *(value.values() if isinstance(value, dict) else ())]:
            yield from strings(each)


def in_json(root: Path) -> set[str]:
    """The templates of all files of JSON syntax."""
    found: set[str] = set()
    for path in root.rglob("*"):
        if path.name.endswith((".tf.json", ".tofu.json", ".tfvars.json")):
            try:
                found.update(strings(json.loads(path.read_bytes())))
            except ValueError:
                continue
    return found


OWN = [ROOT / name for name in ("fixtures", "tests", "policies", ".github")]
LEFT = 2
"""Of our own tests: expressions with `$$${`, which the tree takes for something else."""


def test_on_every_expression_of_our_own_code_both_agree() -> None:
    texts = {text for root in OWN for text in native(root) if plain(text) is None}
    assert len(texts) > 400
    assert [agreed(text) for text in sorted(texts)].count(False) <= LEFT
    templates = {text for root in OWN for text in in_json(root) if plain_template(text) is None}
    assert len(templates) > 5
    assert all(agreed_template(text) for text in templates)


@pytest.mark.skipif(not CORPUS.is_dir(), reason="NOT TESTED: needs the corpus in ../shared/corpus")
def test_on_every_expression_of_the_corpus_both_agree() -> None:
    texts = {text for text in native(CORPUS) if plain(text) is None}
    assert len(texts) > 500
    assert all(agreed(text) for text in texts)
