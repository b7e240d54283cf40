"""YAML without its surprises: what a policy says is what a person reads in it."""

import inspect
import json
import subprocess
import sys
import textwrap
from typing import Any

import pytest

from assay.errors import PolicyError
from assay.policy.syntax import parse


def value(text: str) -> Any:
    return parse("policy.yaml", text).value


def error(text: str) -> PolicyError:
    with pytest.raises(PolicyError) as caught:
        parse("policy.yaml", text)
    return caught.value


@pytest.mark.parametrize("word", ["off", "on", "no", "yes", "Off", "NO", "y", "n", "nan", "inf"])
def test_words_stay_words(word: str) -> None:
    assert value(f"a: {word}") == {"a": word}


@pytest.mark.parametrize(
    "text",
    ["2027-01-31", "2027-01-31T00:00:00Z", "1:30:00", "0x1f", "0o17", "1_000", ".inf", ".nan", "+"],
)
def test_dates_times_and_odd_numbers_stay_text(text: str) -> None:
    assert value(f"a: {text}") == {"a": text}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("111122223333", 111122223333),
        ("0", 0),
        ("-3", -3),
        ("+3", 3),
        ("1.5", 1.5),
        ("2.5e-1", 0.25),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ('"5"', "5"),
        ("'true'", "true"),
        ("!!str 5", "5"),
    ],
)
def test_numbers_and_constants(text: str, wanted: object) -> None:
    found = value(f"a: {text}")["a"]
    assert (type(found), found) == (type(wanted), wanted)


@pytest.mark.parametrize("digits", ["012345678901", "007", "00"])
def test_leading_zeros_never_become_another_whole_number(digits: str) -> None:
    """An unquoted account 012345678901 must not pass as text, nor be read in base eight."""
    found = value(f"a: {digits}")["a"]
    assert not isinstance(found, str)
    assert found == int(digits, 10)


def test_a_huge_number_stays_out_of_every_bound() -> None:
    assert value("a: " + "9" * 10_000)["a"] > 2**63
    assert value("a: -" + "9" * 10_000)["a"] < -(2**63)
    assert value("a: 1e999")["a"] == float("inf")


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("a: 1\nb: 2\na: 3\n", "policy.yaml:3:1"),
        ("a: 1\n'a': 3\n", "policy.yaml:2:1"),
        ("x:\n  - {k: 1, j: 2, k: 3}\n", "policy.yaml:2:18"),
        ('{"a": 1, "a": 1}', "policy.yaml:1:10"),
        ("1: a\n'1': b\n", "policy.yaml:2:1"),
    ],
)
def test_a_key_that_stands_twice_is_refused_where_it_stands_again(text: str, where: str) -> None:
    found = error(text)
    assert found.where == where
    assert "appears twice" in found.what


def test_anchors_repeat_a_value() -> None:
    assert value("a: &x {b: [1]}\nc: *x\n") == {"a": {"b": [1]}, "c": {"b": [1]}}


@pytest.mark.parametrize(
    ("text", "column"),
    [("a: &x [*x]", 4), ("a: &x {b: *x}", 4), ("&x [[*x]]", 1), ("? &x [*x]\n: 1", 3)],
)
def test_an_alias_inside_itself_is_refused(text: str, column: int) -> None:
    found = error(text)
    assert found.what == "an alias that contains itself"
    assert found.where == f"policy.yaml:1:{column}"


@pytest.mark.parametrize(("width", "levels"), [(10, 9), (2, 300), (100, 4)])
def test_an_alias_bomb_is_refused_before_it_is_unfolded(width: int, levels: int) -> None:
    """Unfolded it would hold width ** levels values: memory would end before the test did."""
    lines = [
        f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * width)}]"
        for level in range(1, levels)
    ]
    lines.insert(0, "a0: &a0 [x]")
    assert "more than 100000 values" in error("\n".join(lines)).what


def test_what_aliases_stand_for_counts_each_time() -> None:
    """A list of 999 values a hundred times, the list around them, and as many more as are left."""
    many = f"&a [{', '.join(['x'] * 998)}]"
    whole = f"[{many}, {', '.join(['*a'] * 99)}, {', '.join(['y'] * 99)}]"
    assert len(value(whole)) == 199
    found = error(whole.removesuffix("]") + ", y]")
    assert (found.what, found.where) == ("more than 100000 values", "policy.yaml")


def test_merge_keys_are_no_merge() -> None:
    """YAML 1.2 has none. `<<` stays a key, so that the reader of the document refuses it."""
    assert value("a: &a {p: 1}\nb:\n  <<: *a\n  q: 2\n") == {
        "a": {"p": 1},
        "b": {"<<": {"p": 1}, "q": 2},
    }


@pytest.mark.parametrize(
    ("text", "where", "hint"),
    [
        ("a:\n\tb: 1\n", "policy.yaml:2:1", "there is a tab: indent YAML with spaces"),
        ("a: *nowhere\n", "policy.yaml:1:4", None),
        ("a: 1\n b: 2\n", "policy.yaml:2:3", "check this line's indentation"),
        ("a: &x 1\nb: &x 2\n", "policy.yaml:2:4", None),
    ],
)
def test_broken_yaml_is_refused_by_line_and_column(text: str, where: str, hint: str | None) -> None:
    found = error(text)
    assert found.where == where
    assert "not valid YAML" in found.what
    assert (found.hint or "").partition(",")[0] == (hint or "")


@pytest.mark.parametrize(
    "text", ["a: [1, 2", "a: 'open", "{", "a: \x07", "a: \x00", "%YAML 9.0\n--- 1"]
)
def test_other_broken_yaml_is_refused(text: str) -> None:
    found = error(text)
    assert "not valid YAML" in found.what
    assert (found.where or "").startswith("policy.yaml")


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "   "])
def test_an_empty_file_says_so(text: str) -> None:
    found = error(text)
    assert "empty" in found.what
    assert found.hint is not None
    assert "version: 1" in found.hint


def test_several_documents_in_one_file_are_refused() -> None:
    found = error("a: 1\n---\nb: 2\n")
    assert found.where == "policy.yaml:2:1"
    assert found.what == "more than one YAML document"


@pytest.mark.parametrize(
    "document",
    [
        {"version": 1, "a": [1, 2.5, None, True, False, "x"], "b": {}},
        {"text": 'quote " slash / back \\ tab \t newline \n null \x00 é', "empty": ""},
        {"off": "off", "no": "no", "date": "2027-01-31", "number": "1"},
    ],
)
@pytest.mark.parametrize("indent", [None, 2, "\t"])
def test_json_means_what_json_means(document: dict[str, Any], indent: int | str | None) -> None:
    assert value(json.dumps(document, indent=indent)) == document


def test_json_escapes_beyond_the_basic_plane_are_refused_and_not_misread() -> None:
    """JSON writes U+1F600 as two escapes, YAML does not know them: say so, and where."""
    assert (error('{\n "reason": "\\ud83d\\ude00"}').where or "").startswith("policy.yaml:2:")
    assert value('{"reason": "\U0001f600"}') == {"reason": "\U0001f600"}


@pytest.mark.parametrize(
    "text",
    [
        "a: !!python/object:os.system {}",
        "a: !!python/object/apply:os.system ['true']",
        "a: !!python/object/new:os.system ['true']",
        "a: !!python/name:os.system",
        "a: !!python/tuple [1]",
        "a: !!binary aGVsbG8=",
        "a: !!timestamp 2027-01-31",
        "a: !!set {x, y}",
        "a: !!omap [x: 1]",
        "a: !mine text",
        "a: !mine [text]",
        "a: !mine {b: text}",
        "!mine {b: text}",
        "%TAG ! tag:yaml.org,2002:python/\n---\na: !object:x {}",
        "? !!python/name:os.system a\n: 1",
    ],
)
def test_foreign_tags_are_refused(text: str) -> None:
    found = error(text)
    assert "tag" in found.what
    assert (found.where or "").startswith("policy.yaml:")


@pytest.mark.parametrize(
    "text",
    [
        "a: !!int foo",
        "a: !!int 0x10",
        "a: !!float foo",
        "a: !!bool foo",
        "a: !!null foo",
        "!!int ''",
    ],
)
def test_a_tag_that_its_text_contradicts_is_refused(text: str) -> None:
    assert (error(text).where or "").startswith("policy.yaml:1:")


@pytest.mark.parametrize(
    ("text", "column"), [("? [a]\n: 1", 3), ("? {a: 1}\n: 1", 3), ("{[a]: 1}", 2)]
)
def test_a_key_must_be_a_word(text: str, column: int) -> None:
    found = error(text)
    assert found.what == "a key that is not a word"
    assert found.where == f"policy.yaml:1:{column}"


def test_where_finds_values_keys_and_the_nearest_parent() -> None:
    parsed = parse("dir/p.yaml", "a:\n  b:\n    - x\n    - {c: 1}\n")
    assert parsed.where(()) == "dir/p.yaml:1:1"
    assert parsed.where(("a", "b", 1, "c")) == "dir/p.yaml:4:11"
    assert parsed.where(("a", "b", 1, "c"), key=True) == "dir/p.yaml:4:8"
    assert parsed.where(("a", "b"), key=True) == "dir/p.yaml:2:3"
    assert parsed.where(("a", "b", 7, "c")) == parsed.where(("a", "b"))
    assert parsed.where(("a", "b", 2)) == parsed.where(("a", "b"))
    assert parsed.where(("a", "missing"), key=True) == parsed.where(("a",))


def test_fifty_levels_are_the_deepest() -> None:
    assert parse("policy.yaml", "[" * 50 + "]" * 50).value
    found = error("[" * 51 + "]" * 51)
    assert (found.what, found.where) == ("nested too deeply", "policy.yaml:1:51")
    assert value(f"[{', '.join(['[a]'] * 100)}]")  # beside one another they are not deep
    again = error("[" * 50 + "]" + ", [[")  # what was closed does not count, and what is open does
    assert (again.what, again.where) == ("nested too deeply", "policy.yaml:1:55")


def test_a_file_without_a_policy_says_how_one_begins() -> None:
    found = error("# nothing yet\n")
    assert (found.what, found.where) == ("empty", "policy.yaml")
    assert found.hint == "a policy starts with: version: 1"


def test_what_yaml_cannot_hold_at_all_is_refused() -> None:
    found = error("a: \x00")
    assert (found.what, found.where) == ("not valid YAML", "policy.yaml")


def test_depth_that_aliases_build_is_told_as_such() -> None:
    """Two hundred levels are few values, but too many for a stack that is nearly full."""
    chain = "\n".join(["a0: &a0 [x]", *(f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, 200))])
    assert len(value(chain)) == 200
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack()) + 120)
    try:
        found = error(chain)
    finally:
        sys.setrecursionlimit(limit)
    assert (found.what, found.where) == ("nested too deeply through aliases", "policy.yaml")


@pytest.mark.parametrize("depth", [1_000, 100_000])
@pytest.mark.parametrize(("opens", "closes"), [("[", "]"), ("{a: ", "}")])
def test_deep_nesting_is_a_policy_error_and_no_crash(depth: int, opens: str, closes: str) -> None:
    """In a process of its own: a stack that overflows in C would take the test run with it."""
    program = textwrap.dedent(f"""
        from assay.errors import PolicyError
        from assay.policy.syntax import parse
        try:
            parse("p.yaml", {opens!r} * {depth} + "1" + {closes!r} * {depth})
        except PolicyError as error:
            print(error)
    """)
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-300:]
    assert "p.yaml: nested too deeply" in done.stdout or "p.yaml:1:" in done.stdout


def test_depth_that_aliases_build_is_refused() -> None:
    chain = ["a0: &a0 [x]", *(f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, 5000))]
    assert "more than 100000 values" in error("\n".join(chain)).what
