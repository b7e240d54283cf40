"""What a case expects of a check, and how a report differs from it.

A case is the unit of `assay policy test`, whose help describes the format of `expected.json`.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from assay.errors import InputError, did_you_mean
from assay.model import Outcome, Report, Severity
from assay.model.times import moment
from assay.policy.rules import RULES
from assay.report.view import VerdictView, views


class ExpectedVerdict(msgspec.Struct, frozen=True, gc=False):
    """The verdict on one reference; what is left out is not compared."""

    address: str
    outcome: Outcome
    rules: tuple[str, ...]
    """The rules of severity error that do not pass and are not covered by an exception."""
    attribute: str | UnsetType = UNSET
    warnings: tuple[str, ...] | UnsetType = UNSET
    value: str | UnsetType | None = UNSET
    exception: str | UnsetType | None = UNSET
    """The ticket of the exception that applies, or its reason if it has no ticket."""
    about: str = ""


class Expectation(msgspec.Struct, frozen=True, gc=False):
    """The expected result of one case."""

    outcome: Outcome
    verdicts: tuple[ExpectedVerdict, ...]
    about: str = ""
    as_of: str | UnsetType = UNSET
    include_unchanged: bool = False
    not_judged: dict[str, int] = {}

    @property
    def moment(self) -> datetime | None:
        """`as_of` as a time; UTC if it has no time zone."""
        return None if self.as_of is UNSET else moment(self.as_of)


# --------------------------------------------------------------------------------------- reading


def read(path: str, data: bytes) -> Expectation:
    """Read the expectation in `data`, the content of the file `path`. Raises `InputError`."""
    try:
        plain = json.loads(data.decode("utf-8-sig"), object_pairs_hook=_each_key_once)
    except (ValueError, RecursionError) as error:
        raise InputError(f"not valid JSON: {error}", where=path) from None
    _refuse_unknown_words(path, plain)
    try:
        expected = msgspec.convert(plain, Expectation)
        _ = expected.moment
    except msgspec.ValidationError as error:
        what, _, at = str(error).partition(" - at ")
        raise InputError(what.replace("`", ""), where=f"{path}: {_place(at)}") from None
    except ValueError:
        raise InputError(
            "as_of is not a date or time", where=path, hint="write it as 2026-11-21"
        ) from None
    return expected


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(key for key, _ in pairs if [name for name, _ in pairs].count(key) > 1)
        raise ValueError(f"the key {twice!r} appears twice")
    return found


def _place(at: str) -> str:
    """A msgspec path such as `$.verdicts[0].rules` in plain words."""
    return at.strip("`").removeprefix("$").removeprefix(".") or "the document"


def _refuse_unknown_words(path: str, plain: Any) -> None:
    """Refuse misspelt keys, outcomes and rules: they would never be compared, or never be equal."""
    for where, words, known, what in _words(plain):
        for word in words:
            if isinstance(word, str) and word not in known:
                hint = did_you_mean(word, known) or f"there are {', '.join(known)}"
                raise InputError(f"unknown {what} {word!r}", where=f"{path}: {where}", hint=hint)


_Words = tuple[str, Iterable[Any], Sequence[str], str]


def _words(plain: Any) -> Iterator[_Words]:
    """Yield words that have to be from a fixed list, with their place and that list."""
    if not isinstance(plain, dict):
        return
    outcomes = [outcome.value for outcome in Outcome]
    rules = [rule.id for rule in RULES]
    yield "the document", plain, Expectation.__struct_fields__, "key"
    yield "outcome", [plain.get("outcome")], outcomes, "outcome"
    verdicts = plain.get("verdicts")
    for number, verdict in enumerate(verdicts if isinstance(verdicts, list) else ()):
        if isinstance(verdict, dict):
            at = f"verdicts[{number}]"
            yield at, verdict, ExpectedVerdict.__struct_fields__, "key"
            yield f"{at}.outcome", [verdict.get("outcome")], outcomes, "outcome"
            for key in ("rules", "warnings"):
                said = verdict.get(key)
                yield f"{at}.{key}", said if isinstance(said, list) else (), rules, "rule"


# ------------------------------------------------------------------------------------- comparing


def differences(expected: Expectation, report: Report) -> list[str]:
    """Return a line for each difference; none if everything is as expected."""
    found: list[str] = []
    if report.outcome is not expected.outcome:
        found.append(f"outcome: expected {expected.outcome.value}, found {report.outcome.value}")
    for wanted, shown in _pairs(expected.verdicts, views(report)):
        found += _verdict(wanted, shown)
    for kind, count in expected.not_judged.items():
        counted = report.not_judged.get(kind, 0)
        if counted != count:
            found.append(f"not_judged {kind}: expected {count}, found {counted}")
    return found


_Pair = tuple[ExpectedVerdict | None, VerdictView | None]


def _pairs(expected: Iterable[ExpectedVerdict], found: Iterable[VerdictView]) -> Iterator[_Pair]:
    """Yield each expected verdict with the one it means, and what is left over on either side.

    An address has a verdict for each attribute that names an image. Expectations with an attribute
    choose first. The others take what is left for their address, in the order of the report.
    """
    left = list(found)
    partners: dict[int, VerdictView] = {}
    wanted = list(expected)
    for picky in (True, False):
        for number, each in enumerate(wanted):
            if picky is not (each.attribute is not UNSET):
                continue
            same = (shown for shown in left if _means(each, shown))
            partner = next(same, None)
            if partner is not None:
                partners[number] = partner
                left = [shown for shown in left if shown is not partner]
    yield from ((each, partners.get(number)) for number, each in enumerate(wanted))
    yield from ((None, shown) for shown in left)


def _means(wanted: ExpectedVerdict, shown: VerdictView) -> bool:
    return wanted.address == shown.address and wanted.attribute in (UNSET, shown.attribute)


def _verdict(wanted: ExpectedVerdict | None, shown: VerdictView | None) -> Iterator[str]:
    name = _name(wanted, shown)
    before = _outcome(wanted.outcome, wanted.rules) if wanted else "no verdict"
    after = _outcome(shown.outcome, _deciding(shown)) if shown else "no verdict"
    if before != after:
        yield f"{name}: expected {before}, found {after}"
    if wanted is None or shown is None:
        return
    warnings = _warnings(shown)
    if wanted.warnings is not UNSET and sorted(wanted.warnings) != sorted(warnings):
        yield f"{name}: expected warnings {_list(wanted.warnings)}, found {_list(warnings)}"
    if wanted.value is not UNSET and wanted.value != shown.value:
        yield f"{name}: expected value {_one(wanted.value)}, found {_one(shown.value)}"
    used = shown.exception.ticket or shown.exception.reason if shown.exception else None
    if wanted.exception is not UNSET and wanted.exception != used:
        yield f"{name}: expected exception {_one(wanted.exception)}, found {_one(used)}"


def _name(wanted: ExpectedVerdict | None, shown: VerdictView | None) -> str:
    if shown is not None:
        return f"{shown.address} {shown.attribute}"
    assert wanted is not None
    return wanted.address if wanted.attribute is UNSET else f"{wanted.address} {wanted.attribute}"


def _deciding(shown: VerdictView) -> list[str]:
    """The rules that `rules` has to name."""
    return [result.rule for result in shown.results if result.decides]


def _warnings(shown: VerdictView) -> list[str]:
    """The rules that `warnings` has to name: those that do not pass and decide nothing."""
    return [
        result.rule
        for result in shown.results
        if result.severity is Severity.WARNING and result.outcome is not Outcome.PASS
    ]


def _outcome(outcome: str, rules: Iterable[str]) -> str:
    named = sorted(rules)
    return f"{outcome} by {', '.join(named)}" if named else str(outcome)


def _list(rules: Iterable[str]) -> str:
    return ", ".join(sorted(rules)) or "none"


def _one(text: str | None) -> str:
    return "none" if text is None else text
