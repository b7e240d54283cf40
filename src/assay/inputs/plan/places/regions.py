"""Which Region a provider block is in.

A plan shows what an expression reads, not what it makes of it: `var.region` and
`replace(var.region, "us-east-1", "us-west-2")` look alike. So a Region that is read from variables
is one that the provider can be in, and only a constant is one that it is in.

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
"""So many Regions are looked into for one provider, and no more."""
_CURE = 'write region = "…" as a constant in the provider block, or give --region'


class Region(msgspec.Struct, frozen=True, gc=False):
    """The Region of a provider block, as far as its block tells it."""

    name: str | None = None
    among: tuple[str, ...] = ()
    """The Regions that it can be in, where it is not told which."""
    reason: str | None = None
    """Why it is not told; None where it is, or where the block says nothing at all."""
    cure: str | None = None
    constant: bool = False
    """Whether a constant is there that is no Region: nothing that anybody says helps."""


def region_of(
    config: ProviderConfig, variables: Mapping[str, Variable], others: Callable[[], Iterable[str]]
) -> Region:
    """What a block says of its Region; `others` are those that the plan names anywhere.

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
    """The value of a constant, or of the one part of a root variable that an expression reads."""
    if not isinstance(expression, dict):
        return ()
    if expression.get("constant_value") is not None:
        return (expression["constant_value"],)
    match [parse(each) for each in longest(references_of(expression))]:
        case [["var", str(name), *path]] if name in variables:
            return (at_path(variables[name].value, tuple(path)),)
    return ()


def regions_in(values: Iterable[Any]) -> Iterator[str]:
    """Every Region that values name, as a key too."""
    return (text for text in texts(list(values)) if has_form(text, REGION_FOUND))


class Mentions:
    """Regions and who names them, of which all are asked for but those that one alone names.

    Of each Region it is enough to know the first two that name it: one of them is somebody else.
    """

    def __init__(self, named: Iterable[tuple[str | None, str]]) -> None:
        """`named` are pairs, in order: who, if anybody asks without him, and a Region."""
        self._first: dict[str, list[tuple[int, str | None]]] = {}
        for position, (who, region) in enumerate(named):
            met = self._first.setdefault(region, [])
            if not met or (len(met) == 1 and met[0][1] != who):
                met.append((position, who))

    def named_by_others(self, who: str) -> list[str]:
        """The Regions that others name, as they come."""
        others = (
            (next((at for at, other in met if other != who), None), region)
            for region, met in self._first.items()
        )
        return [region for _, region in sorted((at, name) for at, name in others if at is not None)]
