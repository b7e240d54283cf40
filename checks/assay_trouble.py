"""Why there is no verdict."""

from __future__ import annotations

LONGEST = 600
"""The maximum number of characters of a reason shown to people."""


class NoVerdictError(Exception):
    """There is no verdict; the text says why, in one line."""


def one_line(text: str) -> str:
    """The text on one line, limited in length, and without characters that could move the cursor."""
    flat = " ".join(text.split())
    shown = "".join(c if c.isprintable() else "?" for c in flat)
    return shown if len(shown) <= LONGEST else f"{shown[:LONGEST]} ..."
