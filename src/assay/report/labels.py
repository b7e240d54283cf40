"""The standing of a reference or a result, in words for people.

`tolerated` alone would not say that something is not proven, so the outcome comes first:
`undetermined (tolerated)`.
"""

from assay.model import Outcome, Standing

TOLERATED, UNDETERMINED = Standing.TOLERATED, Outcome.UNDETERMINED


def label(standing: Standing) -> str:
    """The first word, which is what people look for."""
    return UNDETERMINED if standing is TOLERATED else standing


def note(standing: Standing) -> str:
    """What follows the label or a rule's name, with a leading space; empty if there is nothing to add."""
    return f" ({standing})" if standing is TOLERATED else ""
