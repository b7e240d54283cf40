"""What reports say of exceptions: on each verdict, in the numbers, and of the exceptions themselves."""

import json
from collections.abc import Iterable
from datetime import date, timedelta
from importlib import resources
from typing import Any

import pytest
from jsonschema import Draft7Validator, FormatChecker
from msgspec.structs import replace

from assay.model import (
    CatalogFacts,
    Derivation,
    InputFacts,
    Outcome,
    Policy,
    Report,
    Subject,
    worst,
)
from assay.policy.engine import judge_all
from assay.report.formats import json as json_report
from assay.report.formats import text
from tests.policy.builders import AS_OF, PLACE, USED, document, image, mark, subject
from tests.policy.test_exceptions import EVERYWHERE, TODAY, VENDOR, exception, of
from tests.policy.test_inline_exceptions import ignore, with_comments

SCHEMA = json.loads(
    resources.files("assay.report").joinpath("report.schema.json").read_text("utf-8")
)


def report(by: Policy, *subjects: Subject) -> Report:
    verdicts, exceptions = judge_all(subjects, by, AS_OF)
    return Report(
        outcome=worst(verdict.outcome for verdict in verdicts),
        as_of=AS_OF,
        policy=by,
        catalog=CatalogFacts("offline", None, None, {}),
        inputs=(InputFacts("plan.json", "plan", "0" * 64, len(verdicts)),),
        verdicts=verdicts,
        not_judged={},
        exceptions=exceptions,
    )


def as_json(by: Policy, *subjects: Subject) -> dict[str, Any]:
    """The JSON report, held against its schema."""
    document: dict[str, Any] = json.loads(json_report.render(report(by, *subjects)))
    Draft7Validator(SCHEMA, format_checker=FormatChecker()).validate(document)
    return document


def as_text(by: Policy, *subjects: Subject) -> list[str]:
    return text.render(report(by, *subjects)).splitlines()


def allowing(*exceptions: dict[str, Any], **parts: Any) -> Policy:
    return document(exceptions=list(exceptions), **parts)


def here(address: str, like: Subject | None = None) -> Subject:
    like = like or of()
    return replace(like, reference=replace(like.reference, address=address))


def days(count: int) -> str:
    return str(TODAY + timedelta(days=count))


TICKET: dict[str, Any] = {"ticket": "SEC-1421", "expires": days(60)}
SAID = {
    "reason": "vendor appliance",
    "approved_by": "platform-security",
    "ticket": "SEC-1421",
    "expires": days(60),
    "rules": ["unmarked"],
    "file": None,
    "line": None,
}


def test_json_names_the_exception_on_the_verdict_and_in_the_list() -> None:
    found = as_json(allowing(exception(**TICKET)), of(), subject())
    excepted, plain = found["verdicts"]
    assert (excepted["outcome"], excepted["exception"]) == ("pass", SAID)
    assert {r["rule"]: r["excepted"] for r in excepted["results"]} == {
        r["rule"]: r["rule"] == "unmarked" for r in excepted["results"]
    }
    [unmarked] = [r for r in excepted["results"] if r["rule"] == "unmarked"]
    assert (unmarked["outcome"], unmarked["severity"]) == ("fail", "error")
    assert plain["exception"] is None
    assert not any(r["excepted"] for r in plain["results"])
    assert found["exceptions"] == [
        {**SAID, "used": 1, "missed": 0, "days_left": 61, "state": "active"}
    ]
    assert found["outcome"] == "pass"


def test_json_without_exceptions() -> None:
    found = as_json(document(), of())
    assert found["exceptions"] == []
    assert found["verdicts"][0]["exception"] is None
    assert found["summary"]["excepted"] == 0


def test_json_without_a_ticket() -> None:
    found = as_json(allowing(exception()), of())
    assert found["verdicts"][0]["exception"]["ticket"] is None
    assert found["exceptions"][0]["ticket"] is None


@pytest.mark.parametrize(
    ("exceptions", "subjects", "counts"),
    [
        ([exception()], [of(), of(), subject()], (3, 0, 0, 2)),
        ([exception(expires=days(-1))], [of(), subject()], (1, 1, 0, 0)),
        ([exception()], [of(replace(VENDOR, state="disabled"))], (0, 1, 0, 0)),
        ([exception()], [of(replace(VENDOR, state="pending"))], (0, 0, 1, 0)),
        ([], [of(), subject()], (1, 1, 0, 0)),
        ([exception(None, "deprecated")], [subject(image(mark(), deprecation_time=AS_OF))], (1, 0, 0, 0)),
    ],
)  # fmt: skip
def test_excepted_counts_what_passes_only_for_an_exception(
    exceptions: list[dict[str, Any]], subjects: list[Subject], counts: tuple[int, int, int, int]
) -> None:
    summary = as_json(allowing(*exceptions), *subjects)["summary"]
    names = ("pass", "fail", "undetermined", "excepted")
    assert tuple(summary[name] for name in names) == counts
    assert summary["references"] == len(subjects)


STATES = [
    (exception(**TICKET), (1, 0, 61, "active")),
    (exception(expires=days(13)), (1, 0, 14, "expiring")),
    (exception(expires=days(0)), (1, 0, 1, "expiring")),
    (exception({"address": "*.nothing"}), (0, 0, 61, "unused")),
    (exception({"address": "*.nothing"}, expires=days(2)), (0, 0, 3, "unused")),
    (exception(expires=days(-1)), (0, 1, 0, "expired")),
    (exception({"address": "*.nothing"}, expires=days(-30)), (0, 0, -29, "expired")),
]


@pytest.mark.parametrize(("exception", "wanted"), STATES)
def test_json_tells_the_state_of_every_exception(
    exception: dict[str, Any], wanted: tuple[int, int, int, str]
) -> None:
    [found] = as_json(allowing(exception), of())["exceptions"]
    assert tuple(found[name] for name in ("used", "missed", "days_left", "state")) == wanted
    assert found["expires"] == exception["expires"]


def test_json_keeps_the_order_of_the_policy() -> None:
    by = allowing(*(exception for exception, _ in STATES))
    found = as_json(by, of())["exceptions"]
    assert [each["expires"] for each in found] == [each["expires"] for each, _ in STATES]
    assert sum(each["used"] for each in found) == 1


def test_text_says_by_which_exception_a_reference_passes() -> None:
    lines = as_text(allowing(exception(**TICKET)), of())
    assert lines[0].startswith(f"PASS aws_instance.web  ami = {USED} in ")
    assert (
        "  by exception: vendor appliance (SEC-1421, approved by platform-security, "
        f"until {days(60)})" in lines
    )
    assert f"  unmarked: excepted: {USED} carries no golden watermark" in lines
    assert "PASS 1 AMI reference: 1 pass, 1 of them by exception" in lines
    assert not [line for line in lines if line.startswith("  exception ")]


def test_text_without_a_ticket() -> None:
    lines = as_text(allowing(exception()), of())
    assert (
        f"  by exception: vendor appliance (approved by platform-security, until {days(60)})"
        in lines
    )


def announced(lines: Iterable[str]) -> list[str]:
    return [line.strip() for line in lines if line.startswith("  exception ")]


@pytest.mark.parametrize(
    ("exception", "said"),
    [
        (exception(expires=days(60)), []),
        (exception(expires=days(15)), []),
        (exception(expires=days(14)), [f"exception vendor appliance: ends in 14 days ({days(14)}); needed by 2"]),
        (exception(expires=days(13)), [f"exception vendor appliance: ends in 13 days ({days(13)}); needed by 2"]),
        (exception(expires=days(0)), [f"exception vendor appliance: ends today ({days(0)}); needed by 2"]),
        (exception(expires=days(-1)), [f"exception vendor appliance: expired on {days(-1)}; still needed by 2"]),
        (exception({"address": "x"}, expires=days(-1)), [f"exception vendor appliance: expired on {days(-1)}, and nothing needs it"]),
        (exception({"address": "x"}), ["exception vendor appliance: nothing needs it"]),
        (exception({"address": "x"}, ticket="SEC-7"), ["exception SEC-7: nothing needs it"]),
    ],
)  # fmt: skip
def test_text_announces_what_somebody_should_see_to(
    exception: dict[str, Any], said: list[str]
) -> None:
    assert announced(as_text(allowing(exception), here("a.b"), here("c.d"))) == said


def test_text_says_since_when_a_failure_is_let_through_no_more() -> None:
    lines = as_text(allowing(exception(expires="2026-11-20")), of())
    assert lines[0].startswith("FAIL ")
    assert (
        f"  unmarked: {USED} carries no golden watermark; "
        "the exception vendor appliance expired on 2026-11-20" in lines
    )
    assert not [line for line in lines if "by exception" in line]


def test_text_puts_references_together_that_an_exception_lets_through() -> None:
    """And apart from those that it does not reach."""
    like = of()
    by = allowing(exception({"address": "module.fw.*"}))
    many = [here(f"module.fw.aws_instance.a[{n}]", like) for n in range(3)]
    lines = as_text(by, *many, here("aws_instance.b", like), here("aws_instance.c", like))
    assert sum("by exception: " in line for line in lines) == 1
    assert sum("carries no golden watermark" in line for line in lines) == 2
    assert "FAIL 5 AMI references: 2 fail, 3 pass, 3 of them by exception" in lines


def test_a_derived_image_says_which_image_was_judged() -> None:
    copied = of(derivations=(Derivation("aws_ami_copy.fw", "CopyImage", PLACE),))
    found = as_json(allowing(exception({"image": {"id": USED}})), copied)
    [verdict] = found["verdicts"]
    assert verdict["outcome"] == "pass"
    assert verdict["exception"]["reason"] == "vendor appliance"
    assert found["summary"]["excepted"] == 1
    [unmarked] = [r for r in verdict["results"] if r["excepted"]]
    assert unmarked["message"].endswith(f"[derived from {USED} by aws_ami_copy.fw (CopyImage)]")


def test_a_sensitive_value_stays_hidden() -> None:
    secret = of(sensitive=True)
    for by in (allowing(exception()), allowing(exception(expires=days(-1)))):
        assert USED not in json.dumps(as_json(by, secret))
        assert USED not in "\n".join(as_text(by, secret))


def test_tags_are_matched_and_never_shown() -> None:
    tagged = of(tags={"env": "hunter2"})
    by = allowing(exception({"tags": {"env": "hunter?"}, "image": {"tags": {"vendor": "*"}}}))
    assert report(by, tagged).outcome is Outcome.PASS
    for shown in (json.dumps(as_json(by, tagged)), "\n".join(as_text(by, tagged))):
        assert "hunter" not in shown
        assert "acme" not in shown


def test_what_an_exception_says_cannot_write_on_the_terminal() -> None:
    hostile: dict[str, Any] = {
        "reason": "x\u202ey\u2028z",
        "approved_by": "me\u200b",
        "ticket": "SEC\u2066",
    }
    for expires in (days(1), days(-1)):
        shown = "\n".join(
            as_text(allowing(exception(EVERYWHERE, **hostile, expires=expires)), of())
        )
        assert not set(shown) & set("\u202e\u2028\u200b\u2066")
        assert "x\\u202ey" in shown or "SEC\\u2066" in shown


# those that comments in the code make

COMMENTED: dict[str, Any] = {
    "reason": "vendor appliance",
    "approved_by": None,
    "ticket": None,
    "expires": None,
    "rules": ["unmarked"],
    "file": "web.tf",
    "line": 12,
}


def ending(count: int) -> date:
    return TODAY + timedelta(days=count)


def test_json_names_the_comment_on_the_verdict_and_in_the_list() -> None:
    found = as_json(document(), with_comments(ignore()), of())
    excepted, plain = found["verdicts"]
    assert (excepted["outcome"], excepted["exception"]) == ("pass", COMMENTED)
    assert [r["rule"] for r in excepted["results"] if r["excepted"]] == ["unmarked"]
    assert (plain["outcome"], plain["exception"]) == ("fail", None)
    assert found["exceptions"] == [
        {**COMMENTED, "used": 1, "missed": 0, "days_left": None, "state": "active"}
    ]
    assert (found["summary"]["excepted"], found["summary"]["pass"]) == (1, 1)


@pytest.mark.parametrize(
    ("end", "wanted"),
    [
        (60, (1, 0, 61, "active")),
        (14, (1, 0, 15, "expiring")),
        (0, (1, 0, 1, "expiring")),
        (-1, (0, 1, 0, "expired")),
    ],
)
def test_json_tells_the_state_of_a_comment(end: int, wanted: tuple[int, int, int, str]) -> None:
    here = with_comments(ignore(expires=ending(end), ticket="SEC-7"))
    [found] = as_json(document(), here)["exceptions"]
    assert tuple(found[name] for name in ("used", "missed", "days_left", "state")) == wanted
    assert (found["expires"], found["ticket"]) == (days(end), "SEC-7")


def test_json_lists_the_policys_first_and_no_comment_that_nothing_needs() -> None:
    by = allowing(exception({"address": "*.nothing"}, **TICKET))
    found = as_json(by, with_comments(ignore()), with_comments(ignore(line=40), like=subject()))
    assert [(each["ticket"], each["line"]) for each in found["exceptions"]] == [
        ("SEC-1421", None),
        (None, 12),
    ]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "vendor appliance (in a comment, web.tf:12, no end date)"),
        (
            {"ticket": "SEC-7", "expires": ending(60)},
            f"vendor appliance (SEC-7, in a comment, web.tf:12, until {days(60)})",
        ),
    ],
)
def test_text_says_which_comment_lets_a_reference_through(
    changes: dict[str, Any], said: str
) -> None:
    lines = as_text(document(), with_comments(ignore(**changes)))
    assert lines[0].startswith("PASS aws_instance.web ")
    assert f"  by exception: {said}" in lines
    assert f"  unmarked: excepted: {USED} carries no golden watermark" in lines
    assert "PASS 1 AMI reference: 1 pass, 1 of them by exception" in lines
    assert announced(lines) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"expires": ending(15)}, []),
        ({"expires": ending(1)}, [f"exception vendor appliance (web.tf:12): ends tomorrow ({days(1)}); needed by 2"]),
        ({"expires": ending(-1)}, [f"exception vendor appliance (web.tf:12): expired on {days(-1)}; still needed by 2"]),
        ({"expires": ending(-1), "ticket": "SEC-7"}, [f"exception SEC-7 (web.tf:12): expired on {days(-1)}; still needed by 2"]),
        ({"expires": ending(-1), "rules": ("too-deep",)}, []),
    ],
)  # fmt: skip
def test_text_announces_comments_that_somebody_should_see_to(
    changes: dict[str, Any], said: list[str]
) -> None:
    here = with_comments(ignore(**changes))
    assert announced(as_text(document(), here, here)) == said


def test_text_puts_the_instances_of_one_comment_together() -> None:
    like = of()
    many = [with_comments(ignore(), like=like, address=f"aws_instance.a[{n}]") for n in range(3)]
    other = with_comments(ignore(line=40), like=like, address="aws_instance.b")
    lines = as_text(document(), *many, other, here("aws_instance.c", like))
    assert [line for line in lines if "by exception: " in line] == [
        "  by exception: vendor appliance (in a comment, web.tf:12, no end date)",
        "  by exception: vendor appliance (in a comment, web.tf:40, no end date)",
    ]
    assert "FAIL 5 AMI references: 1 fail, 4 pass, 4 of them by exception" in lines


@pytest.mark.parametrize(
    ("count", "said"), [(0, []), (1, ["1 exception"]), (12, ["12 exceptions"])]
)
def test_text_says_how_many_comments_were_left_aside(count: int, said: list[str]) -> None:
    plain = replace(report(document(), of()), left_aside=count)
    lines = [line for line in text.render(plain).splitlines() if "ignored" in line]
    assert lines == [f"  ignored because of --no-inline: {each} in the code" for each in said]
    assert json_report.render(plain) == json_report.render(replace(plain, left_aside=0))


def test_what_a_comment_says_cannot_write_on_the_terminal() -> None:
    hostile: dict[str, Any] = {
        "reason": "\x1b]0;x\x07\u202ey\x9b2J",
        "ticket": "SEC\u2066\r\n",
        "file": "a\x1b[2J\u200b.tf",
    }
    for end in (1, -1):
        for named in ({}, {"ticket": None}):
            comment = ignore(**{**hostile, **named}, expires=ending(end))
            shown = "\n".join(as_text(document(), with_comments(comment)))
            assert not set(shown) & set("\x1b\x07\x9b\r\u202e\u2066\u200b")
            assert "a\\u001b[2J\\u200b.tf:12" in shown
            as_json(document(), with_comments(comment))


def test_a_sensitive_value_stays_hidden_where_a_comment_lets_it_through() -> None:
    for end in (None, ending(-1)):
        secret = with_comments(ignore(expires=end), like=of(sensitive=True))
        assert USED not in json.dumps(as_json(document(), secret))
        assert USED not in "\n".join(as_text(document(), secret))
