"""What a format is given in addition to the report."""

import msgspec

from assay.model import Standing


class RulePage(msgspec.Struct, frozen=True, gc=False):
    """A rule as formats explain it."""

    id: str
    summary: str
    """In a few words, without a full stop."""
    by_default: str
    """`error`, `warning` or `undetermined`."""
    page: str
    """In Markdown, as shown by `assay explain RULE`."""


class Setting(msgspec.Struct, frozen=True, gc=False):
    """How to render a report; each format reads the settings that concern it."""

    rules: tuple[RulePage, ...] = ()
    """All rules, in the order in which results list them."""
    category: str = "assay"
    """Distinguishes this run's findings from those of other runs on the same commit."""
    excepted: bool = False
    """Whether formats that list only findings also list those that an exception lets through."""
    colour: bool = False
    width: int | None = None
    """The terminal's width in columns; None: nothing is wrapped."""
    quiet: bool = False
    """Text format: print one line per finding, and the verdict."""
    verbose: bool = False
    """Text format: print passes in full, too."""
    exit_zero: bool = False
    """Whether the run exits with 0 even if the outcome closes the gate."""

    @property
    def listed(self) -> tuple[Standing, ...]:
        """The standings of the results to list, worst first."""
        aside = (Standing.PASS,) if self.excepted else (Standing.PASS, Standing.EXCEPTED)
        return tuple(standing for standing in Standing if standing not in aside)


PLAIN = Setting()
"""All defaults."""
