"""What may be shown of a reference: its value, and what is removed from every text about it.

Design rule: of a plan, only addresses, attribute names, AMI ids, alias and template names, Regions
and account ids are ever printed; a value that the plan marks as sensitive is checked but hidden.
"""

from collections.abc import Callable

from assay.model import (
    Alias,
    AmiId,
    AmiReference,
    Changeable,
    InstanceRef,
    Planned,
    Resolution,
    Resolved,
    ServiceImage,
    TemplateRef,
    Unknown,
    Unusable,
)

HIDDEN = "(sensitive)"
WITHHELD = "(sensitive: details would reveal the value)"
Hide = Callable[[str], str]
"""Applied to a text before it is shown."""


def image_id(reference: AmiReference, found: Resolution) -> str | None:
    """The id of the image that was reached, or `HIDDEN` if it must not be shown."""
    reached = _reached(found)
    return HIDDEN if reached and (reference.sensitive or found.sensitive) else reached


def _reached(found: Resolution) -> str | None:
    return found.image.id if isinstance(found, Resolved) else found.image_id


def as_it_is(text: str) -> str:
    """For texts that contain no secret."""
    return text


def hiding(reference: AmiReference, found: Resolution) -> Hide:
    """The function to apply to every text about a reference before it is shown.

    A sensitive AMI id is removed wherever it occurs, even if it comes from a parameter whose name is
    not secret and which a data source reads or this plan writes. A sensitive alias or template could
    also be recognised by what it leads to, so nothing that was learnt on the way is shown.
    """
    reached = _reached(found)
    if not reference.sensitive and (reached is None or not found.sensitive):
        return as_it_is
    if reached is not None and not reference.sensitive:
        return lambda text: text.replace(reached, HIDDEN)
    # From here on, the plan marks the reference itself as sensitive.
    value = reference.value
    match value.value if isinstance(value, Planned) and value.astray else value:
        case AmiId(id):  # `ami = var.golden`, and the variable is sensitive
            return lambda text: text.replace(id, HIDDEN)
        case Planned(value=Alias(), sensitive=True, step=step) if "data." in step:
            # `ami = data.aws_ssm_parameter.golden.value`: the name is in the code, the value is secret.
            return lambda text: text.replace(reached, HIDDEN) if reached else text
        case Unknown() | Unusable() | ServiceImage():
            return as_it_is  # messages about these quote references and places, never a value
    return lambda _: WITHHELD


def value(reference: AmiReference) -> str | None:
    """What the reference names, or `HIDDEN` if it must not be shown; None if there is nothing to show."""
    if reference.sensitive:
        return HIDDEN
    if isinstance(reference.value, AmiId):
        return reference.value.id
    match reference.value:
        case Planned(astray=False):  # the most common case of the rest
            return None
        case (
            Alias() | TemplateRef() | InstanceRef() | ServiceImage() | Changeable()
            | Planned(astray=True, value=AmiId() | Alias() | TemplateRef() | Changeable())
        ):  # fmt: skip
            return str(reference.value)
    return None


def made_from(found: Resolution) -> str:
    """A suffix for messages about an image that does not exist yet: which image was judged instead."""
    reached = _reached(found)
    if not found.derivations or reached is None:
        return ""
    steps = ", then ".join(f"{step.by} ({step.how})" for step in reversed(found.derivations))
    return f" [derived from {reached} by {steps}]"
