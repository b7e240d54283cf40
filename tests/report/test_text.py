"""The report for people: lines to grep, less of it, more of it, and a terminal's width."""

import re
from typing import Any

import pytest
from msgspec.structs import replace

from assay.model import Incomplete, Report, RuleResult
from assay.report.formats import text
from assay.report.safe import safe
from tests.policy.builders import AS_OF, document, image, mark, subject
from tests.report import samples

QUIET, VERBOSE = replace(samples.PLAIN, quiet=True), replace(samples.PLAIN, verbose=True)
HEADLINE = re.compile(r"(FAIL|UNDETERMINED|PASS) (?!\d+ AMI|no AMI)(.+)")


def note(report: Report, result: RuleResult) -> str:
    """What says of a result that it is undetermined and closes no gate."""
    lenient = report.policy.undetermined == "warning"
    return " (tolerated)" if lenient and result.finding.outcome == "undetermined" else ""


def lines(name: str, setting: Any = samples.PLAIN) -> list[str]:
    return text.render(samples.ALL[name](), setting).splitlines()


@pytest.mark.parametrize("name", samples.ALL)
def test_a_line_starts_with_outcome_address_and_rules_of_every_reference(name: str) -> None:
    told = lines(name, VERBOSE)
    heads = [line for line in told if HEADLINE.fullmatch(line)]
    report = samples.ALL[name]()
    expected = []
    for verdict in report.verdicts:
        rules = ", ".join(
            f"{each.rule}{' (warning)' if each.severity == 'warning' else note(report, each)}"
            for each in verdict.results
            if each.finding.outcome != "pass" and each.exception is None
        )
        address = safe(verdict.subject.reference.address)
        head = f"{verdict.outcome.upper()} {address}"
        expected.append(f"{head}  {rules}  " if rules else f"{head}  ")
    for line in heads:
        assert any(line.startswith(head) for head in expected), line
    assert len(heads) == len(expected)


def test_the_line_ends_in_the_place_in_the_code() -> None:
    said = samples.reported(
        document(), subject(image(), file="envs/dev/main.tf", line=12, root="envs/dev")
    )
    [head] = [line for line in text.render(said).splitlines() if HEADLINE.fullmatch(line)]
    assert head.endswith("  (root envs/dev)  envs/dev/main.tf:12")
    quiet, _ = text.render(said, QUIET).splitlines()
    assert quiet.endswith("  (root envs/dev)  envs/dev/main.tf:12")


def test_a_broken_file_is_named_once() -> None:
    broken = subject(
        address="(net/a.tf)", attribute="syntax", file="net/a.tf", line=3, action="declared",
        value=Incomplete("cannot be read", "mend it"),
    )  # fmt: skip
    [head, *_] = text.render(samples.reported(document(), broken)).splitlines()
    assert head.count("net/a.tf") == 1
    assert re.match(r"[A-Z]+ net/a\.tf:3  ", head)


@pytest.mark.parametrize("name", samples.ALL)
def test_quiet_is_a_line_a_finding_and_the_verdict(name: str) -> None:
    report = samples.ALL[name]()
    *found, last = lines(name, QUIET)
    if report.generated_at:
        assert found.pop(0) == "judged as of 2026-11-21 12:00 UTC, not now"
    if report.catalog.endpoint:
        assert re.fullmatch("  the answers came from .*, which is not AWS's own endpoint", last)
        *found, last = found
    expected = sorted(
        f"{'WARNING' if each.severity == 'warning' else each.finding.outcome.upper()} "
        f"{safe(verdict.subject.reference.address)}  {each.rule}{note(report, each)}: "
        f"{safe(each.finding.message)}"
        for verdict in report.verdicts
        if not verdict.subject.reference.sensitive
        for each in verdict.results
        if each.finding.outcome != "pass" and each.exception is None
    )
    if name == "untold":  # of no rule's finding
        expected = ["UNDETERMINED aws_instance.untold  unresolved: no rule of severity error"]
    shown = sorted(line for line in found if "(sensitive)" not in line)
    assert len(shown) == len(expected)
    assert all(line.startswith(head) for line, head in zip(shown, expected, strict=True))
    assert last.startswith(f"{report.outcome.upper()} ")
    words = [line.split()[0] for line in found]
    assert words == sorted(words, key=["FAIL", "UNDETERMINED", "WARNING"].index)


def test_quiet_offline_still_says_what_nobody_was_asked() -> None:
    report = samples.of_everything()
    report = replace(report, catalog=replace(report.catalog, kind="offline"))
    told = text.render(report, QUIET)
    assert "lookup-failed" not in told
    assert told.endswith("\n  not checked (offline): 2 references need AWS\n")


def test_verbose_caps_nothing_and_tells_passes_in_full() -> None:
    told = lines("many", VERBOSE)
    assert sum(line.startswith("PASS ") for line in told) == 2000
    assert "and 1950 more that pass: -v lists them" in lines("many")
    assert "  unmarked: pass: marked 111122223333:golden-al2023" in told
    assert any(
        line.startswith("  exception SEC-1421: until") for line in lines("everything", VERBOSE)
    )


def test_very_many_warnings_of_passes_are_counted_where_they_are_cut_off() -> None:
    old = image(mark(), deprecation_time=AS_OF.replace(year=2025))
    report = samples.reported(
        document(rules={"deprecated": "warning"}),
        *(subject(old, address=f"aws_instance.old[{n}]") for n in range(130)),
    )
    told = text.render(report)
    assert "and 30 more that pass, 30 of them with a warning or an exception: -v lists" in told
    assert told.count("  deprecated (warning)  ") == 100
    assert text.render(report, replace(samples.PLAIN, verbose=True)).count("(warning)  ") == 130


def test_passes_of_which_there_is_more_to_say_come_before_plain_ones_are_cut_off() -> None:
    excepted = {
        "match": {"address": "aws_instance.vendor"},
        "rules": ["unmarked"],
        "reason": "vendor appliance",
        "approved_by": "platform-security",
        "expires": "2027-01-31",
    }
    plain = [subject(image(mark(), id=f"ami-{n:08x}"), address=f"i.n[{n}]") for n in range(60)]
    old = image(mark(), deprecation_time=AS_OF.replace(year=2025))
    report = samples.reported(
        document(rules={"deprecated": "warning"}, exceptions=[excepted]),
        *plain,
        *(subject(old, address=f"aws_instance.old[{n}]") for n in range(55)),
        subject(image(), address="aws_instance.vendor"),
    )
    assert report.outcome == "pass"
    told = text.render(report)
    heads = [line for line in told.splitlines() if HEADLINE.fullmatch(line)]
    assert sum("  deprecated (warning)  " in line for line in heads) == 55
    assert sum("PASS aws_instance.vendor" in line for line in heads) == 1
    assert len(heads) == 50 + 55 + 1
    assert "and 10 more that pass: -v lists them\n" in told


def test_quiet_lists_what_exceptions_let_through_on_demand() -> None:
    vendor = "module.firewall.aws_instance.vendor"
    assert not any(vendor in line for line in lines("everything", QUIET))
    told = lines("everything", replace(QUIET, excepted=True))
    [line] = [line for line in told if vendor in line]
    assert line.startswith(f"EXCEPTED {vendor}  unmarked: ")
    assert set(told) - {line} == set(lines("everything", QUIET))


@pytest.mark.parametrize("name", ["demo", "everything", "hostile"])
@pytest.mark.parametrize("width", [40, 80, 132])
def test_what_is_said_is_the_same_at_every_width(name: str, width: int) -> None:
    wrapped = text.render(samples.ALL[name](), replace(samples.PLAIN, width=width))
    plain = text.render(samples.ALL[name]())
    assert wrapped.split() == plain.split()
    spoken = [line for line in wrapped.splitlines() if line.startswith("    fix: ")]
    assert spoken
    assert max(map(len, spoken)) <= width


@pytest.mark.parametrize("width", [None, 60])
@pytest.mark.parametrize("name", samples.ALL)
def test_colours_change_no_word(name: str, width: int | None) -> None:
    coloured = text.render(samples.ALL[name](), replace(samples.PLAIN, colour=True, width=width))
    plain = text.render(samples.ALL[name](), replace(samples.PLAIN, width=width))
    assert re.sub(r"\x1b\[[0-9]+m", "", coloured) == plain
    assert "\x1b[" in coloured


def test_nothing_in_it_commands_a_ci_service() -> None:
    """By the rules of the readers: GitHub's runner and Azure's agent look into every line."""
    for setting in (samples.PLAIN, QUIET, VERBOSE):
        for line in lines("hostile", setting):
            assert not line.strip().startswith("::")
            assert not re.search(r"##(vso)?\[", line)
    assert any("#\\u0023vso[" in line for line in lines("hostile"))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("::error::x", "\\u003a:error::x"),
        ("a ##vso[task.complete]", "a #\\u0023vso[task.complete]"),
        ("##[error]x", "#\\u0023[error]x"),
        ("###[x", "##\\u0023[x"),
        ("\ud800", "\\ud800"),
        ("module.a::b ## c #[d] ##vs[", "module.a::b ## c #[d] ##vs["),
    ],
)
def test_what_would_be_an_order_is_shown_as_numbers(text: str, shown: str) -> None:
    assert safe(text) == shown
