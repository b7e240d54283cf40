"""What a rule is."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from assay.model import Finding, Policy, Severity, Subject

Check = Callable[[Subject, Policy, datetime], Finding | None]
"""A rule's judgement: pure, the time handed in. None where the rule has nothing to say."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. Its page is the docstring of the module that `check` stands in."""

    id: str
    summary: str
    check: Check
    severity: Severity = Severity.ERROR
    configurable: bool = True
    """False for the rules of undetermined: what could not be read cannot be switched off."""

    @property
    def page(self) -> str:
        """What, why, example and cure, in Markdown."""
        return sys.modules[self.check.__module__].__doc__ or ""
