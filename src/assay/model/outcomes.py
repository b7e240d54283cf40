"""The three outcomes and the severities of rules."""

from enum import StrEnum


class Outcome(StrEnum):
    """The only three answers. A denial, a timeout or an unknown value is never the first two."""

    PASS = "pass"  # noqa: S105 - an outcome, not a password
    FAIL = "fail"
    UNDETERMINED = "undetermined"


class Severity(StrEnum):
    """What a failing rule does to the verdict: fail it, be reported only, or not run."""

    ERROR = "error"
    WARNING = "warning"
    OFF = "off"
