"""The planned resources of one plan, found by block and decoded only on demand."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from functools import cached_property
from typing import Any, TypeAlias, TypeVar

import msgspec

from assay.errors import InputError
from assay.inputs.plan.document.configuration import ConfigurationIndex, Configured
from assay.inputs.plan.document.document import ResourceChange
from assay.inputs.plan.document.module_instances import ModuleInstances
from assay.inputs.plan.document.raw import UNREAD, RawTree, decode
from assay.inputs.plan.document.walk import count_at
from assay.model import Action
from assay.model.addresses import Step

_REGION = b'"region"'
UNKNOWN = object()
"""A Region that is known only after apply."""
_CREATE = Action.CREATE
GONE = (Action.DELETE, Action.FORGET)
_ALONE = (Action.UPDATE, *GONE, Action.NO_OP, Action.READ, Action.INVOKE)


class PlannedResource:
    """One planned resource; each of its values and masks is decoded on demand."""

    def __init__(self, path: str, change: ResourceChange, configured: Configured | None) -> None:
        self._path = path
        self.change = change
        self.action = action_of(path, change)
        self.configured = configured
        self._region = UNREAD
        raw = change.change
        self._after = RawTree(path, change, raw.after)
        self._unknown = RawTree(path, change, raw.after_unknown)
        self._sensitive = RawTree(path, change, raw.after_sensitive)
        self._before = RawTree(path, change, raw.before)

    @property
    def module(self) -> str:
        """The address of its module instance; "" for the root module."""
        return self.change.module_address or ""

    @property
    def is_data(self) -> bool:
        """Whether it is a data source: code has them, while a plan has usually read them already."""
        return self.change.mode == "data"

    @property
    def own_region(self) -> Any:
        """The resource's `region` (hashicorp/aws 6 and later); `UNKNOWN` does not mean absent."""
        if self._region is UNREAD:
            mask = bytes(self.change.change.after_unknown)
            later = _REGION in mask and self.is_unknown(("region",))
            self._region = UNKNOWN if later else self.value(("region",))
        return self._region

    def value(self, path: tuple[Step, ...]) -> Any:
        """Return the planned value at `path`; None if there is none or it is unknown."""
        return None if self.is_unknown(path) else self._after.at(path)

    def was(self, path: tuple[Step, ...]) -> Any:
        """Return the value at `path` before the plan; None if there was none."""
        return self._before.at(path)

    def mask(self, path: tuple[Step, ...]) -> Any:
        """Return the unknown mask at and below `path`."""
        return self._unknown.at(path)

    def count(self, path: tuple[Step, ...]) -> int:
        """Count the blocks planned at `path`; any number in the path matches every block."""
        return count_at(self._after.at(path[:1]), self._unknown.at(path[:1]), path[1:])

    def writes(self, *path: Step) -> bool:
        """Whether the configuration may give the attribute at `path` a value other than null."""
        return self.configured is not None and self.configured.writes(path, self.count)

    def is_sensitive(self, path: tuple[Step, ...]) -> bool:
        """Whether the plan marks anything at or below `path`, or all around it, as sensitive."""
        return self._sensitive.marks_within(path)

    def hidden(self, path: tuple[Step, ...]) -> Any:
        """Return the sensitive mask at and below `path`."""
        return self._sensitive.at(path)

    def is_unknown(self, path: tuple[Step, ...]) -> bool:
        """Whether the value at `path` is known only after apply."""
        return self._unknown.marks(path)


class Names(msgspec.Struct, gc=False):
    """Attributes by which other resources name a resource; unknown ones are absent from `after`."""

    id: Any = None
    name: Any = None


_names_decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(Names | None)


K = TypeVar("K")
V = TypeVar("V")
_Block: TypeAlias = tuple[str, str, str]
"""A resource block in a module instance: the instance's address, and the block's type and name."""


class PlannedResources:
    """Every resource that will exist after the plan, by module, type and name."""

    def __init__(
        self, path: str, changes: list[ResourceChange], configuration: ConfigurationIndex
    ) -> None:
        self._path = path
        self._changes = changes
        self.configuration = configuration
        self._opened: dict[int, PlannedResource] = {}
        self._by_key: dict[_Block, dict[str | int | None, list[PlannedResource]]] = {}
        self._of_type: dict[str, list[PlannedResource]] = {}
        self._named: dict[tuple[str, tuple[str, ...]], dict[str, list[PlannedResource]]] = {}

    @cached_property
    def _blocks(self) -> dict[_Block, list[ResourceChange]]:
        managed = [each for each in self._changes if each.mode == "managed" and not each.deposed]
        return _grouped([(_block(each), each) for each in managed])

    @cached_property
    def modules(self) -> ModuleInstances:
        """The module instances that contain resources."""
        return ModuleInstances(module for module, _, _ in (*self._blocks, *self._data_blocks))

    def of_data(self, module: str, resource_type: str, name: str) -> list[PlannedResource]:
        """Return the instances of one data source that will be read during apply."""
        changes = self._data_blocks.get((module, resource_type, name), ())
        return [self.open(change) for change in changes]

    @cached_property
    def _data_blocks(self) -> dict[_Block, list[ResourceChange]]:
        return _grouped((_block(each), each) for each in self._changes if each.mode == "data")

    def of_block(
        self, module: str, resource_type: str, name: str, key: str | int | None = None
    ) -> list[PlannedResource]:
        """Return the instances of a block in one module instance; with a key, only that one."""
        block = (module, resource_type, name)
        if key is not None:
            return self._keys_of(block).get(key, [])
        opened = (self.open(change) for change in self._blocks.get(block, ()))
        return [resource for resource in opened if resource.action not in GONE]

    def _keys_of(self, block: _Block) -> dict[str | int | None, list[PlannedResource]]:
        found = self._by_key.get(block)
        if found is None:
            by_key = ((each.change.index, each) for each in self.of_block(*block))
            found = self._by_key[block] = _grouped(by_key)
        return found

    def of_type(self, resource_type: str) -> list[PlannedResource]:
        """Return every planned resource of one type."""
        found = self._of_type.get(resource_type)
        if found is None:
            found = self._of_type[resource_type] = [
                resource
                for block in self._blocks_of_type.get(resource_type, ())
                for resource in self.of_block(*block)
            ]
        return found

    @cached_property
    def _blocks_of_type(self) -> dict[str, list[_Block]]:
        return _grouped((block[1], block) for block in self._blocks)

    def named(self, resource_type: str, text: object, *by: str) -> list[PlannedResource]:
        """Return the planned resources of one type that have this text in one of these attributes.

        There are often as many lookups as resources, so an index is built.
        """
        known = self._named.get((resource_type, by))
        if known is None:
            resources = self.of_type(resource_type)
            called = ((text, each) for each in resources for text in _texts(each, by))
            known = self._named[resource_type, by] = _grouped(called)
        return known.get(text, []) if isinstance(text, str) else []

    def changing(self, resource_types: Collection[str], action: str = "") -> list[PlannedResource]:
        """Return every change of these types, including deletions and deposed objects.

        With an action, only changes whose actions include it.
        """
        return [
            self.open(change)
            for resource_type in resource_types
            for change in self._by_type.get(resource_type, ())
            if not action or action in change.change.actions
        ]

    @cached_property
    def _by_type(self) -> dict[str, list[ResourceChange]]:
        return _grouped([(each.type, each) for each in self._changes if each.mode == "managed"])

    def names_of_type(self, resource_type: str) -> Iterator[tuple[ResourceChange, Names | None]]:
        """Yield the id and name of every planned resource of one type, without decoding the rest."""
        for block in self._blocks_of_type.get(resource_type, ()):
            for change in self._blocks[block]:
                yield change, decode(self._path, change, change.change.after, _names_decoder)

    def open(self, change: ResourceChange) -> PlannedResource:
        """Return one planned resource. Reading a damaged value raises `InputError`."""
        found = self._opened.get(id(change))
        if found is None:
            configured = self.configuration.find(
                change.module_address, change.mode, change.type, change.name
            )
            found = PlannedResource(self._path, change, configured)
            self._opened[id(change)] = found
        return found


def _block(change: ResourceChange) -> _Block:
    return change.module_address or "", change.type, change.name


def _texts(resource: PlannedResource, attributes: Iterable[str]) -> dict[str, None]:
    """The known text values of some attributes."""
    values = (resource.value((name,)) for name in attributes)
    return dict.fromkeys(value for value in values if isinstance(value, str))


def _grouped(pairs: Iterable[tuple[K, V]]) -> dict[K, list[V]]:
    found: defaultdict[K, list[V]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return dict(found)


def action_of(path: str, resource: ResourceChange) -> Action:
    """Return the plan's action list as one word (JSON Output Format, "Change Representation")."""
    change = resource.change
    if change.importing is None and change.actions == ("create",):
        return _CREATE
    actions = set(change.actions)
    if change.importing is not None and not actions & {"delete", "forget"}:
        return Action.IMPORT
    if "create" in actions:
        return Action.REPLACE if actions & {"delete", "forget"} else Action.CREATE
    for action in _ALONE:
        if action.value in actions:
            return action
    raise InputError(f"{resource.address} has an action that assay does not know", where=path)
