"""The code of a plan, as far as plans are read by it."""

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
        """The plan; its provider blocks say what the code makes of them."""
        ...

    @property
    def providers(self) -> Mapping[tuple[ModulePath, str], str]:
        """The keys of the providers that blocks use, by module and the key that the plan has."""
        ...

    def trails(self, planned: PlannedResources) -> Trails:
        """What follows the plan's unknown values through the code."""
        ...


Joining: TypeAlias = Callable[[Document], WithCode | None]
"""Reads a plan together with its code; None where that is not there, or not what was planned."""


def alone(document: Document) -> None:
    """The plan by itself."""
    del document
