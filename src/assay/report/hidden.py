"""What may be shown of a reference: which value, and what is taken out of every text about it.

Design rule: of a plan, only addresses, attribute names, AMI ids, alias and template names, Regions
and account ids are ever printed; a value the plan marks as sensitive is checked and hidden.
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
"""What is done to a text before it is shown."""


def image_id(reference: AmiReference, found: Resolution) -> str | None:
    """The image that was reached, where that may be shown."""
    reached = _reached(found)
    return HIDDEN if reached and (reference.sensitive or found.sensitive) else reached


def _reached(found: Resolution) -> str | None:
    return found.image.id if isinstance(found, Resolved) else found.image_id


def as_it_is(text: str) -> str:
    """For what holds no secret."""
    return text


def hiding(reference: AmiReference, found: Resolution) -> Hide:
    """What is done to every text about a reference before it is shown.

    A sensitive AMI id is taken out wherever it stands, also one that a parameter of a name that is
    no secret holds, which a data source reads or this plan writes. A sensitive alias or template
    could also be recognised by what it leads to, so nothing that was learnt on the way is shown.
    """
    reached = _reached(found)
    if not reference.sensitive and (reached is None or not found.sensitive):
        return as_it_is
    if reached is not None and not reference.sensitive:
        return lambda text: text.replace(reached, HIDDEN)
    # From here on the plan marks the reference itself.
    value = reference.value
    match value.value if isinstance(value, Planned) and value.astray else value:
        case AmiId(id):  # `ami = var.golden`, and the variable is sensitive
            return lambda text: text.replace(id, HIDDEN)
        case Planned(value=Alias(), sensitive=True, step=step) if "data." in step:
            # `ami = data.aws_ssm_parameter.golden.value`: the name is in the code, the value is secret.
            return lambda text: text.replace(reached, HIDDEN) if reached else text
        case Unknown() | Unusable() | ServiceImage():
            return as_it_is  # messages quote references and places of these, and never a value
    return lambda _: WITHHELD


def value(reference: AmiReference) -> str | None:
    """What the reference names, where that may be shown."""
    if reference.sensitive:
        return HIDDEN
    if isinstance(reference.value, AmiId):
        return reference.value.id
    match reference.value:
        case Planned(astray=False):  # what most others are
            return None
        case (
            Alias() | TemplateRef() | InstanceRef() | ServiceImage() | Changeable()
            | Planned(astray=True, value=AmiId() | Alias() | TemplateRef() | Changeable())
        ):  # fmt: skip
            return str(reference.value)
    return None


def made_from(found: Resolution) -> str:
    """What every message about an image that does not exist yet says: which one was judged."""
    reached = _reached(found)
    if not found.derivations or reached is None:
        return ""
    steps = ", then ".join(f"{step.by} ({step.how})" for step in reversed(found.derivations))
    return f" [derived from {reached} by {steps}]"
