"""How a reference or a result stands, in words for people.

`tolerated` alone would not tell that something is not proven, so its first word is the outcome's:
`undetermined (tolerated)`.
"""

from assay.model import Outcome, Standing

TOLERATED, UNDETERMINED = Standing.TOLERATED, Outcome.UNDETERMINED


def label(standing: Standing) -> str:
    """The first word, which is what people look for."""
    return UNDETERMINED if standing is TOLERATED else standing


def note(standing: Standing) -> str:
    """What stands behind it, or behind a rule's name, with the space before it."""
    return f" ({standing})" if standing is TOLERATED else ""
