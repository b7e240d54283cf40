"""Exceptions that comments in the code make."""

from datetime import date

import msgspec


class CodeException(msgspec.Struct, frozen=True, gc=False):
    """A comment that excepts rules for the references of the attribute or block it belongs to."""

    rules: tuple[str, ...]
    reason: str
    file: str
    line: int
    expires: date | None = None
    """The last day on which it is valid, in UTC; None if it has no end."""
    ticket: str | None = None

    @property
    def where(self) -> str:
        """The file and line of the comment."""
        return f"{self.file}:{self.line}"

    @property
    def name(self) -> str:
        """Its name in reports."""
        return f"{self.ticket or self.reason} ({self.where})"
