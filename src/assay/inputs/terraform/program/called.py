"""The directory of a module whose source is an expression.

Fact: OpenTofu, "Module Sources" (1.8 and later: variables and locals, computed during
initialisation); Terraform rejects them.
"""

from collections.abc import Callable

from assay.inputs.terraform.language.marks import MaybeMarked, bare
from assay.inputs.terraform.project.files import OPENTOFU, Tool
from assay.inputs.terraform.project.paths import joined
from assay.inputs.terraform.syntax.blocks import Block, Written, plain_text


def computed_source(
    call: Block, tool: Tool, path: str, value_of: Callable[[Written], MaybeMarked]
) -> str | None:
    """The local directory that a call in the module at `path` names with variables and locals; None
    for any other source.
    """
    written = call.attributes.get("source")
    if written is None or plain_text(written) or tool != OPENTOFU:
        return None
    value = bare(value_of(written))
    if not isinstance(value, str) or not value.startswith(("./", "../")):
        return None
    return joined(path, value)
