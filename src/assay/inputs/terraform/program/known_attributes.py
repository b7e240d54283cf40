"""Attributes of data sources and `terraform_data` that the code determines: Regions, names, inputs.

Facts: hashicorp/aws documentation of `aws_region` (without arguments: the Region of the provider),
`aws_ssm_parameter` and `aws_launch_template` (`name` is the one in the request); HashiCorp, "The
terraform_data Managed Resource Type" (`output` is the same as `input`).
"""

import re

from assay.inputs.terraform.language.marks import MaybeMarked, bare
from assay.inputs.terraform.program.ignored import ignored_in, is_ignored
from assay.inputs.terraform.program.iteration import Iteration
from assay.inputs.terraform.program.module import ModuleInstance
from assay.inputs.terraform.program.providers import ProviderKeys
from assay.inputs.terraform.project.modules import Key
from assay.inputs.terraform.syntax.blocks import Block

_REGION = ("id", "name", "region")
_WRITTEN = ("name", "region")
_NAMED = ("aws_launch_template", "aws_ssm_parameter")
_NAME = re.compile(r"[\w./()-]+")
"""Plain names: an ARN, or a parameter's name with a version, may come back in a different form."""


def known_attribute(
    module: ModuleInstance, key: Key, iteration: Iteration, attribute: str, providers: ProviderKeys
) -> MaybeMarked:
    """The value of an attribute of a block's instance; None if the code does not determine it."""
    match key[:2]:
        case "data", "aws_region" if attribute in _REGION:
            found = _region(module, module.code.resources[key].block, iteration, providers)
        case "data", kind if kind in _NAMED and attribute == "name":
            found = _argument(module, module.code.resources[key].block, iteration, "name")
        case "managed", "terraform_data" if attribute == "output":
            block = module.code.resources[key].block
            ignored = is_ignored(ignored_in(block), "input")
            return None if ignored else _argument(module, block, iteration, "input")
        case _:
            return None
    text = bare(found)
    return found if isinstance(text, str) and _NAME.fullmatch(text) else None


def _region(
    module: ModuleInstance, block: Block, iteration: Iteration, providers: ProviderKeys
) -> MaybeMarked:
    for name in _WRITTEN:
        if name in block.attributes:
            return _argument(module, block, iteration, name)
    if "endpoint" in block.attributes:
        return None
    return providers.region(module, block, iteration)


def _argument(module: ModuleInstance, block: Block, iteration: Iteration, name: str) -> MaybeMarked:
    written = block.attributes.get(name)
    return module.value(written, iteration) if written else None
