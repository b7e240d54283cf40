"""What a plan knows about its resources and data sources: their instances and values.

A value in the plan is the one that an apply will use. A value known only after apply becomes an
unknown value with a name of its own, `aws_ami_copy.golden["a"].id`, which nothing else can have.

Facts: HashiCorp, "JSON Output Format": `resource_changes` (values with their masks, including data
sources that apply will read), `prior_state` (what data sources have read, and what a targeted plan
leaves unchanged).
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import msgspec

from assay.inputs.plan.document.document import PlanDocument, ResourceChange
from assay.inputs.plan.document.planned import GONE, PlannedResource
from assay.inputs.plan.document.prior_state import PriorState, StateResource
from assay.inputs.plan.document.walk import anywhere, at_path
from assay.inputs.terraform.language.marks import OPEN, SECRET, Marks, MaybeMarked, marked
from assay.inputs.terraform.language.values import OfInstance
from assay.inputs.terraform.program.named_values import sure_of
from assay.inputs.terraform.project.modules import Key
from assay.inputs.terraform.syntax.blocks import Block
from assay.inputs.terraform.syntax.expressions import HclValue, Ref, Sure, UnknownValue
from assay.model.addresses import InstanceKey, Step, module_steps, parent_module, read_key

_Block = tuple[str, str, str, str]
"""A block in a module instance: the instance's address, and the block's mode, type and name."""
_MODES = {"resource": "managed", "data": "data"}


class _Read(msgspec.Struct, frozen=True, gc=False):
    """The prior state of one instance."""

    values: Any
    hidden: Any


class PlanFacts:
    """The resources of one plan by module instance, block and key."""

    def __init__(self, path: str, plan: PlanDocument, state: PriorState) -> None:
        """`path` is used in messages."""
        self._path = path
        self._plan = plan
        self._state = state
        self._opened: dict[int, PlannedResource] = {}
        self._read: dict[int, _Read] = {}

    def keys(self, module: str, block: Block) -> Sequence[InstanceKey]:
        """The keys of a block's instances in a module instance, as far as the plan has any."""
        if block.type == "module":
            return sorted(self._called.get((module, block.labels[0]), ()), key=_in_order)
        mode = _MODES.get(block.type)
        if mode is None or len(block.labels) != 2:
            return ()
        name = (module, mode, *block.labels)
        return sorted(self._left(name), key=_in_order)

    def _left(self, name: _Block) -> Iterator[InstanceKey]:
        """The keys after apply: planned ones, or those that a targeted plan leaves unchanged."""
        changes = self._changes.get(name, {})
        yield from (key for key, change in changes.items() if change is not None)
        yield from (key for key in self._prior.get(name, ()) if key not in changes)

    def at(self, module: str, key: Key, index: InstanceKey, path: tuple[Step, ...]) -> MaybeMarked:
        """The value at a path of one instance: known, or unknown with a name. If the plan does not
        say, it is unknown and not passed on. Raises `InputError` if the value is damaged.
        """
        block = (module, *key)
        start = ("data", *key[1:]) if key[0] == "data" else key[1:]
        of = OfInstance(index) if isinstance(index, str) else index
        ref = Ref(module, (*start, *(() if of is None else (of,)), *path))
        changes = self._changes.get(block, {})
        change = changes.get(index)
        if change is not None:
            return self._planned(change, ref, key, path)
        read = None if index in changes else self._prior.get(block, {}).get(index)
        return UnknownValue((ref,)) if read is None else self._as_read(read, ref, path)

    def _planned(
        self, change: ResourceChange, ref: Ref, key: Key, path: tuple[Step, ...]
    ) -> MaybeMarked:
        resource = self._opened.get(id(change))
        if resource is None:
            resource = self._opened[id(change)] = PlannedResource(self._path, change, None)
        mask, hidden = resource.mask(path), resource.hidden(path)
        if mask is True:
            value: HclValue = UnknownValue((ref,), passed_on=True, sure=_sure(resource, key, path))
            return marked(value, _marks(hidden))
        return _known(resource.value(()), mask, hidden, ref, path)

    def _as_read(self, resource: StateResource, ref: Ref, path: tuple[Step, ...]) -> MaybeMarked:
        read = self._read.get(id(resource))
        if read is None:
            decoded = self._state.decoded
            read = _Read(decoded(resource.values), decoded(resource.sensitive_values))
            self._read[id(resource)] = read
        return _known(read.values, None, at_path(read.hidden, path), ref, path)

    @cached_property
    def _changes(self) -> Mapping[_Block, dict[InstanceKey, ResourceChange | None]]:
        """The planned change of each instance of a block; None for an instance that is removed."""
        found: defaultdict[_Block, dict[InstanceKey, ResourceChange | None]] = defaultdict(dict)
        for change in self._plan.resource_changes or ():
            if change.deposed:
                continue
            actions = change.change.actions
            ends = "create" not in actions and not _ENDS.isdisjoint(actions)
            block = (change.module_address or "", change.mode, change.type, change.name)
            found[block][change.index] = None if ends else change
        return dict(found)

    @cached_property
    def _prior(self) -> Mapping[_Block, dict[InstanceKey, StateResource]]:
        found: defaultdict[_Block, dict[InstanceKey, StateResource]] = defaultdict(dict)
        for module, each in self._state.resources:
            found[module, each.mode, each.type, each.name][each.index] = each
        return dict(found)

    @cached_property
    def _called(self) -> Mapping[tuple[str, str], dict[InstanceKey, None]]:
        """The keys of module calls, by the calling module instance and the call's name."""
        blocks = self._changes.keys() | self._prior.keys()
        modules = {name[0] for name in blocks if next(self._left(name), _NONE) is not _NONE}
        found: defaultdict[tuple[str, str], dict[InstanceKey, None]] = defaultdict(dict)
        seen: set[str] = set()
        for holding in modules:
            module = holding
            while module and module not in seen:
                seen.add(module)
                name, key = module_steps(module)[-1]
                module = parent_module(module)
                found[module, name][read_key(key)] = None
        return dict(found)


def _sure(resource: PlannedResource, key: Key, path: tuple[Step, ...]) -> Sure:
    """What is certain about an unknown value: an attribute that the plan names certainly exists."""
    if len(path) != 1 or not isinstance(resource.mask(()), dict):
        return Sure.NOTHING
    return sure_of(key, str(path[0])) or Sure.HELD


_NONE = object()
_ENDS = frozenset(action.value for action in GONE)


def _in_order(key: InstanceKey) -> tuple[int, int, str]:
    """Sort numbers numerically, as in lists of instances: a plan may have `[10]` before `[2]`."""
    if isinstance(key, str):
        return 1, 0, key
    return 0, -1 if key is None else key, ""


def _known(values: Any, mask: Any, hidden: Any, ref: Ref, path: tuple[Step, ...]) -> MaybeMarked:
    """The value at a path of the plan's values."""
    # An attribute that is missing was removed from the plan, and a sensitive one that is null may
    # have been blanked: neither means that it is null
    told = isinstance(values, dict) and (not path or path[0] in values or anywhere(mask))
    value = _named(at_path(values, path), mask, ref) if told else None
    if not told or (value is None and anywhere(hidden)):
        return marked(UnknownValue((ref,)), _marks(hidden))
    return marked(value, _marks(hidden))


def _named(value: Any, mask: Any, ref: Ref) -> HclValue:
    """A known value with unknown parts, each of which gets a name."""
    if mask is True:
        return UnknownValue((ref,), passed_on=True)
    if not anywhere(mask):
        known_value: HclValue = value
        return known_value
    if isinstance(mask, dict):
        known = value if isinstance(value, dict) else {}
        names = {**known, **{name: None for name, inside in mask.items() if inside}}
        return {name: _named(known.get(name), mask.get(name), _below(ref, name)) for name in names}
    items = value if isinstance(value, list) else []
    longest = max(len(items), len(mask))
    return [_named(_item(items, at), _item(mask, at), _below(ref, at)) for at in range(longest)]


def _item(items: Sequence[Any], at: int) -> Any:
    return items[at] if at < len(items) else None


def _below(ref: Ref, step: Step) -> Ref:
    return Ref(ref.module, (*ref.steps, step))


def _marks(mask: Any) -> Marks:
    """A plan's mask of sensitive parts, as marks."""
    if mask is True:
        return SECRET
    below: dict[Step, Marks] = {}
    if isinstance(mask, dict):
        below = {name: inner for name, each in mask.items() if (inner := _marks(each))}
    elif isinstance(mask, list):
        below = {at: inner for at, each in enumerate(mask) if (inner := _marks(each))}
    return Marks(below=below) if below else OPEN
