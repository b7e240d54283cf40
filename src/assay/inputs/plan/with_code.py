"""The interface through which a plan is read together with its code."""

from collections.abc import Callable, Mapping
from typing import Protocol, TypeAlias

from assay.inputs.plan.document.document import Document, PlanDocument
from assay.inputs.plan.document.planned import PlannedResources
from assay.inputs.plan.trails.trail import Trails
from assay.model.addresses import ModulePath


class WithCode(Protocol):
    """One plan, read together with the code that was planned."""

    @property
    def plan(self) -> PlanDocument:
        """The plan, with the values in provider blocks that the code gives them."""
        ...

    @property
    def providers(self) -> Mapping[tuple[ModulePath, str], str]:
        """The keys of the providers that blocks use, by module and by the key in the plan."""
        ...

    def trails(self, planned: PlannedResources) -> Trails:
        """Return the trails that follow the plan's unknown values through the code."""
        ...


Joining: TypeAlias = Callable[[Document], WithCode | None]
"""Reads a plan together with its code; None if there is no code, or if it is not what was planned.
"""


def alone(document: Document) -> None:
    """Read the plan without its code."""
    del document
