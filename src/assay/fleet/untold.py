"""Whether a reference whose image is not known may lead to any image at all.

Facts: Systems Manager User Guide, "Discovering public parameters" (those below `/aws/service/` are
AWS's own); Image Builder API Reference, ImageRecipe (`parentImage`: an AMI id, `ssm:` and a
parameter, the ARN of an Image Builder image, a product).
"""

import re

from assay.model.inventory import THROUGH_TEMPLATES, Use, UseType

_ALIAS = re.compile(r"(?:resolve:)?ssm:.+", re.DOTALL)
_OF_AMAZON = re.compile(r"ssm:/aws/service/|^arn:aws[a-z-]*:imagebuilder:[^:]*:aws:")
_THROUGH = ("template ", "launch configuration ")


def may_be_any(use: Use) -> bool:
    """Whether a use without an image may be of any image: not Amazon's, and not known otherwise.

    A use that launches through a template does not matter here, because the template's version
    does.
    """
    via = use.via or ""
    through = use.type in THROUGH_TEMPLATES and via.startswith(_THROUGH)
    product = use.type is UseType.RECIPE and not (_ALIAS.fullmatch(via) or via.startswith("arn:"))
    return not (through or product or _OF_AMAZON.search(via))
