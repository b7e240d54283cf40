"""The directory of a module whose source is an expression.

Fact: OpenTofu, "Module Sources" (1.8 and later: variables and locals, computed when it
initialises); Terraform refuses them.
"""

from typing import TYPE_CHECKING

from assay.sources.code.blocks import Block, plain_text
from assay.sources.code.files import OPENTOFU
from assay.sources.code.paths import joined

if TYPE_CHECKING:
    from assay.sources.code.program import ModuleInstance


def computed_source(module: "ModuleInstance", call: Block) -> str | None:
    """The local directory that a call names by variables and locals; None for any other source."""
    written = call.attributes.get("source")
    if written is None or plain_text(written) or module.program.reader.tool != OPENTOFU:
        return None
    value = module.value(written)
    if not isinstance(value, str) or not value.startswith(("./", "../")):
        return None
    directory = joined(module.code.path, value)
    module.program.computed.add(directory)
    return directory
