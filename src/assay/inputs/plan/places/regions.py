"""Which Region a provider block is in.

A plan shows what an expression reads, not what it makes of it: `var.region` and
`replace(var.region, "us-east-1", "us-west-2")` look the same. A Region read from variables is
therefore only a possible Region of the provider; only a constant is certain.

Only Region names leave this module.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import msgspec

from assay.inputs.plan.document.configuration import references_of
from assay.inputs.plan.document.document import ProviderConfig, Variable
from assay.inputs.plan.document.walk import at_path, texts
from assay.model.addresses import longest, parse
from assay.model.ids import REGION_FOUND, has_form, is_region

_MOST = 16
"""The largest number of Regions that are tried for one provider."""
_CURE = 'write region = "…" as a constant in the provider block, or give --region'


class Region(msgspec.Struct, frozen=True, gc=False):
    """The Region of a provider block, as far as the block determines it."""

    name: str | None = None
    among: tuple[str, ...] = ()
    """The possible Regions, if it is not known which one it is."""
    reason: str | None = None
    """Why the Region is not known; None if it is known, or if the block does not mention one."""
    cure: str | None = None
    constant: bool = False
    """Whether a constant is set that is not a Region; a Region given elsewhere does not help."""


def region_of(
    config: ProviderConfig, variables: Mapping[str, Variable], others: Callable[[], Iterable[str]]
) -> Region:
    """Return the Region that a block sets; `others` are all Regions named in the plan.

    `variables` are those that its expression can read: none in a module.
    """
    expression = (config.expressions or {}).get("region")
    if expression is None or expression == {"constant_value": None}:
        return Region()
    value = expression.get("constant_value") if isinstance(expression, dict) else None
    if value is not None:
        if is_region(value):
            return Region(value)
        wrong = "the provider's Region is not a Region name"
        return Region(
            reason=wrong,
            cure='write region = "…" with the name of a Region in the provider block',
            constant=True,
        )
    names = longest(references_of(expression))
    for held in read(expression, variables):
        if is_region(held):
            unproven = (
                f"the provider's Region comes from {names[0]}, and a plan does not show whether"
                " anything else is done with it"
            )
            return Region(among=(held,), reason=unproven, cure=_CURE)
    reason = "the provider's Region is an expression that the plan does not resolve"
    found = dict.fromkeys(others())
    return Region(among=tuple(found) if len(found) <= _MOST else (), reason=reason, cure=_CURE)


def read(expression: Any, variables: Mapping[str, Variable]) -> tuple[Any, ...]:
    """Return the value of a constant, or of the one part of a root variable that is read."""
    if not isinstance(expression, dict):
        return ()
    if expression.get("constant_value") is not None:
        return (expression["constant_value"],)
    match [parse(each) for each in longest(references_of(expression))]:
        case [["var", str(name), *path]] if name in variables:
            return (at_path(variables[name].value, tuple(path)),)
    return ()


def regions_in(values: Iterable[Any]) -> Iterator[str]:
    """Return every Region that values name, including in keys."""
    return (text for text in texts(list(values)) if has_form(text, REGION_FOUND))


class Mentions:
    """Regions and the provider blocks that name them, to find those that another block names.

    For each Region, the first two different names are enough, because one of them is another
    block's.
    """

    def __init__(self, named: Iterable[tuple[str | None, str]]) -> None:
        """`named` are pairs in order: the block that names a Region, or None for another source,
        and the Region.
        """
        self._first: dict[str, list[tuple[int, str | None]]] = {}
        for position, (who, region) in enumerate(named):
            met = self._first.setdefault(region, [])
            if not met or (len(met) == 1 and met[0][1] != who):
                met.append((position, who))

    def named_by_others(self, who: str) -> list[str]:
        """Return the Regions that others than `who` name, in order."""
        others = (
            (next((at for at, other in met if other != who), None), region)
            for region, met in self._first.items()
        )
        return [region for _, region in sorted((at, name) for at, name in others if at is not None)]
