"""One plan and its code: the planned program, evaluated with the values that the plan knows."""

from functools import cached_property, partial

from msgspec.structs import replace

from assay.inputs.plan.document.document import Document, PlanDocument
from assay.inputs.plan.document.planned import PlannedResources
from assay.inputs.plan.document.prior_state import PriorState
from assay.inputs.terraform.joined.facts import PlanFacts
from assay.inputs.terraform.joined.names import PlannedNames
from assay.inputs.terraform.joined.providers import ExactProviders, KeysOfBlocks
from assay.inputs.terraform.joined.relevant import Relevant
from assay.inputs.terraform.joined.trails import JoinedTrails
from assay.inputs.terraform.program.program import Program
from assay.inputs.terraform.program.shared import Limits, Shared
from assay.inputs.terraform.project.contents import Contents
from assay.inputs.terraform.project.modules import CodeReader, ModuleCode
from assay.inputs.terraform.syntax.expressions import HclValue, UnknownValue
from assay.inputs.terraform.syntax.reading import Expressions

_AS_MANY_AS_PLANNED = Limits(modules=50_000, instances=500_000, of_one=100_000)
"""Higher limits, because a plan was already made of the code; hostile code still meets these."""


class Joined:
    """A plan together with the code that was planned."""

    def __init__(
        self,
        document: Document,
        reader: CodeReader,
        root: str,
        expressions: Expressions,
        *,
        is_planned: bool = True,
    ) -> None:
        """`root` is the directory of the root module, as `reader` knows it; `is_planned` if this is
        certainly the code that was planned.
        """
        plan = document.plan
        facts = PlanFacts(document.path, plan, PriorState(document.path, plan.prior_state))
        code = reader.directory(root)
        # No boundary, so no files are read: they may have changed since the plan was made
        contents = Contents(root, None, expressions.template)
        shared = Shared(
            reader, expressions, contents, _values(code, plan), facts.keys, _AS_MANY_AS_PLANNED
        )
        self._plan = plan
        self._is_planned = is_planned
        self.program = Program(shared, code, partial(PlannedNames, facts=facts))

    @cached_property
    def _providers(self) -> ExactProviders | None:
        configuration = self._plan.configuration
        return ExactProviders(self.program, configuration) if configuration else None

    @property
    def plan(self) -> PlanDocument:
        """The plan, with its provider blocks evaluated."""
        configuration = self._plan.configuration
        if configuration is None or self._providers is None:
            return self._plan
        exact = replace(configuration, provider_config=self._providers.configs)
        return replace(self._plan, configuration=exact)

    @property
    def providers(self) -> KeysOfBlocks:
        """The keys of the providers that blocks use, where the code determines them."""
        return self._providers.keys if self._providers else {}

    def trails(self, planned: PlannedResources) -> JoinedTrails:
        """The trails of unknown values through the code."""
        listed = None if self._is_planned else self._plan.relevant_attributes
        return JoinedTrails(self.program, planned, None if listed is None else Relevant(listed))


def _values(code: ModuleCode, plan: PlanDocument) -> dict[str, HclValue]:
    """The values of the root's variables. A plan has all of them except ephemeral ones."""
    given = plan.variables or {}
    values: dict[str, HclValue] = {}
    for name, placed in code.variables.items():
        told = name in given and "ephemeral" not in placed.block.attributes
        values[name] = given[name].value if told else UnknownValue()
    return values
