"""The definition of a rule."""

import sys
from collections.abc import Callable
from functools import cache
from inspect import signature
from typing import TypeAlias

import msgspec

from assay.model import Finding, Policy, Severity

Check: TypeAlias = Callable[..., Finding | None]
"""A rule's judgement, a pure function. It returns None if the rule has nothing to say.

Its parameters are exactly the inputs that it reads, by their names in `policy/inputs.py`:

    def check(image: Image | None, as_of: datetime) -> Finding | None:

So references with the same inputs share one finding, and the rule runs once for all of them."""


class Rule(msgspec.Struct, frozen=True, gc=False):
    """One rule. Its page is the docstring of the module that defines `check`.

    `make rules` generates the policy's schema and the table in docs/policy.md from these.
    """

    id: str
    summary: str
    check: Check
    severity: Severity = Severity.ERROR
    """The severity unless the policy sets another one."""
    configurable: bool = True
    """False for rules about what could not be read: they cannot be turned off."""
    exceptable: bool = True
    """Whether an exception may let a failure through. Nothing excepts what could not be read."""

    @property
    def by_default(self) -> str:
        """The default effect as tables show it: a severity, or `undetermined` if it is fixed."""
        return self.severity.value if self.configurable else "undetermined"

    def severity_by(self, policy: Policy) -> Severity:
        """The policy's severity for the rule, or its default if unset or not configurable."""
        said = policy.severities.get(self.id) if self.configurable else None
        return said or self.severity

    @property
    def reads(self) -> tuple[str, ...]:
        """The names of the inputs that `check` reads."""
        return _parameters(self.check)

    @property
    def page(self) -> str:
        """The page, in Markdown: what, why, example, fix, what is read, and what works offline."""
        return sys.modules[self.check.__module__].__doc__ or ""


@cache
def _parameters(check: Check) -> tuple[str, ...]:
    return tuple(signature(check).parameters)
