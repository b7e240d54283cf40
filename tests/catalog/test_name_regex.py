"""Patterns of Go's: what they find by Go's own documentation, what is refused, and how long it takes."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from assay.catalog.aws import name_regex
from assay.catalog.aws.name_regex import LARGEST, LONGEST, PatternError, fitting


@pytest.mark.parametrize(
    ("pattern", "found", "others"),
    [
        ("web", ["web", "my-web-1"], ["we b", "WEB", ""]),
        (r"^myami-\d{3}", ["myami-123", "myami-1234"], ["a-myami-123", "myami-12x"]),
        ("^web$", ["web"], ["web ", "web\n", "a web"]),
        (r"\Aweb\z", ["web"], ["web\n", "a web"]),
        ("a.c", ["abc", "a.c", "xabcx"], ["ac", "a\nc"]),
        ("(?s)a.c", ["a\nc"], ["ac"]),
        ("(?i)WEB[A-C]", ["weba", "WebB"], ["webd"]),
        ("(?i)(?s)A.b", ["a\nB"], ["ab"]),
        ("x(?i:WEB)", ["xweb", "xWEB"], ["XWEB"]),
        ("web|db", ["web", "db"], ["wb"]),
        ("^(?:web|db)-[0-9.]+$", ["web-1.2", "db-3"], ["web-", "x-1"]),
        ("(?P<a>w)(?<b>e)(b)", ["web"], ["wb"]),
        ("we?b+c*", ["wb", "webbc"], ["wec"]),
        ("^a{2,3}?$", ["aa", "aaa"], ["a", "aaaa"]),
        ("^a{2,}$", ["aa", "aaaaa"], ["a"]),
        ("^a{0}$", [""], ["a"]),
        ("[]a]", ["]", "a"], ["b", "["]),
        ("^[^]a]$", ["b"], ["]", "a"]),
        ("^[a-]$", ["a", "-"], ["b"]),
        (r"^[\w.-]+$", ["a_1.-", "Z"], ["a b", "@"]),
        (r"^[\[\]\\^-]$", ["[", "]", "\\", "^", "-"], ["a"]),
        (r"^[+--]$", ["+", ",", "-"], [".", "a"]),
        ("^[[:alpha:]][[:digit:]_]$", ["a1", "Z_"], ["1a", "aa"]),
        ("^[[a]$", ["[", "a"], ["]", ":"]),
        (r"\bweb\b", ["my web", "a-web/b"], ["web1", "a_web"]),
        (r"^\D\S\W$", ["a@-"], ["1@-", "a -", "a@1"]),
        (r"\(\[\.\*", ["x([.*"], ["([x"]),
        # To `regex` these are fuzzy matches, another quantifier, and Unicode's digits.
        ("(web){e}", ["web{e}"], ["web", "wxb", "zzz"]),
        ("web{i<=2}", ["web{i<=2}"], ["web", "wexxb"]),
        ("^a{,3}$", ["a{,3}"], ["", "a", "aaa"]),
        ("^a{01}$", ["a{01}"], ["a"]),
        ("a]}{", ["a]}{"], ["a"]),
        (r"^\d$", ["1"], ["\N{ARABIC-INDIC DIGIT ONE}"]),
        ("", ["", "web"], []),
        ("a||b", ["", "c"], []),
    ],
)
def test_what_a_pattern_finds(pattern: str, found: list[str], others: list[str]) -> None:
    assert fitting(pattern, [*found, *others]) == set(found)


@pytest.mark.parametrize(
    "pattern",
    [
        # What Go refuses, and `regex` would take.
        *("a**", "a++", "a{2}{3}", "a?+", "(?=a)", "(?!a)", "(?<=a)", "(?>a)", r"(a)\1", "(?|a|b)"),
        *(r"(?P<n>a)(?P=n)", r"\Z", r"\h", r"\K", r"\R", r"\X", r"\G", r"\N{DIGIT ONE}", "(?R)"),
        *("a{1001}", "a{3,2}", "*a", "(*a)", "a|*", "[b-a]", "(?(1)a)", r"\L<names>", "(?#a)"),
        # What is no pattern to either.
        *("(", ")", "a)(", "((a)", "[", "[a", "[]", "[^]", "a\\", "(?", "(?P<n", "[[:x:]]"),
        # What Go takes in a sense of its own, and nobody needs.
        *("a(?i)b", "(?m)^a", "(?U)a*", "(?-i)a", "(?i-s:a)", r"\pL", r"\p{Greek}", r"\x41"),
        *(r"\Qa\E", r"\101", r"\t", "[[:^alpha:]]", "[[:punct:]]", r"[\pL]", "[+-[:digit:]]", "^*"),
        *("()*", "[\\b]", "é", "[é]"),
    ],
)
def test_what_would_mean_something_else_is_refused(pattern: str) -> None:
    with pytest.raises(PatternError, match="a form that assay does not support"):
        fitting(pattern, ["a", "1", "é"])


class TestHostile:
    """Whoever writes the repository writes the pattern."""

    @pytest.fixture(autouse=True)
    def brief(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(name_regex, "SECONDS", 0.2)

    @pytest.mark.parametrize(
        "pattern", ["((a{1000}){1000}){1000}", "(a{100}){101}", "a{1000}" * 11, "(?:ab){1000}" * 6]
    )
    def test_a_pattern_that_would_grow_is_refused(self, pattern: str) -> None:
        assert len(pattern) <= LONGEST
        started = time.monotonic()
        with pytest.raises(PatternError, match="a form that assay does not support"):
            fitting(pattern, ["a"])
        assert time.monotonic() - started < 1

    def test_the_largest_is_taken(self) -> None:
        assert fitting("a{1000}" * (LARGEST // 1000), ["a" * LARGEST]) == {"a" * LARGEST}
        assert fitting("a" * LONGEST, ["a" * LONGEST]) == {"a" * LONGEST}
        assert fitting("(" * 49 + "a" + ")" * 49, ["a"]) == {"a"}

    @pytest.mark.parametrize("pattern", ["a" * (LONGEST + 1), "(" * 400 + "a" + ")" * 400])
    def test_a_pattern_that_is_too_long_or_too_deep_is_refused(self, pattern: str) -> None:
        with pytest.raises(PatternError, match="a form that assay does not support"):
            fitting(pattern, ["a"])

    def test_a_pattern_that_would_never_end_is_given_up(self) -> None:
        started = time.monotonic()
        with pytest.raises(PatternError, match=r"took longer than 0\.2 s"):
            fitting("^(a|aa)+$", ["a" * 127 + "!"])
        assert time.monotonic() - started < 5

    def test_many_names_are_given_up_together(self) -> None:
        """None of them alone takes long."""
        started = time.monotonic()
        with pytest.raises(PatternError, match=r"took longer than 0\.2 s"):
            fitting("^(a|aa)+$", [f"{'a' * 22}{number}" for number in range(100_000)])
        assert time.monotonic() - started < 5


def test_sixty_thousand_names_are_held_against_a_pattern_in_time() -> None:
    names = [f"ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-amd64-server-{n}" for n in range(60_000)]
    assert len(fitting(r"^ubuntu/.*jammy.*-server-\d+$", names)) == len(names)


# ------------------------------------------------------------------- against a matcher of its own


@dataclass(frozen=True)
class Form:
    """A pattern, and where it can end in a text when it starts at one of several places."""

    text: str
    ends: Callable[[str, frozenset[int]], frozenset[int]]


def one(text: str, takes: Callable[[str], bool]) -> Form:
    return Form(text, lambda of, at: frozenset(n + 1 for n in at if n < len(of) and takes(of[n])))


def both(first: Form, second: Form) -> Form:
    return Form(first.text + second.text, lambda of, at: second.ends(of, first.ends(of, at)))


def either(forms: list[Form]) -> Form:
    return Form(
        f"(?:{'|'.join(form.text for form in forms)})",
        lambda of, at: frozenset().union(*(form.ends(of, at) for form in forms)),
    )


def repeated(form: Form, least: int, most: int | None, sign: str) -> Form:
    def ends(of: str, at: frozenset[int]) -> frozenset[int]:
        reached = at
        for _ in range(least):
            reached = form.ends(of, reached)
        found = reached
        for _ in range(len(of) + 1 if most is None else most - least):
            reached = form.ends(of, reached)
            found |= reached
        return found

    return Form(f"(?:{form.text}){sign}", ends)


LETTERS = st.sampled_from("ab-._]{").map(
    lambda c: one(f"\\{c}" if c == "." else c, lambda found: found == c)
)
SOME = st.sampled_from(
    [
        one(".", lambda _: True),
        one("[a-b]", lambda c: c in "ab"),
        one("[^a]", lambda c: c != "a"),
        one("[]a-]", lambda c: c in "]a-"),
        one(r"[\w.]", lambda c: c in "ab_."),
        one(r"\W", lambda c: c not in "ab_"),
        one("[[:alpha:]{]", lambda c: c in "ab{"),
    ]
)
ENDS = st.sampled_from(
    [
        Form("^", lambda _, at: at & {0}),
        Form("$", lambda of, at: at & {len(of)}),
    ]
)
COUNTS = st.sampled_from(
    [
        (0, None, "*"), (1, None, "+"), (0, 1, "?"), (0, None, "*?"), (2, 2, "{2}"),
        (1, 3, "{1,3}"), (2, None, "{2,}"), (0, 2, "{0,2}?"),
    ]
)  # fmt: skip


def larger(forms: st.SearchStrategy[Form]) -> st.SearchStrategy[Form]:
    return st.one_of(
        st.lists(forms, min_size=1, max_size=3).map(either),
        st.lists(forms, min_size=1, max_size=3).map(lambda each: reduce(both, each)),
        st.builds(lambda form, count: repeated(form, *count), forms, COUNTS),
    )


FORMS = st.recursive(st.one_of(LETTERS, SOME, ENDS), larger, max_leaves=8)


@settings(max_examples=500)
@given(FORMS, st.lists(st.text("ab-._]{", max_size=6), max_size=6))
def test_a_pattern_finds_what_its_parts_say(form: Form, names: list[str]) -> None:
    wanted = {name for name in names if form.ends(name, frozenset(range(len(name) + 1)))}
    event(f"found: {bool(wanted)}")
    assert fitting(form.text, names) == wanted
