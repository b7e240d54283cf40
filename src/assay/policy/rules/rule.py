"""What a rule is."""

import sys
from collections.abc import Callable
from datetime import datetime

import msgspec

from assay.model import Finding, Image, Policy, Severity, Subject
from assay.policy.golden import JudgedMarks, Marks, known_marks


class Case(msgspec.Struct, frozen=True, gc=False):
    """What a rule judges: a subject, by a policy, as of a time."""

    subject: Subject
    policy: Policy
    as_of: datetime
    known: JudgedMarks = msgspec.field(default_factory=dict)
    """Marks judged before; cases of one run share it."""

    def marks(self, image: Image) -> Marks:
        """What the policy makes of the marks of an image."""
        return known_marks(image, self.policy.golden, self.as_of, self.known)


Check = Callable[[Case], Finding | None]
"""A rule's judgement, pure. None where the rule has nothing to say."""


class Rule(msgspec.Struct, frozen=True, gc=False):
    """One rule. Its page is the docstring of the module that `check` stands in."""

    id: str
    summary: str
    check: Check
    severity: Severity = Severity.ERROR
    configurable: bool = True
    """False for the rules of undetermined: what could not be read cannot be switched off."""
    of_image: bool = False
    """Whether it reads nothing but an existing image, its place and its provenance."""

    @property
    def by_default(self) -> str:
        """What tables say that a finding does: a severity, or `undetermined` once and for all."""
        return self.severity.value if self.configurable else "undetermined"

    @property
    def page(self) -> str:
        """In Markdown: what, why, an example, the cure, what is read, and what is left offline."""
        return sys.modules[self.check.__module__].__doc__ or ""
