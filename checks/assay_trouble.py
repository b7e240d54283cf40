"""Why there is no verdict."""

from __future__ import annotations

LONGEST = 600
"""Characters of a reason that people are shown."""


class NoVerdictError(Exception):
    """No verdict can be had; the text says why, in one line."""


def one_line(text: str) -> str:
    """The text on one line, not too long, and with nothing in it that could move a cursor."""
    flat = " ".join(text.split())
    shown = "".join(c if c.isprintable() else "?" for c in flat)
    return shown if len(shown) <= LONGEST else f"{shown[:LONGEST]} ..."
