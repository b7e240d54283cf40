"""The three outcomes and the severities of rules."""

from enum import StrEnum


class Outcome(StrEnum):
    """The only three answers. A denial, a timeout or an unknown value is never PASS or FAIL."""

    PASS = "pass"  # noqa: S105 - an outcome, not a password
    FAIL = "fail"
    UNDETERMINED = "undetermined"


class Severity(StrEnum):
    """The effect of a rule: its failure fails the verdict, is only reported, or it does not run."""

    ERROR = "error"
    WARNING = "warning"
    OFF = "off"
