"""Which report applies to a plan or a directory of code, and whether it can be relied on now.

`ASSAY_REPORT` names an existing report; without it, assay is run once.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterable
from datetime import datetime, timezone

import assay_cache
import assay_command
from assay_report import FAIL, PASS, UNDETERMINED, Input, Report, parse, worst
from assay_trouble import NoVerdictError

DEFAULT_TIMEOUT = 300.0
DEFAULT_MAX_AGE = 86_400.0
_AHEAD = 300.0
"""Seconds by which the clocks of two machines may differ."""
_A_DAY = 86_400.0
_CODES = {PASS: (0,), UNDETERMINED: (0, 3), FAIL: (0, 1)}
"""Exit codes by outcome; also 0, because `--exit-zero` or the policy may allow something."""
_FILES = ("ASSAY_POLICY", "ASSAY_CATALOG")
_DEFAULT_POLICY = "assay.yaml"
_OWN = ("ASSAY_REPORT", "ASSAY_CHECKOV_")
_AWS_FILES = {
    "AWS_CONFIG_FILE": "~/.aws/config",
    "AWS_SHARED_CREDENTIALS_FILE": "~/.aws/credentials",
}


def named_report() -> Report | None:
    """The report that `ASSAY_REPORT` names, if it is set. Raises `NoVerdictError`."""
    path = os.environ.get("ASSAY_REPORT")
    if not path:
        return None
    try:
        with open(path, "rb") as file:
            return _of_now(parse(file.read(assay_command.LARGEST)))  # a larger one is cut off
    except OSError as error:
        raise NoVerdictError(f"ASSAY_REPORT {path} cannot be read: {error.strerror}") from error
    except NoVerdictError as error:
        raise NoVerdictError(f"ASSAY_REPORT {path}: {error}") from error


def on_plan(path: str, sha256: str) -> tuple[Report, tuple[Input, ...]]:
    """The report on exactly this plan, and the inputs that are this plan. Raises `NoVerdictError`."""
    report = named_report() or _run(path, sha256)
    same = tuple(each for each in report.inputs if each.kind == "plan" and each.sha256 == sha256)
    if not same:
        raise NoVerdictError("the report is of another plan, or of this one before it changed")
    return report, same


def speaks_of_code() -> bool:
    """Whether code is judged at all: running assay on it takes time and has to be requested."""
    return bool(os.environ.get("ASSAY_REPORT") or os.environ.get("ASSAY_CHECKOV_HCL"))


def on_code(root: str, files: Iterable[str]) -> tuple[Report, tuple[Input, ...]] | None:
    """The report on a directory of code; None if the named report is about something else.

    Raises `NoVerdictError`, also if a file has changed since: there is no digest of code that could
    be computed again from what checkov reads.
    """
    report = named_report() or _run(root, "")
    inside = tuple(
        each for each in report.inputs if each.kind == "hcl" and _concerns(each.path, root)
    )
    if not inside:
        return None
    for path in files:
        if _changed(path) > report.as_of.timestamp():
            raise NoVerdictError(f"{path} was written after the report")
    return report, inside


def seconds(name: str, default: float) -> float:
    """A number of seconds from the environment, at most a day. Raises `NoVerdictError`."""
    given = os.environ.get(name) or str(default)
    try:
        chosen = float(given)
    except ValueError:
        chosen = -1.0
    if not 0 < chosen <= _A_DAY:
        raise NoVerdictError(f"{name}={given} is not between 0 and {_A_DAY:g} seconds")
    return chosen


def _run(path: str, sha256: str) -> Report:
    """The report of a new run of assay, or of a recent run with the same question."""
    timeout = seconds("ASSAY_CHECKOV_TIMEOUT", DEFAULT_TIMEOUT)
    command = [assay_command.find(), "check", path, "--format", "json"]
    with assay_cache.opened() as cache:
        if cache is None or not sha256:  # code has no digest that could be the key
            return _judged(assay_command.run(command, timeout))
        key = _key(command, sha256)
        with cache.alone(key, timeout):
            kept = cache.get(key)
            if kept is not None:
                with contextlib.suppress(NoVerdictError):
                    return _of_now(parse(kept))
            ended = assay_command.run(command, timeout)
            report = _judged(ended)
            if any(each.sha256 == sha256 for each in report.inputs):
                cache.put(key, ended.output)
            return report


def _judged(ended: assay_command.Ended) -> Report:
    report = _of_now(parse(ended.output))
    outcome = worst([verdict.outcome for each in report.inputs for verdict in each.verdicts])
    if ended.code not in _CODES[outcome]:
        raise NoVerdictError(f"exit code {ended.code} does not fit the report: {outcome}")
    return report


def _of_now(report: Report) -> Report:
    """The report, or `NoVerdictError` if it is not recent, since verdicts become outdated."""
    limit = seconds("ASSAY_CHECKOV_MAX_AGE", DEFAULT_MAX_AGE)
    age = (datetime.now(timezone.utc) - report.as_of).total_seconds()
    if not -_AHEAD <= age <= limit:
        raise NoVerdictError(
            f"the report judges as of {report.as_of:%Y-%m-%d %H:%M} UTC, which is not now "
            f"(ASSAY_CHECKOV_MAX_AGE={limit:g})"
        )
    return report


def _concerns(path: str, root: str) -> bool:
    """Whether a directory is the same as another one, above it or below it."""
    real, other = os.path.realpath(path), os.path.realpath(root)
    try:
        return os.path.commonpath((real, other)) in (real, other)
    except ValueError:  # on two drives
        return False


def _key(command: list[str], sha256: str) -> str:
    """A digest of everything that an answer depends on, as far as it is known here."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if name.startswith(("ASSAY_", "AWS_")) and not name.startswith(_OWN)
    }
    documents = [os.environ.get(name) for name in _FILES] + [_DEFAULT_POLICY]
    settings = [os.environ.get(name, default) for name, default in _AWS_FILES.items()]
    question = [
        *(command, sha256, os.getcwd(), environment, os.environ.get("HOME")),
        [_identity(path) for path in (command[0], *settings)],
        [_content(path) for path in documents if path],
    ]
    return hashlib.sha256(json.dumps(question, sort_keys=True).encode()).hexdigest()


def _changed(path: str) -> float:
    try:
        return os.stat(path).st_mtime
    except OSError:
        return 0.0


def _identity(path: str) -> list[object] | None:
    try:
        facts = os.stat(os.path.expanduser(path))
    except OSError:
        return None
    return [os.path.realpath(path), facts.st_size, facts.st_mtime_ns]


def _content(path: str) -> str | None:
    try:
        with open(path, "rb") as file:
            return hashlib.sha256(file.read()).hexdigest()
    except OSError:
        return None
