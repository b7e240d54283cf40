"""Colours for text, if they are wanted."""

import click

COLOUR = {
    "fail": "red",
    "undetermined": "yellow",
    "tolerated": "yellow",
    "excepted": "yellow",
    "warning": "yellow",
    "pass": "green",
}
"""The colour of each standing."""


class Paint:
    """Styles text, or leaves it unchanged."""

    def __init__(self, colour: bool) -> None:
        self._colour = colour

    def __call__(self, text: str, fg: str | None = None, *, bold: bool | None = None) -> str:
        return click.style(text, fg=fg, bold=bold) if self._colour else text

    def faint(self, text: str) -> str:
        """Dim the text, for what matters least."""
        return click.style(text, dim=True) if self._colour else text

    def outcome(self, outcome: str) -> str:
        """The label of an outcome, or of a standing."""
        return self(outcome.upper(), COLOUR[outcome], bold=True)
