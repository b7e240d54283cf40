"""The AMI references of a Terraform state, read as a plan that changes nothing.

The tables of attributes, the masks for sensitive values and everything derived from them are those
of plans: a resource of a state is a resource with the action `no-op`. A state has no configuration,
so the place of a resource comes from its ARN.

Fact: AWS General Reference, "Amazon Resource Names" (partition, service, Region, account).
"""

import re
from collections.abc import Collection, Iterable
from typing import Any

import msgspec
from msgspec.structs import replace

from assay.digests import sha256
from assay.inputs.plan.document.document import Change, PlanDocument, ResourceChange
from assay.inputs.plan.document.prior_state import PriorState, StateResource
from assay.inputs.plan.document.state import read_state_document
from assay.inputs.plan.plan import Source
from assay.inputs.plan.references import ReferenceReader
from assay.inputs.surface.mentions import of_aws
from assay.model import Action, AmiReference, InputFacts, Kind, Place, Unplaced
from assay.model.ids import ACCOUNT, REGION, is_region

STATE = "state"
_ARN = rf"(?s)arn:aws[a-z-]*:[a-z0-9-]+:({REGION}):({ACCOUNT})?:.+"
_NOWHERE = "the state does not say which account or Region this is in"
_CURE = "judge what runs there instead: assay audit"


class _Values(msgspec.Struct, gc=False):
    arn: Any = None
    region: Any = None


def read_state(
    path: str, data: bytes, kinds: Collection[Kind], region: str | None, *, tags: bool = False
) -> Source:
    """Return the references of these kinds from the state in `data`; `path` is for messages.

    `region` is the fallback where nothing in the state gives a Region. Raises `InputError`.
    """
    state = read_state_document(path, data)
    managed = [(module, each) for module, each in state.resources if each.mode == "managed"]
    plan = PlanDocument(resource_changes=[_unchanged(*each) for each in managed])
    places = _Places(state, managed, region)
    reader = ReferenceReader(path, plan, region)
    found, not_judged = reader.read(kinds, include_unchanged=True, tags=tags)
    references = tuple(replace(each, place=places.of(each)) for each in found)
    facts = InputFacts(path, STATE, sha256(data), len(references))
    return Source(facts, references, not_judged)


def _unchanged(module: str, resource: StateResource) -> ResourceChange:
    change = Change(
        (Action.NO_OP.value,),
        before=resource.values,
        before_sensitive=resource.sensitive_values,
        after=resource.values,
        after_sensitive=resource.sensitive_values,
    )
    return ResourceChange(
        resource.address or f"{resource.type}.{resource.name}",
        resource.type,
        resource.name,
        change,
        module_address=module or None,
        index=resource.index,
        deposed=resource.deposed_key,
    )


class _Places:
    """Finds the places of a state's resources."""

    def __init__(
        self,
        state: PriorState,
        managed: Iterable[tuple[str, StateResource]],
        region: str | None,
    ) -> None:
        self._region = region
        found = ((each.address, _place(state, each)) for _, each in managed if of_aws(each.type))
        self._told = {address: place for address, place in found if address and place}
        places, accounts = set(self._told.values()), {each.account for each in self._told.values()}
        whole = {each for each in places if each.account is not None}
        self._only = whole.pop() if len(whole) == 1 and len(places) == 1 else None
        accounts.discard(None)
        self._account = accounts.pop() if len(accounts) == 1 else None

    def of(self, reference: AmiReference) -> Place | Unplaced:
        """The place in a reference's own ARN, or else the place that all others share."""
        told = self._told.get(reference.address)
        if told is not None:
            return told if told.account else replace(told, account=self._account)
        if self._only is not None:
            return self._only
        if self._region is not None and not self._told:
            return Place.of(self._region)
        return Unplaced(_NOWHERE, _CURE)


def _place(state: PriorState, resource: StateResource) -> Place | None:
    values = state.decoded(resource.values, _Values | None)
    if values is None:
        return None
    arn = re.fullmatch(_ARN, values.arn) if isinstance(values.arn, str) else None
    if arn:
        return Place.of(arn[1], arn[2])
    return Place.of(values.region) if is_region(values.region) else None
