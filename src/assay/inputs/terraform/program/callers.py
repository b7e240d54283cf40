"""`data.aws_caller_identity.me.account_id` as an owner in a lookup: EC2 calls that account `self`.

Elsewhere the account is unknown: it is not known before planning which account Terraform will use.
"""

from assay.inputs.terraform.program.iteration import Iteration
from assay.inputs.terraform.program.module import ModuleInstance
from assay.inputs.terraform.program.providers import UNREADABLE, ProviderKeys
from assay.inputs.terraform.syntax.blocks import Block
from assay.inputs.terraform.syntax.expressions import HclValue, Ref, UnknownValue

_LOOKUPS = ("aws_ami", "aws_ami_ids")
_ACCOUNT = ("account_id", "id")


def with_self(
    values: dict[str, HclValue],
    module: ModuleInstance,
    block: Block,
    iteration: Iteration,
    providers: ProviderKeys,
) -> None:
    """Replace an owner with `self` if it is the account that makes the lookup."""
    owners = values.get("owners")
    if block.labels[0] not in _LOOKUPS or not isinstance(owners, list):
        return
    own = providers.of_resource(module, block, iteration)
    if own == UNREADABLE:
        return
    values["owners"] = [
        "self" if _caller(owner, module, providers) == own else owner for owner in owners
    ]


def _caller(owner: HclValue, module: ModuleInstance, providers: ProviderKeys) -> str | None:
    """The key of the provider block whose account an owner is; None for any other owner."""
    match owner:
        case UnknownValue(refs=(Ref(at, ("data", "aws_caller_identity", str(name), *rest)),)):
            found = module if at == module.address else module.at(at)
            placed = (
                found.code.resources.get(("data", "aws_caller_identity", name)) if found else None
            )
            if owner.passed_on and found and placed and rest and rest[-1] in _ACCOUNT:
                return providers.of_resource(found, placed.block)
    return None
