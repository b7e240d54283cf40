"""A JSON report of assay, used only if it is consistent in itself.

`report.schema.json` in assay describes it. The checks here cover what a PASSED relies on.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import datetime
from typing import Any, NamedTuple

from assay_trouble import NoVerdictError

SCHEMA_VERSION = 1
PASS, UNDETERMINED, FAIL = "pass", "undetermined", "fail"
WORST_FIRST = (FAIL, UNDETERMINED, PASS)
_SHA256 = re.compile(r"[0-9a-f]{64}")


class Result(NamedTuple):
    """What one rule says about one reference."""

    rule: str
    outcome: str
    message: str
    decides: bool
    """Whether it prevents the verdict from being a pass: not a warning, and not excepted."""


class Verdict(NamedTuple):
    """The outcome for one reference."""

    input: str
    address: str
    attribute: str
    file: str | None
    outcome: str
    results: tuple[Result, ...]


class Input(NamedTuple):
    """One plan or directory of code that the report is about, with its verdicts."""

    path: str
    kind: str
    sha256: str
    verdicts: tuple[Verdict, ...]


class Report(NamedTuple):
    """The parts of a report that are used."""

    as_of: datetime
    inputs: tuple[Input, ...]
    not_judged: dict[str, int]


def parse(data: bytes) -> Report:
    """Parse a report. Raises `NoVerdictError` if it is not a report, or contradicts itself."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise NoVerdictError("not JSON, or cut short") from error
    try:
        return _report(document)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise NoVerdictError(f"not a report of assay's: {error}") from error


def worst(outcomes: list[str]) -> str:
    """The outcome that outranks the others; `pass` if there are none."""
    return min(outcomes, key=WORST_FIRST.index, default=PASS)


def decides(outcome: str, severity: str, *, excepted: bool) -> bool:
    """Whether a result other than pass prevents its verdict from being a pass.

    An exception allows a failure, but never something that could not be read. This function and the
    order above are copies of model/verdicts.py in assay, which cannot be imported here.
    """
    return outcome != PASS and severity == "error" and not (excepted and outcome == FAIL)


def _report(document: Any) -> Report:
    _require(document["tool"]["name"] == "assay", "another tool wrote it")
    version = _number(document["schema_version"])
    _require(version == SCHEMA_VERSION, f"schema_version {version} is not known here")
    verdicts = tuple(_verdict(each) for each in _list(document["verdicts"]))
    outcomes = [verdict.outcome for verdict in verdicts]
    _require(
        _text(document["outcome"]) == worst(outcomes), "its outcome is not that of its verdicts"
    )
    summary = document["summary"]
    _require(
        _number(summary["references"]) == len(verdicts), "verdicts are missing, by its summary"
    )
    for outcome in WORST_FIRST:
        counted = _number(summary[outcome])
        _require(counted == outcomes.count(outcome), f"{counted} {outcome}, by its summary")
    return Report(
        as_of=_time(_text(document["as_of"])),
        inputs=_inputs(_list(document["inputs"]), verdicts),
        not_judged={_text(why): _number(n) for why, n in summary["not_judged"].items()},
    )


def _inputs(given: list[Any], verdicts: tuple[Verdict, ...]) -> tuple[Input, ...]:
    """The inputs with their verdicts. Checks that every verdict has an input and none is missing."""
    _require(bool(given), "it has no inputs")
    named = [_input(each) for each in given]
    paths = {each.path for each in named}
    _require(len({each[:3] for each in named}) == len(paths), "two inputs of one path")
    own: dict[str, list[Verdict]] = {path: [] for path in paths}
    for verdict in verdicts:
        _require(verdict.input in own, "a verdict on an input that it does not name")
        own[verdict.input].append(verdict)
    references: Counter[str] = Counter()
    for each in given:
        references[each["path"]] += _number(each["references"])
    for path, number in references.items():
        told = f"{number} references of inputs, {len(own[path])} verdicts on {path}"
        _require(len(own[path]) == number, told)
    return tuple(each._replace(verdicts=tuple(own[each.path])) for each in named)


def _input(given: Any) -> Input:
    sha256 = _text(given["sha256"])
    _require(_SHA256.fullmatch(sha256) is not None, "an input without SHA-256")
    return Input(_text(given["path"]), _text(given["kind"]), sha256, ())


def _verdict(given: Any) -> Verdict:
    results = tuple(_result(each) for each in _list(given["results"]))
    outcome = _outcome(given["outcome"])
    weighed = worst([result.outcome for result in results if result.decides])
    _require(
        outcome == weighed or (outcome, weighed) == (UNDETERMINED, PASS),
        "a verdict that its results do not bear out",
    )
    _require(outcome != PASS or bool(results), "a pass without results")
    file = given["file"]
    return Verdict(
        input=_text(given["input"]),
        address=_text(given["address"]),
        attribute=_text(given["attribute"]),
        file=None if file is None else _text(file),
        outcome=outcome,
        results=results,
    )


def _result(given: Any) -> Result:
    outcome, severity = _outcome(given["outcome"]), given["severity"]
    excepted = given["excepted"]
    _require(severity in ("error", "warning"), "a severity that is not known here")
    _require(isinstance(excepted, bool), "a result that may be excepted or not")
    return Result(
        rule=_text(given["rule"]),
        outcome=outcome,
        message=_text(given["message"]),
        decides=decides(outcome, severity, excepted=excepted),
    )


def _require(fact: bool, otherwise: str) -> None:
    if not fact:
        raise ValueError(otherwise)


def _outcome(value: Any) -> str:
    _require(value in WORST_FIRST, "an outcome that is not known here")
    return str(value)


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError("text is missing")
    return value


def _number(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TypeError("a number is missing")
    return value


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError("a list is missing")
    return value


def _time(text: str) -> datetime:
    moment = datetime.fromisoformat(re.sub(r"Z\Z", "+00:00", text))
    _require(moment.tzinfo is not None, "a time without its zone")
    return moment
