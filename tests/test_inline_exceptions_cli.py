"""Exceptions in the code as a check meets them: honoured, left aside, refused, and asked about."""

import json
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from assay.cli import run
from assay.model import AmiId, AmiReference, CodeException, ImageName
from tests.command import POLICY
from tests.judging import HERE, Emulated, at, outcomes, policy
from tests.policy.builders import ELSE, HOME, reference
from tests.test_exceptions_cli import GOLDEN, OTHER, PENDING, RECORDED, exception, recording
from tests.worlds import GoldenWorld

COMMENT = CodeException(("unmarked",), "lab", "web.tf", 3, ticket="SEC-7")


def instance(
    image: str, *exceptions: CodeException, address: str = "aws_instance.a"
) -> AmiReference:
    return reference(AmiId(image), place=HERE, address=address, exceptions=exceptions)


def code(references: Sequence[AmiReference]) -> str:
    """The references as Terraform has them, each with one line of comment at the least."""
    lines = [f'provider "aws" {{ region = "{HOME}" }}']
    for number, each in enumerate(references):
        comments = [directive(exception) for exception in each.exceptions] or ["# nothing"]
        lines += [
            f'resource "aws_instance" "r{number}" {{',
            *comments,
            f'ami = "{each.value}"',
            "}",
        ]
    return "\n".join(lines) + "\n"


def directive(exception: CodeException) -> str:
    text = f'# assay:ignore[{", ".join(exception.rules)}] reason="{exception.reason}"'
    text += f" ticket={exception.ticket}" if exception.ticket else ""
    return text + (f" expires={exception.expires}" if exception.expires else "")


class Check:
    """`assay check` on code that holds these references; what comes out is kept."""

    def __init__(self, here: Path, patch: pytest.MonkeyPatch, read: Callable[[], str]) -> None:
        self._here = here
        self._patch = patch
        self._read = read
        self.said = ""

    def __call__(self, *references: AmiReference, flags: tuple[str, ...] = ()) -> int:
        (self._here / "web.tf").write_text(code(references))
        self._patch.chdir(self._here)
        exit_code = run(["check", ".", "--catalog", "catalog.json", "--as-of", RECORDED, *flags])
        self.said = self._read()
        return exit_code

    def json(self, *references: AmiReference, flags: tuple[str, ...] = ()) -> dict[str, Any]:
        self(*references, flags=("--format", "json", *flags))
        loaded: dict[str, Any] = json.loads(self.said)
        return loaded


@pytest.fixture
def check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Check:
    (tmp_path / "catalog.json").write_text(json.dumps(recording()))
    (tmp_path / "assay.yaml").write_text(POLICY)
    return Check(tmp_path, monkeypatch, lambda: "".join(capfd.readouterr()))


def test_a_comment_lets_its_reference_through_and_no_other(check: Check) -> None:
    here = [instance(OTHER, COMMENT), instance(OTHER, address="aws_instance.b"), instance(GOLDEN)]
    report = check.json(*here)
    assert [each["outcome"] for each in report["verdicts"]] == ["pass", "fail", "pass"]
    assert report["summary"]["excepted"] == 1
    assert report["verdicts"][0]["exception"] == {
        "reason": "lab",
        "approved_by": None,
        "ticket": "SEC-7",
        "expires": None,
        "rules": ["unmarked"],
        "file": "web.tf",
        "line": 3,
    }
    assert check(*here) == 1
    assert "by exception: lab (SEC-7, in a comment, web.tf:3, no end date)" in check.said
    assert "aside" not in check.said
    assert check(here[0], here[2]) == 0


NO_INLINE = [
    (("--no-inline",), {}),
    ((), {"ASSAY_NO_INLINE": "1"}),
    ((), {"ASSAY_NO_INLINE": "true"}),
]


@pytest.mark.parametrize(("flags", "env"), NO_INLINE)
def test_a_gate_does_not_honour_it(
    check: Check, monkeypatch: pytest.MonkeyPatch, flags: tuple[str, ...], env: dict[str, str]
) -> None:
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    here = [
        instance(OTHER, COMMENT),
        instance(OTHER, replace(COMMENT, line=4), address="aws_instance.b"),
        instance(GOLDEN, replace(COMMENT, line=5)),
    ]
    assert check(*here, flags=flags) == 1
    assert "FAIL 3 AMI references: 2 fail, 1 pass\n" in check.said
    assert "\n  ignored because of --no-inline: 3 exceptions in the code\n" in check.said
    assert "SEC-7" not in check.said
    report = check.json(*here, flags=flags)
    assert [each["exception"] for each in report["verdicts"]] == [None] * 3
    assert report["exceptions"] == []
    assert (
        report["verdicts"]
        == check.json(*[replace(each, exceptions=()) for each in here])["verdicts"]
    )


def test_a_gate_says_nothing_where_there_is_nothing_to_leave_aside(check: Check) -> None:
    assert check(instance(GOLDEN), flags=("--no-inline",)) == 0
    assert "aside" not in check.said
    assert check(instance(GOLDEN, COMMENT), flags=("--no-inline",)) == 0
    assert "ignored because of --no-inline: 1 exception in the code\n" in check.said


def test_the_policys_exceptions_hold_at_a_gate(check: Check, tmp_path: Path) -> None:
    said = f"exceptions: {json.dumps([exception(match={'address': '*'})])}\n"
    (tmp_path / "assay.yaml").write_text(POLICY + said)
    here = instance(OTHER, COMMENT)
    for flags in ((), ("--no-inline",)):
        report = check.json(here, flags=flags)
        assert report["verdicts"][0]["exception"]["ticket"] == "SEC-1421"
        assert [each["used"] for each in report["exceptions"]] == [1]


def test_an_exception_of_what_there_is_not_is_no_verdict(check: Check) -> None:
    here = [instance(GOLDEN), instance(GOLDEN, replace(COMMENT, rules=("unmarked", "unmaked")))]
    assert check(*here) == 2
    assert check.said == "assay: web.tf:7: 'unmaked' is not a rule; did you mean 'unmarked'?\n"
    assert check(*here, flags=("--no-inline",)) == 0


def test_what_could_not_be_read_is_never_let_through(check: Check) -> None:
    every = replace(COMMENT, rules=("unmarked", "not-launchable"))
    assert check(instance(PENDING, every)) == 3
    assert check(instance(PENDING, replace(COMMENT, rules=("not-visible",)))) == 2
    assert "web.tf:3: not-visible cannot be named in an exception" in check.said


@pytest.mark.parametrize(("as_of", "code"), [("2026-11-21T23:59:59Z", 0), ("2026-11-22", 1)])
def test_a_date_shows_what_will_start_to_fail(check: Check, as_of: str, code: int) -> None:
    over = replace(COMMENT, expires=date(2026, 11, 21))
    assert check(instance(OTHER, over), flags=("--as-of", as_of)) == code
    announced = "exception SEC-7 (web.tf:3): expired on 2026-11-21; still needed by 1"
    assert (announced in check.said) is bool(code)


# what is asked


def test_the_record_behind_a_hidden_parent(emulated: Emulated) -> None:
    """Whoever is let through for one thing is still asked about the rest."""
    golden = GoldenWorld()
    first = golden.home_made()
    middle = golden.copy(first)
    image = golden.derived(middle)
    golden.world.deregister(middle, HOME)
    plain = at(HERE, image)
    excepted = replace(plain, exceptions=(COMMENT,))
    elsewhere = replace(plain, exceptions=(replace(COMMENT, rules=("too-deep",)),))
    harmless = policy(revoked_images=(ImageName(ELSE, HOME),))
    for references, said, asked in (
        ([plain], ["fail"], []),
        ([elsewhere], ["fail"], []),
        ([excepted], ["pass"], [image]),
        ([plain, excepted, elsewhere], ["fail", "pass", "fail"], [image]),
    ):
        report = emulated.check(golden.world, *references, by=harmless)
        assert outcomes(report) == said
        assert emulated.ancestries() == asked
    revoking = policy(revoked_images=(ImageName(first, HOME),))
    assert outcomes(emulated.check(golden.world, excepted, by=revoking)) == ["fail"]
