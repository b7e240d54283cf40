"""The planned resources of one plan: found by block, and opened only when somebody asks."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from functools import cached_property
from typing import Any

import msgspec

from assay.errors import InputError
from assay.inputs.plan.document.configuration import (
    ConfigurationIndex,
    Configured,
    ModulePath,
    module_path,
    module_steps,
    parent_module,
)
from assay.inputs.plan.document.document import ResourceChange
from assay.inputs.plan.document.traversal import read_key
from assay.inputs.plan.document.walk import Step, anywhere, at_path, count_at
from assay.model import Action

_ANYTHING: msgspec.json.Decoder[Any] = msgspec.json.Decoder()
_REGION = b'"region"'
UNKNOWN = object()
"""Stands for a Region that the plan will know after apply."""
GONE = (Action.DELETE, Action.FORGET)
_ALONE = (Action.UPDATE, *GONE, Action.NO_OP, Action.READ, Action.INVOKE)

USUAL = frozenset((
    "ami", "arn", "default_version", "id", "image_id", "image_recipe_arn", "insecure_value", "name",
    "parent_image", "region", "source_ami_id", "source_ami_region", "source_instance_id",
    "update_default_version", "value",
))  # fmt: skip
_Usual = msgspec.defstruct("_Usual", [(name, Any, None) for name in sorted(USUAL)], gc=False)
_UNREAD: Any = object()
_usual_decoder = msgspec.json.Decoder(_Usual | bool | None)


class _Tree:
    """Raw values or a mask; what is usually asked for is read without decoding the rest.

    What is decoded is kept by hand: a `cached_property` takes a lock for each.
    """

    __slots__ = ("_change", "_found", "_path", "_raw", "_usual")

    def __init__(self, path: str, change: ResourceChange, raw: msgspec.Raw) -> None:
        self._path = path
        self._change = change
        self._raw = raw
        self._usual = self._found = _UNREAD

    def at(self, path: tuple[Step, ...]) -> Any:
        """What stands at `path`; `true` anywhere above it stands for everything below."""
        if not path or path[0] not in USUAL:
            return at_path(self._whole, path)
        usual = self._usual
        if usual is _UNREAD:
            usual = self._usual = decode(self._path, self._change, self._raw, _usual_decoder)
        if isinstance(usual, _Usual):
            found = getattr(usual, path[0])
            return found if len(path) == 1 else at_path(found, path[1:])
        return at_path(usual, path)

    @property
    def _whole(self) -> Any:
        if self._found is _UNREAD:
            self._found = decode(self._path, self._change, self._raw)
        return self._found

    def marks(self, path: tuple[Step, ...]) -> bool:
        """Whether the mask marks `path` or all around it; most masks mark nothing at all."""
        return b"true" in bytes(self._raw) and self.at(path) is True


class Opened:
    """One planned resource; each of its values and masks is decoded when somebody asks for it."""

    def __init__(self, path: str, change: ResourceChange, configured: Configured | None) -> None:
        self._path = path
        self.change = change
        self.action = action_of(path, change)
        self.configured = configured
        self._region = _UNREAD
        raw = change.change
        self._after = _Tree(path, change, raw.after)
        self._unknown = _Tree(path, change, raw.after_unknown)
        self._sensitive = _Tree(path, change, raw.after_sensitive)
        self._before = _Tree(path, change, raw.before)

    @property
    def module(self) -> str:
        """The address of its module; "" for the root."""
        return self.change.module_address or ""

    @property
    def is_data(self) -> bool:
        """Whether it is a data source, which code has and plans have read already."""
        return self.change.mode == "data"

    @property
    def own_region(self) -> Any:
        """The resource's `region` (hashicorp/aws 6 and later); `UNKNOWN` is no absence."""
        if self._region is _UNREAD:
            mask = bytes(self.change.change.after_unknown)
            later = _REGION in mask and self.is_unknown(("region",))
            self._region = UNKNOWN if later else self.value(("region",))
        return self._region

    def value(self, path: tuple[Step, ...]) -> Any:
        """The planned value at `path`; None where there is none, or where it is unknown."""
        return None if self.is_unknown(path) else self._after.at(path)

    def was(self, path: tuple[Step, ...]) -> Any:
        """What stood at `path` before the plan; None where there was nothing."""
        return self._before.at(path)

    def mask(self, path: tuple[Step, ...]) -> Any:
        """What is unknown at and below `path`."""
        return self._unknown.at(path)

    def holds_sensitive(self, path: tuple[Step, ...]) -> bool:
        """Whether the plan marks anything at or below `path`, or all around it, as sensitive."""
        return anywhere(self._sensitive.at(path))

    def count(self, path: tuple[Step, ...]) -> int:
        """How many blocks are planned at `path`; a number in it stands for any."""
        return count_at(self._after.at(path[:1]), self._unknown.at(path[:1]), path[1:])

    def writes(self, *path: Step) -> bool:
        """Whether the configuration may give the attribute at `path` a value other than null."""
        return self.configured is not None and self.configured.writes(path, self.count)

    def is_sensitive(self, path: tuple[Step, ...]) -> bool:
        """Whether the plan marks the value at `path`, or all around it, as sensitive."""
        return self._sensitive.marks(path)

    def is_unknown(self, path: tuple[Step, ...]) -> bool:
        """Whether the value at `path` is known only after apply."""
        return self._unknown.marks(path)


class Names(msgspec.Struct, gc=False):
    """What other resources know a resource by; an unknown attribute is absent from `after`."""

    id: Any = None
    name: Any = None


_names_decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(Names | None)


class PlannedResources:
    """Every resource that will exist after the plan, by module, type and name."""

    def __init__(
        self, path: str, changes: list[ResourceChange], configuration: ConfigurationIndex
    ) -> None:
        self._path = path
        self._changes = changes
        self.configuration = configuration
        self._opened: dict[int, Opened] = {}

    @cached_property
    def _blocks(self) -> dict[tuple[str, str, str], list[ResourceChange]]:
        blocks: defaultdict[tuple[str, str, str], list[ResourceChange]] = defaultdict(list)
        for change in self._changes:
            if change.mode == "managed" and not change.deposed:
                blocks[change.module_address or "", change.type, change.name].append(change)
        return dict(blocks)

    @cached_property
    def modules(self) -> frozenset[str]:
        """The address of every module instance that holds a resource, and of those around it."""
        found: set[str] = set()
        for module, _, _ in (*self._blocks, *self._data_blocks):
            while module and module not in found:
                found.add(module)
                module = parent_module(module)  # noqa: PLW2901 - climbs to the root
        return frozenset(found)

    def calls(self, module: str, name: str) -> list[tuple[str | int | None, str]]:
        """The instances of one module call in one module instance: key and address."""
        return self._calls.get((module, name), [])

    @cached_property
    def _calls(self) -> dict[tuple[str, str], list[tuple[str | int | None, str]]]:
        calls: defaultdict[tuple[str, str], list[tuple[str | int | None, str]]] = defaultdict(list)
        for module in self.modules:
            name, key = module_steps(module)[-1]
            calls[parent_module(module), name].append((read_key(key), module))
        return {call: sorted(found, key=str) for call, found in calls.items()}

    def modules_at(self, path: ModulePath) -> list[str]:
        """The addresses of all instances of a module; the root's is empty."""
        return self._modules_at.get(path, []) if path else [""]

    @cached_property
    def _modules_at(self) -> dict[ModulePath, list[str]]:
        found: defaultdict[ModulePath, list[str]] = defaultdict(list)
        for module in sorted(self.modules):
            found[module_path(module)].append(module)
        return dict(found)

    def of_data(self, module: str, resource_type: str, name: str) -> list[Opened]:
        """The instances of one data source that will be read during apply."""
        changes = self._data_blocks.get((module, resource_type, name), ())
        return [self.open(change) for change in changes]

    @cached_property
    def _data_blocks(self) -> dict[tuple[str, str, str], list[ResourceChange]]:
        blocks: defaultdict[tuple[str, str, str], list[ResourceChange]] = defaultdict(list)
        for change in self._changes:
            if change.mode == "data":
                blocks[change.module_address or "", change.type, change.name].append(change)
        return dict(blocks)

    def of_block(self, module: str, resource_type: str, name: str) -> list[Opened]:
        """The instances of one resource block in one module instance."""
        changes = self._blocks.get((module, resource_type, name), ())
        opened = (self.open(change) for change in changes)
        return [resource for resource in opened if resource.action not in GONE]

    def of_type(self, resource_type: str) -> list[Opened]:
        """Every planned resource of one type."""
        return [
            resource
            for module, kind, name in self._blocks
            if kind == resource_type
            for resource in self.of_block(module, kind, name)
        ]

    def changing(self, resource_types: Collection[str], action: str = "") -> list[Opened]:
        """Every change of these types, of what is deleted and of deposed objects, too.

        With an action, those in whose actions it is.
        """
        return [
            self.open(change)
            for resource_type in resource_types
            for change in self._by_type.get(resource_type, ())
            if not action or action in change.change.actions
        ]

    @cached_property
    def _by_type(self) -> dict[str, list[ResourceChange]]:
        found: defaultdict[str, list[ResourceChange]] = defaultdict(list)
        for change in self._changes:
            if change.mode == "managed":
                found[change.type].append(change)
        return found

    def names_of_type(self, resource_type: str) -> Iterator[tuple[ResourceChange, Names | None]]:
        """The id and name of every planned resource of one type, without opening any."""
        for (_, kind, _), changes in self._blocks.items():
            if kind == resource_type:
                for change in changes:
                    yield change, decode(self._path, change, change.change.after, _names_decoder)

    def open(self, change: ResourceChange) -> Opened:
        """One planned resource. Reading a value that is damaged raises `InputError`."""
        found = self._opened.get(id(change))
        if found is None:
            configured = self.configuration.find(
                change.module_address, change.mode, change.type, change.name
            )
            found = Opened(self._path, change, configured)
            self._opened[id(change)] = found
        return found


def action_of(path: str, resource: ResourceChange) -> Action:
    """The plan's action list as one word (JSON Output Format, "Change Representation")."""
    change = resource.change
    if change.importing is None and change.actions == ("create",):
        return Action.CREATE
    actions = set(change.actions)
    if change.importing is not None and not actions & {"delete", "forget"}:
        return Action.IMPORT
    if "create" in actions:
        return Action.REPLACE if actions & {"delete", "forget"} else Action.CREATE
    for action in _ALONE:
        if action.value in actions:
            return action
    raise InputError(f"{resource.address} has an action that assay does not know", where=path)


def decode(
    path: str,
    resource: ResourceChange,
    raw: msgspec.Raw,
    decoder: msgspec.json.Decoder[Any] = _ANYTHING,
) -> Any:
    """The value of raw JSON that belongs to `resource`. Raises `InputError`."""
    try:
        return decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise InputError(f"the values of {resource.address} cannot be read", where=path) from None
