"""What a format is told besides the report."""

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
    """In Markdown, as `assay explain RULE` has it."""


class Setting(msgspec.Struct, frozen=True, gc=False):
    """How a report is to be rendered; each format reads what concerns it."""

    rules: tuple[RulePage, ...] = ()
    """Every rule there is, in the order in which results list them."""
    category: str = "assay"
    """Tells this run's findings from those of other runs on the same commit."""
    excepted: bool = False
    """Whether formats that list only findings also list those that an exception lets through."""
    colour: bool = False
    width: int | None = None
    """Columns of the terminal that shows it; None: nothing is wrapped."""
    quiet: bool = False
    """Text format: print one line per finding, and the verdict."""
    verbose: bool = False
    """In text: passes in full, too."""
    exit_zero: bool = False
    """Whether the run ends with 0 even where the outcome closes the gate."""

    @property
    def listed(self) -> tuple[Standing, ...]:
        """How a result has to stand to be listed, the worst first."""
        aside = (Standing.PASS,) if self.excepted else (Standing.PASS, Standing.EXCEPTED)
        return tuple(standing for standing in Standing if standing not in aside)


PLAIN = Setting()
"""Nothing said."""
