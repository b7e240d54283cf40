"""What errors say besides what is wrong: a word that may have been meant."""

import pytest

from assay.errors import AssayError, did_you_mean

KNOWN = ("unmarked", "revoked", "too-old", "too-deep")


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("unmarkd", "did you mean 'unmarked'?"),
        ("too_old", "did you mean 'too-old'?"),
        ("Unmarked", "did you mean 'unmarked'?"),
        ("too-dep", "did you mean 'too-deep'?"),
        ("golden", None),
        ("", None),
    ],
)
def test_a_misspelt_word_is_answered_with_the_nearest_one(word: str, hint: str | None) -> None:
    assert did_you_mean(word, KNOWN) == hint
    assert did_you_mean(word, iter(KNOWN)) == hint


def test_nothing_is_meant_where_nothing_is_known() -> None:
    assert did_you_mean("unmarked", ()) is None


def test_an_error_is_one_line_with_where_it_is_and_what_to_do() -> None:
    assert str(AssayError("is wrong")) == "is wrong"
    assert str(AssayError("is wrong", where="a.yaml:1:2")) == "a.yaml:1:2: is wrong"
    assert str(AssayError("is wrong", where="a", hint="mend it")) == "a: is wrong; mend it"
