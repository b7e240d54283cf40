"""Finds values that plan and code know differently: then the plan was made from other code.

A plan contains nothing about locals, so only this comparison reveals changes in them. It looks at
images in resources to be created: no provider changes those, and there was no value before.
"""

from collections.abc import Iterable, Iterator, Mapping

from assay.inputs.plan.document.document import PlanDocument, ResourceChange
from assay.inputs.plan.document.planned import PlannedResource
from assay.inputs.surface import Row, decisive, rows_by_type
from assay.inputs.terraform.joined.worth import worth_at
from assay.inputs.terraform.program.body import body
from assay.inputs.terraform.program.program import Program

_MOST = 3
"""The most instances of one block that are checked: all come from the same expression."""
_Block = tuple[str, str, str]


def contradiction(path: str, plan: PlanDocument, program: Program) -> str | None:
    """The first attribute for which plan and code have different values, or None; `path` is the
    plan's, for messages. Raises `InputError` if the plan is damaged.
    """
    rows = {kind: row for kind, of_type in rows_by_type().items() if (row := decisive(of_type))}
    for change in _looked_at(plan.resource_changes or (), rows):
        resource = PlannedResource(path, change, None)
        attribute = rows[change.type].path
        planned = resource.value((attribute,))
        if not isinstance(planned, str) or resource.is_sensitive((attribute,)):
            continue
        written = _written(program, resource, attribute)
        if written is not None and written != planned:
            return f"{change.address}.{attribute}"
    return None


def _looked_at(
    changes: Iterable[ResourceChange], rows: Mapping[str, Row]
) -> Iterator[ResourceChange]:
    """A few instances of each block that is to be created and has an image."""
    seen: dict[_Block, int] = {}
    for change in changes:
        if (
            change.type in rows
            and change.mode == "managed"
            and change.change.actions == ("create",)
        ):
            block = (change.module_address or "", change.type, change.name)
            seen[block] = seen.get(block, 0) + 1
            if seen[block] <= _MOST:
                yield change


def _written(program: Program, resource: PlannedResource, attribute: str) -> str | None:
    """The value of an attribute according to the code, if it is known."""
    found = program.instance(resource.change)
    if found is None:
        return None
    values = worth_at(body(*found, (attribute,)), resource, (attribute,))
    return values[0].value if len(values) == 1 and isinstance(values[0].value, str) else None
