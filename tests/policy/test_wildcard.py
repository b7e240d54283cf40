"""`*` and `?` as EC2's watermark filters read them: nothing else is special, and no pattern is slow."""

from typing import Self, SupportsIndex

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from assay.policy.wildcard import matches


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("", ""),
        ("*", ""),
        ("*", "anything at all"),
        ("***", ""),
        ("a*", "a"),
        ("*a", "a"),
        ("a*b", "ab"),
        ("a*b", "a--b--b"),
        ("*a*b*", "xxaxxbxx"),
        ("?", "x"),
        ("??", "xy"),
        ("a?c", "abc"),
        ("*?", "x"),
        ("?*", "xyz"),
        ("*?b?*", "abc"),
        ("*?b*?b", "abxxb"),
        ("golden-*-x86", "golden-2026-q1-x86"),
        ("golden [x86]", "golden [x86]"),
        ("it's (a) ./name@_", "it's (a) ./name@_"),
        ("*[1]", "build[1]"),
        ("?", "\n"),
        ("a*b", "a\n\nb"),
        ("*", "\U0001f600"),
        ("?", "\U0001f600"),
        ("a*a", "aa"),
        ("ab*ba", "abba"),
    ],
)
def test_fits(pattern: str, text: str) -> None:
    assert matches(pattern, text)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("", "x"),
        ("a", ""),
        ("a", "aa"),
        ("golden", "Golden"),
        ("GOLDEN-*", "golden-1"),
        ("?", ""),
        ("?", "xy"),
        ("a?c", "ac"),
        ("a?c", "abbc"),
        ("??*", "x"),
        ("a*b", "a"),
        ("a*a", "a"),
        ("ab*ba", "aba"),
        ("*a*b*", "ba"),
        ("*ab*ab*", "xabx"),
        ("golden", "golden\n"),
        ("golden", "x golden"),
        ("golden-*", "my-golden-1"),
        ("*-golden", "my-golden-1"),
    ],
)
def test_does_not_fit(pattern: str, text: str) -> None:
    assert not matches(pattern, text)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("[ab]", "a"),
        ("[!a]", "b"),
        ("a.c", "abc"),
        ("a+", "aa"),
        ("a|b", "a"),
        ("(a)", "a"),
        (r"\d", "7"),
        (r"\*", "*"),
        ("{a,b}", "a"),
        ("^a$", "a"),
        ("%", "x"),
        ("_", "x"),
    ],
)
def test_signs_of_other_languages_stand_for_themselves(pattern: str, text: str) -> None:
    assert not matches(pattern, text)
    assert matches(pattern.replace("*", "?"), pattern)


def reference(pattern: str, text: str) -> bool:
    """The textbook table: reachable[j] says that the pattern so far fits the first j characters."""
    reachable = [True] + [False] * len(text)
    for sign in pattern:
        row = [sign == "*" and reachable[0]]
        for j, found in enumerate(text, start=1):
            if sign == "*":
                row.append(reachable[j] or row[j - 1])
            else:
                row.append(reachable[j - 1] and sign in ("?", found))
        reachable = row
    return reachable[-1]


def _pattern_from(text: str, choices: list[int]) -> str:
    """A pattern near `text`: characters kept, made `?`, swallowed by `*`, or spoilt."""
    signs = []
    for letter, choice in zip(text, choices, strict=False):
        signs.append((letter, letter, "?", "*", letter + "*", "b", "")[choice])
    return "".join(signs)


@settings(max_examples=200)
@given(
    st.text(alphabet="ab", max_size=14).flatmap(
        lambda text: st.tuples(
            st.one_of(
                st.text(alphabet="ab*?", max_size=10),
                st.lists(st.integers(0, 6), min_size=len(text), max_size=len(text)).map(
                    lambda choices: _pattern_from(text, choices)
                ),
            ),
            st.just(text),
        )
    )
)
def test_agrees_with_the_textbook(pair: tuple[str, str]) -> None:
    pattern, text = pair
    wanted = reference(pattern, text)
    event(f"fits: {wanted}")
    assert matches(pattern, text) is wanted


def recursive(pattern: str, text: str) -> bool:
    """The meaning, read off the signs: slow where there are many stars."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return recursive(pattern[1:], text) or (bool(text) and recursive(pattern, text[1:]))
    return bool(text) and pattern[0] in ("?", text[0]) and recursive(pattern[1:], text[1:])


@settings(max_examples=300)
@given(st.text(alphabet="ab*?", max_size=7), st.text(alphabet="abc", max_size=7))
def test_agrees_with_the_meaning(pattern: str, text: str) -> None:
    wanted = recursive(pattern, text)
    event(f"fits: {wanted}")
    assert reference(pattern, text) is wanted
    assert matches(pattern, text) is wanted


@settings(max_examples=100)
@given(st.text(max_size=20), st.text(max_size=20))
def test_agrees_with_the_textbook_on_any_text(pattern: str, text: str) -> None:
    assert matches(pattern, text) is reference(pattern, text)


@settings(max_examples=100)
@given(st.text(max_size=20), st.text(max_size=20), st.text(max_size=20))
def test_a_star_stands_for_whatever_is_between(head: str, middle: str, tail: str) -> None:
    assert matches(head.replace("*", "?") + "*" + tail.replace("*", "?"), head + middle + tail)


def test_every_short_pattern_on_every_short_text() -> None:
    """Exhaustive where that is possible: all patterns of four signs, all texts of four letters."""
    patterns = _words("ab*?", 4)
    texts = _words("ab", 4)
    wrong = [(p, t) for p in patterns for t in texts if matches(p, t) is not reference(p, t)]
    assert not wrong


def _words(alphabet: str, longest: int) -> list[str]:
    words = [""]
    for _ in range(longest):
        words += [word + letter for word in words for letter in alphabet]
    return sorted(set(words))


class Counted(str):
    """A text that counts how many of its characters were looked at."""

    __slots__ = ("looks",)
    looks: int

    def __new__(cls, text: str) -> Self:
        made = super().__new__(cls, text)
        made.looks = 0
        return made

    def __getitem__(self, key: SupportsIndex | slice) -> str:
        found = super().__getitem__(key)
        self.looks += len(found)
        return found

    def find(
        self, sub: str, start: SupportsIndex | None = 0, end: SupportsIndex | None = None, /
    ) -> int:
        at = super().find(sub, start, end)
        first = 0 if start is None else int(start)
        last = len(self) if end is None else int(end)
        self.looks += (at + len(sub) if at >= 0 else max(last, first)) - first
        return at


@pytest.mark.parametrize("ending", ["", "c", "c*", "*c*"])
def test_many_stars_read_the_text_once(ending: str) -> None:
    """A backtracking matcher needs some 10000!/5000! steps here; this one reads each letter once or twice."""
    text = Counted("a" * 10_000)
    fits = matches("*a" * 5_000 + "*" * (not ending) + ending, text)
    assert fits is (not ending)
    assert text.looks <= 2 * len(text)


def test_stars_and_question_marks_stay_within_text_times_pattern() -> None:
    text = Counted("a" * 2_000)
    pattern = "*?a" * 100 + "?" * 20 + "*b"
    assert not matches(pattern, text)
    assert matches("*?a" * 100 + "*", text)
    assert text.looks <= len(text) * len(pattern)


def test_a_long_failing_search_stays_within_text_times_pattern() -> None:
    text = Counted("a" * 1_000)
    pattern = "*?" + "a" * 200 + "b?*"
    assert not matches(pattern, text)
    assert text.looks <= len(text) * len(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        "*a" * 50_000 + "*b",
        "*a" * 50_000 + "*b*",
        "*a*" * 50_000 + "b*",
        "a*" * 50_000 + "b",
        "*" * 50_000 + "b*",
        "*aa" * 25_000 + "*aab*",
        "*a" * 511 + "*b*",
        "a" * 1_023 + "*b*",
    ],
)
def test_adversarial_patterns_read_a_long_text_once(pattern: str) -> None:
    """A piece that is found is never moved: what was read is not read again."""
    text = Counted("a" * 100_000)
    assert not matches(pattern, text)
    assert text.looks <= 2 * len(text)
    assert matches(pattern.replace("b", "*"), text)


def test_a_piece_that_is_not_there_is_looked_for_once() -> None:
    """The first piece that cannot be placed ends the search; the others are not tried."""
    text = Counted("a" * 100_000)
    assert not matches("*b*" + "*a" * 50_000 + "*", text)
    assert text.looks <= len(text) + 1
