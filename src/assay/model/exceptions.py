"""An exception that stands in the code itself."""

from datetime import date

import msgspec


class CodeException(msgspec.Struct, frozen=True, gc=False):
    """A comment that excepts rules for the references of the attribute or block it belongs to."""

    rules: tuple[str, ...]
    reason: str
    file: str
    line: int
    expires: date | None = None
    """The last day on which it holds, in UTC; None where it has no end."""
    ticket: str | None = None

    @property
    def where(self) -> str:
        """Where the comment stands."""
        return f"{self.file}:{self.line}"

    @property
    def name(self) -> str:
        """How reports call it."""
        return f"{self.ticket or self.reason} ({self.where})"
