"""Whether something that names an image, which nobody could tell, may use any image at all.

Facts: Systems Manager User Guide, "Discovering public parameters" (those below `/aws/service/` are
AWS's own); Image Builder API Reference, ImageRecipe (`parentImage`: an AMI id, `ssm:` and a parameter,
the ARN of an image of Image Builder, a product).
"""

import re

from assay.model.inventory import THROUGH_TEMPLATES, Use, UseType

_ALIAS = re.compile(r"(?:resolve:)?ssm:.+", re.DOTALL)
_OF_AMAZON = re.compile(r"ssm:/aws/service/|^arn:aws[a-z-]*:imagebuilder:[^:]*:aws:")
_THROUGH = ("template ", "launch configuration ")


def may_be_any(use: Use) -> bool:
    """Whether a use without an image may be of any: not of Amazon's, and not told by something else.

    What launches by a template tells nothing of its own: the template's version does.
    """
    via = use.via or ""
    through = use.type in THROUGH_TEMPLATES and via.startswith(_THROUGH)
    product = use.type is UseType.RECIPE and not (_ALIAS.fullmatch(via) or via.startswith("arn:"))
    return not (through or product or _OF_AMAZON.search(via))
