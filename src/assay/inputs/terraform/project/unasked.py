"""Names the files beside code that may decide what it launches but are not read automatically.

Facts: HashiCorp, "Input Variables" (a values file is read if it is called `terraform.tfvars` or
`*.auto.tfvars`, or if `-var-file` names it), "Terraform Stacks"; Terragrunt, "inputs".
"""

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from assay.inputs.terraform.project.paths import VALUES, folded, value_names

_OTHERS = {
    "Terragrunt": ("terragrunt.hcl", "terragrunt.stack.hcl", "terragrunt.hcl.json"),
    "Terraform Stacks": (
        *(".tfcomponent.hcl", ".tfstack.hcl", ".tfdeploy.hcl"),
        *(".tfcomponent.json", ".tfstack.json", ".tfdeploy.json"),
    ),
}
"""For each product, the endings of its file names."""
_ENDS = (*VALUES, *(each for ends in _OTHERS.values() for each in ends))
_SHOWN = 5


def may_decide(name: str) -> bool:
    """Whether a file of this name may give values to code."""
    return name.endswith(_ENDS)


def not_asked(
    files: Iterable[str], roots: Collection[str], var_files: Iterable[str]
) -> Iterator[str]:
    """A line for each kind of file that exists but is not read for any root."""
    read = {Path(each).absolute() for each in var_files}
    for root in roots:
        read.update(Path(root, name).absolute() for name in value_names(root))
    left = sorted(each for each in files if Path(each).absolute() not in read)
    values = [each for each in left if each.endswith(VALUES)]
    if values:
        yield (
            f"{_listed(values)}: values that are not read, because Terraform does not load them automatically"
            " (use --var-file for those that you plan with)"
        )
    for what, ends in _OTHERS.items():
        found = [each for each in left if each.endswith(ends)]
        if found:
            yield f"{_listed(found)}: not read, so what {what} passes is not judged (check its plans)"


def _listed(files: list[str]) -> str:
    more = f" and {len(files) - _SHOWN} more" if len(files) > _SHOWN else ""
    return f"{', '.join(map(folded, files[:_SHOWN]))}{more}"
