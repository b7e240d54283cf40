"""Exceptions in comments: what is one, what is prose, and what is a mistake that somebody should hear of."""

from datetime import date

import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from assay.errors import InputError
from assay.inputs.terraform.as_plan.exceptions import read_exception
from assay.inputs.terraform.syntax.blocks import Comment, locate
from assay.model import CodeException

PLAIN = 'assay:ignore[unmarked] reason="vendor appliance"'
LIKE_THIS = f"write {PLAIN}"
IN_QUOTES = 'put text with spaces in double quotes: reason="vendor appliance"'


def read(text: str, line: int = 12) -> CodeException | None:
    return read_exception(Comment(line, text, alone=True), "web.tf")


def refused(text: str) -> InputError:
    with pytest.raises(InputError) as caught:
        read(text)
    return caught.value


# what is a directive


@pytest.mark.parametrize(
    ("rest", "wanted"),
    [
        ("[unmarked] reason=vendor", CodeException(("unmarked",), "vendor", "web.tf", 12)),
        ("[unmarked] reason='vendor'", None),
        ('[unmarked] reason="x"', CodeException(("unmarked",), "x", "web.tf", 12)),
        ('[too-old,unmarked] reason="x"', CodeException(("too-old", "unmarked"), "x", "web.tf", 12)),
        ('[ too-old ,\tunmarked ]\treason="x"  ', CodeException(("too-old", "unmarked"), "x", "web.tf", 12)),
        ('[unmarked] reason="x" ticket=SEC-1', CodeException(("unmarked",), "x", "web.tf", 12, None, "SEC-1")),
        ('[unmarked] ticket="SEC 1" reason=x', CodeException(("unmarked",), "x", "web.tf", 12, None, "SEC 1")),
        ("[unmarked] ticket=https://jira/x#1 reason=x", CodeException(("unmarked",), "x", "web.tf", 12, None, "https://jira/x#1")),
        ("[unmarked] expires=2027-01-31 reason=x", CodeException(("unmarked",), "x", "web.tf", 12, date(2027, 1, 31))),
        ('[unmarked] expires="2028-02-29" reason=x', CodeException(("unmarked",), "x", "web.tf", 12, date(2028, 2, 29))),
        ("[unmarked] reason=später", CodeException(("unmarked",), "später", "web.tf", 12)),
        ('[unmarked] reason="a=b, [c] # d"', CodeException(("unmarked",), "a=b, [c] # d", "web.tf", 12)),
        ('[unmarked] reason="C:\\path\\"', CodeException(("unmarked",), "C:\\path\\", "web.tf", 12)),
        ("[no-such-rule] reason=x", CodeException(("no-such-rule",), "x", "web.tf", 12)),
    ],
)  # fmt: skip
@pytest.mark.parametrize("sign", ["# ", "#", "// ", "//", "# see the docs. ", "# (", "# ünï: "])
def test_what_a_directive_says(sign: str, rest: str, wanted: CodeException | None) -> None:
    text = f"{sign}assay:ignore{rest}"
    for ending in ("", "\r"):
        if wanted is None:
            assert refused(text + ending).hint == IN_QUOTES
        else:
            assert read(text + ending) == wanted


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (f"/* {PLAIN} */", 12),
        (f"/*{PLAIN}*/", 12),
        ("/* assay:ignore[unmarked] reason=vendor*/", 12),
        (f"/*\n * Bought in 2019.\n * {PLAIN}\n * Ask the firewall team.\n */", 14),
        (f"/* {PLAIN}\r\n more */", 12),
        (f"/**\n\n{PLAIN}*/", 14),
    ],
)
def test_in_a_comment_of_several_lines_it_goes_on_to_the_end_of_its_line(
    text: str, line: int
) -> None:
    found = read(text)
    assert found is not None
    assert (found.line, found.rules, found.file) == (line, ("unmarked",), "web.tf")
    assert found.reason in ("vendor appliance", "vendor")


def test_only_a_comment_of_several_lines_ends_in_its_own_sign() -> None:
    assert refused(f"# {PLAIN} */").what == "something after the brackets is not key=value"


def test_the_comments_of_a_file_are_read_where_they_stand() -> None:
    code = locate(
        f'resource "aws_instance" "a" {{ # {PLAIN}\n'
        "  // checked by assay: see the docs\n"
        f'  ami = "ami-0abc" // {PLAIN} ticket=SEC-1\r\n'
        f"  /* why:\n     {PLAIN} expires=2027-01-31 */\n"
        '  user_data = "# assay:ignore[unmarked] reason=text"\n'
        "  tag = <<-EOT\n    # assay:ignore[unmarked] reason=text\n  EOT\n"
        "}\n".encode()
    )
    found = [read_exception(comment, "web.tf") for comment in code.comments]
    plain = CodeException(("unmarked",), "vendor appliance", "web.tf", 1)
    assert found == [
        plain,
        None,
        CodeException(plain.rules, plain.reason, "web.tf", 3, None, "SEC-1"),
        CodeException(plain.rules, plain.reason, "web.tf", 5, date(2027, 1, 31)),
    ]


# what is prose


@pytest.mark.parametrize(
    "text",
    [
        "",
        "#",
        "# golden",
        "# assay:",
        "# assay: a policy gate",
        "# assay: ignore what stands above, it is old",
        "# checked by assay:see the wiki",
        "# assay:policy is in assay.yaml",
        "# http://assay:8080/ignore[0]",
        "# tags: assay:owner=team, assay:env=prod",
        "# assay: list[0] is golden",
        "# assay: see [1] and [2]",
        "# myassay:ignore[unmarked]",
        "# x-assay:ignore[unmarked]",
        "# ignore[unmarked] reason=x",
        "# assay ignore[unmarked]",
        "# assay\n:ignore[unmarked]",
        "/* assay:\nignore[unmarked] */",
        "# tfsec:ignore:aws-ec2-no-public-ip checkov:skip=CKV_AWS_8:x",
    ],
)
def test_prose_is_none(text: str) -> None:
    assert read(text) is None


# what is a mistake


@pytest.mark.parametrize(
    "text",
    [
        "assay:ingore[unmarked] reason=x",
        "assay:ingore",
        "assay:ignores[unmarked] reason=x",
        "assay:ignored because it is old",
        "assay:Ignore[unmarked] reason=x",
        "assay:IGNORE[unmarked] reason=x",
        "assay:skip[unmarked] reason=x",
        "assay:[unmarked] reason=x",
        "assay: ignore[unmarked] reason=x",
        "assay:\tignore[unmarked] reason=x",
        "assay: ingore[unmarked] reason=x",
        "assay: ignore [unmarked] reason=x",
        "assay:ignore [unmarked] reason=x",
        "assay:ignore",
        "assay:ignore reason=x",
        "assay:ignore:unmarked",
        "assay:ignore=unmarked",
        "assay:ignore(unmarked) reason=x",
        "assay:ignore-next[unmarked] reason=x",
    ],
)
def test_what_is_meant_for_one_is_an_error(text: str) -> None:
    error = refused(f"# {text}")
    assert str(error) == f"web.tf:12: not quite an exception; {LIKE_THIS}"


@pytest.mark.parametrize("rules", ["", " ", ",", "unmarked,", ",unmarked", "a b", "*", "un.marked",
                                   '"unmarked"', "[unmarked", "ünmarked", "x" * 65, "a;b"])  # fmt: skip
def test_the_brackets_hold_a_list_of_rules(rules: str) -> None:
    error = refused(f"# assay:ignore[{rules}] reason=x")
    assert str(error) == f"web.tf:12: assay:ignore needs a list of rules in brackets; {LIKE_THIS}"


def test_brackets_are_closed_on_their_line() -> None:
    assert "list of rules" in refused("# assay:ignore[unmarked reason=x").what
    assert "list of rules" in refused("/* assay:ignore[unmarked,\n too-old] reason=x */").what


@pytest.mark.parametrize("rest", ["", " ticket=SEC-1", " expires=2027-01-31 ticket=SEC-1"])
def test_a_reason_is_required(rest: str) -> None:
    error = refused(f"# assay:ignore[unmarked]{rest}")
    assert str(error) == f"web.tf:12: an exception without a reason; {LIKE_THIS}"


def test_a_reason_on_the_next_line_is_none() -> None:
    assert "without a reason" in refused('/* assay:ignore[unmarked]\n reason="x" */').what


@pytest.mark.parametrize("key", ["reason", "ticket"])
@pytest.mark.parametrize("text", ["", " ", "\t", "\u200b", "\u2003\u202e", "\x1b[2J", "a\tb", "a\x00b",
                                  "a\x7f", "x" * 501])  # fmt: skip
def test_what_it_says_can_be_read(key: str, text: str) -> None:
    before = "" if key == "reason" else "reason=x "
    error = refused(f'# assay:ignore[unmarked] {before}{key}="{text}"')
    assert error.what == f"{key} must be one line of text, 1 to 500 characters"
    assert error.where == "web.tf:12"


@pytest.mark.parametrize("text", ["x" * 500, "-", "é", "a\u202eb"])
def test_what_it_says_may_be_of_any_kind(text: str) -> None:
    found = read(f'# assay:ignore[unmarked] reason="{text}"')
    assert found is not None
    assert found.reason == text


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        ("reson", "did you mean 'reason'?"),
        ("Reason", "did you mean 'reason'?"),
        ("expiry", "did you mean 'expires'?"),
        ("tickets", "did you mean 'ticket'?"),
        ("until", "the keys are reason, expires, ticket"),
        ("approved_by", "the keys are reason, expires, ticket"),
        ("rules", "the keys are reason, expires, ticket"),
    ],
)
def test_unknown_keys(key: str, hint: str) -> None:
    error = refused(f'# {PLAIN} {key}="hunter2"')
    assert str(error) == f"web.tf:12: unknown key {key!r}; {hint}"


@pytest.mark.parametrize("key", ["reason", "ticket", "expires"])
def test_no_key_stands_twice(key: str) -> None:
    twice = f"{key}=2027-01-31 {key}=2027-01-31"
    error = refused(f"# assay:ignore[unmarked] {twice}")
    assert str(error) == f"web.tf:12: the key {key!r} appears twice; remove one of them"


@pytest.mark.parametrize(
    "rest",
    [
        "hunter2",
        "reason=x hunter2",
        "reason = hunter2",
        "reason: hunter2",
        "reason=vendor hunter2",
        "reason=x, ticket=hunter2",
        'reason="x"ticket=hunter2',
        'reason="x", ticket=hunter2',
        'reason="x" "hunter2"',
        'reason="say \\"hunter2\\""',
        "=hunter2",
        "reason=x # hunter2",
        "reason=x because of hunter2",
        "reason=hunter2,",
        "reason='hunter 2'",
        "reason=“hunter2”",
        'reason="hunter2',
        'ticket="hunter2 reason=x',
        "reason=\"hunter2 ' ",
        "reason=",
        "reason= hunter2",
        'reason=hunter2"',
        "expires=hunter2! reason=x",
        f"reason=x {PLAIN.partition(' ')[2]}=hunter2",
    ],
)
def test_malformed_values_are_told_and_not_quoted(rest: str) -> None:
    error = refused(f"# assay:ignore[unmarked] {rest}")
    assert error.where == "web.tf:12"
    assert error.hint
    assert "hunter" not in str(error)
    assert error.what.endswith(("is neither one word nor text in double quotes", "is not key=value",
                                "the key 'reason' appears twice"))  # fmt: skip


def test_a_space_stands_before_each_key() -> None:
    error = refused("# assay:ignore[unmarked]reason=x")
    assert error.what == "something after the brackets is not key=value"
    assert error.hint == IN_QUOTES


@pytest.mark.parametrize(
    "day",
    ["2027-02-29", "2027-13-01", "2027-1-31", "27-01-31", "31.01.2027", "20270131", "2027-W05-1",
     "2027-01-31T00:00:00Z", "0000-01-01", "never", "99999-01-01", "\uff12\uff10\uff12\uff17-01-31", "2027/01/31",
     "2027-01-31-", " 2027-01-31"],
)  # fmt: skip
def test_days_that_are_none(day: str) -> None:
    error = refused(f'# {PLAIN} expires="{day}"')
    assert str(error) == (
        "web.tf:12: expires is not a valid date; "
        "write it as expires=2027-01-31, the last day on which the exception applies"
    )


@pytest.mark.parametrize("day", ["2027-01-31", "0001-01-01", "9999-12-31"])
def test_days(day: str) -> None:
    found = read(f"# {PLAIN} expires={day}")
    assert found is not None
    assert str(found.expires) == day


@pytest.mark.parametrize(
    ("text", "line"),
    [(f"# {PLAIN} {PLAIN}", 12), (f"/* {PLAIN}\n{PLAIN} */", 13), (f"/*\n{PLAIN}\n\nassay:ingore */", 15)],
)  # fmt: skip
def test_one_directive_a_comment(text: str, line: int) -> None:
    error = refused(text)
    assert error.what == "two directives in one comment"
    assert error.where == f"web.tf:{line}"


# whatever stands there

PIECES = st.sampled_from(
    ["assay:", "ignore", "ingore", "[", "]", "unmarked", ",", " ", "\t", "\n", "\r", '"', "'", "=",
     "reason", "reason=x", 'reason="x y"', "expires=2027-01-31", "expires=2027-02-30", "ticket=1",
     "\\", "*/", "/*", "\u202e", "\x00", "é", "assay:ignore[unmarked]", PLAIN]
)  # fmt: skip
TEXTS = st.one_of(
    st.text(max_size=60),
    st.lists(st.one_of(PIECES, PIECES, st.text(max_size=3)), max_size=14).map("".join),
    st.text(max_size=30).map(lambda tail: f"assay:ignore[unmarked] {tail}"),
    st.text(max_size=30).map(lambda tail: f'{PLAIN} ticket="{tail}"'),
)


def read_or_told(text: str) -> tuple[CodeException | None, str | None]:
    try:
        return read(text), None
    except InputError as error:
        return None, str(error)


@settings(max_examples=max(500, settings().max_examples))
@given(TEXTS, st.sampled_from(["# ", "//", "/*", "/* "]))
@example("assay:ignore[" + "," * 5000, "#")
@example(PLAIN + " " * 50_000 + "x", "#")
@example("assay:" * 5000, "#")
@example("assay:" + "\t" * 50_000, "#")
@example("assay:ignore[unmarked] reason=" + "x" * 100_000, "#")
@example("assay:ignore[unmarked] " + "x" * 100_000 + "=1", "#")
def test_whatever_it_holds_only_an_input_error_leaves(text: str, sign: str) -> None:
    found, said = read_or_told(sign + text)
    event("refused" if said else "read" if found else "prose")
    if said is not None:
        assert said.startswith("web.tf:")
        assert said.isprintable()
        assert len(said) < 300
    if found is not None:
        assert "assay:ignore[" in text
        assert all(found.rules)
        assert found.reason.strip()
        assert found.line >= 12
