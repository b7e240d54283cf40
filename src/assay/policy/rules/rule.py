"""What a rule is."""

import sys
from collections.abc import Callable
from functools import cache
from inspect import signature
from typing import TypeAlias

import msgspec

from assay.model import Finding, Policy, Severity

Check: TypeAlias = Callable[..., Finding | None]
"""A rule's judgement, pure. None where the rule has nothing to say.

Its parameters are what it reads, each by a name of `policy/inputs.py`, and all that it is given:

    def check(image: Image | None, as_of: datetime) -> Finding | None:

So whatever uses the same image has the same finding, and it is asked for once."""


class Rule(msgspec.Struct, frozen=True, gc=False):
    """One rule, and all that is said of it. Its page is the docstring of the module of `check`.

    The policy's schema and the table in docs/policy.md are written from it (`make rules`).
    """

    id: str
    summary: str
    check: Check
    severity: Severity = Severity.ERROR
    """Unless the policy says otherwise."""
    configurable: bool = True
    """False for the rules of undetermined: what could not be read cannot be switched off."""
    exceptable: bool = True
    """Whether an exception may let it fail. What could not be read is never let through."""

    @property
    def by_default(self) -> str:
        """What tables say that a finding does: a severity, or `undetermined` once and for all."""
        return self.severity.value if self.configurable else "undetermined"

    def severity_by(self, policy: Policy) -> Severity:
        """What the policy says of it; its own where the policy does not say, or has no say."""
        said = policy.severities.get(self.id) if self.configurable else None
        return said or self.severity

    @property
    def reads(self) -> tuple[str, ...]:
        """The names of what `check` reads."""
        return _parameters(self.check)

    @property
    def page(self) -> str:
        """In Markdown: what, why, an example, the cure, what is read, and what is left offline."""
        return sys.modules[self.check.__module__].__doc__ or ""


@cache
def _parameters(check: Check) -> tuple[str, ...]:
    return tuple(signature(check).parameters)
