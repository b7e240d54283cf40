"""The directory of a module whose source is an expression.

Fact: OpenTofu, "Module Sources" (1.8 and later: variables and locals, computed when it
initialises); Terraform refuses them.
"""

from typing import TYPE_CHECKING

from assay.inputs.terraform.language.marks import bare
from assay.inputs.terraform.project.files import OPENTOFU
from assay.inputs.terraform.project.paths import joined
from assay.inputs.terraform.syntax.blocks import Block, plain_text

if TYPE_CHECKING:
    from assay.inputs.terraform.program.program import ModuleInstance


def computed_source(module: "ModuleInstance", call: Block) -> str | None:
    """The local directory that a call names by variables and locals; None for any other source."""
    written = call.attributes.get("source")
    if written is None or plain_text(written) or module.program.reader.tool != OPENTOFU:
        return None
    value = bare(module.value(written))
    if not isinstance(value, str) or not value.startswith(("./", "../")):
        return None
    directory = joined(module.code.path, value)
    module.program.computed.add(directory)
    return directory
