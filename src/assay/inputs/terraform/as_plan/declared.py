"""Puts what the code declares into the shape of a plan, so that both are read in the same way.

A resource becomes a planned change with its unknown values masked, and a provider block an entry in
the plan's `configuration`. Only what can matter to an image is evaluated. Code does not say whether
a resource already exists: it is treated as existing and changing, which implies less.
"""

from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

import msgspec

from assay.inputs.plan.document.document import Change, Configuration, PlanDocument, ResourceChange
from assay.inputs.plan.document.raw import USUAL
from assay.inputs.plan.embedded.types import DOCUMENTS
from assay.inputs.plan.made.parameters import READ, TYPES
from assay.inputs.plan.trails.holders import IMAGE_DATA
from assay.inputs.surface import Row, rows_by_type
from assay.inputs.terraform.as_plan.actions import actions_of
from assay.inputs.terraform.as_plan.configured import PlanBlocks
from assay.inputs.terraform.as_plan.named_ids import Named, key_of, of_scripts, of_unread
from assay.inputs.terraform.as_plan.wants import NARROWING, Wants, wants_of
from assay.inputs.terraform.language.marks import Marks, as_map, bare, marks_of, mask
from assay.inputs.terraform.program.body import Body, body, in_blocks, masked
from assay.inputs.terraform.program.callers import with_self
from assay.inputs.terraform.program.carried import CARRIED, carried
from assay.inputs.terraform.program.ids import ids_in
from assay.inputs.terraform.program.ignored import ignored_in
from assay.inputs.terraform.program.iteration import Iteration
from assay.inputs.terraform.program.module import ModuleInstance
from assay.inputs.terraform.program.program import Program
from assay.inputs.terraform.program.suspects import Suspects
from assay.inputs.terraform.program.unread import UNREAD
from assay.inputs.terraform.project.overrides import Placed
from assay.inputs.terraform.project.uninstalled import CALL, Missing, is_image, missing
from assay.inputs.terraform.syntax.blocks import Block
from assay.inputs.terraform.syntax.expressions import HclValue, UnknownValue
from assay.model import Kind
from assay.model.addresses import address

_COMPUTED = ("id", "arn", "name", "latest_version", "default_version")
"""Attributes that AWS or the provider fills in if they are not set."""
_COMPUTED_AMI = ("aws_instance", "aws_spot_instance_request")
"""Types whose empty `ami` the provider fills in (hashicorp/aws, Optional and Computed)."""
_META = frozenset({"source", "version", "providers", "count", "for_each", "depends_on"})


class Declared(NamedTuple):
    """A configuration as a plan, and what a plan cannot express."""

    plan: PlanDocument
    rows: dict[str, tuple[Row, ...]]
    values: dict[tuple[str, str], HclValue]
    """Each resource's values by address and type; `UnknownValue` where the plan has a mask."""
    missing: tuple[Missing, ...]
    """The modules whose code is missing."""
    ignoring: dict[str, frozenset[str]]
    """The attributes whose changes are ignored, by resource address."""
    several: frozenset[str]
    """The addresses that stand for an unknown number of instances."""
    disabled: int
    """The number of blocks removed by `lifecycle { enabled = false }`."""


def declare(program: Program, *, tags: bool) -> Declared:
    """Evaluate a program as far as it concerns images."""
    return _Writer(program, tags=tags).write()


class _Writer:
    def __init__(self, program: Program, *, tags: bool) -> None:
        self._program = program
        self._rows = rows_by_type()
        self._tags = ("tags", "tag", "tags_all") if tags else ()
        self._providers = program.providers
        self._changes: list[ResourceChange] = []
        self._values: dict[tuple[str, str], HclValue] = {}
        self._missing: list[Missing] = []
        self._ignoring: dict[str, frozenset[str]] = {}
        self._several: set[str] = set()
        self._passed: set[str] = set()
        self._paths: set[str] = set()
        self._wants: dict[str, Wants] = {}
        self._disabled = 0
        self._blocks = PlanBlocks()

    def write(self) -> Declared:
        for module in self._program.modules():
            self._blocks.enter(module.path)
            self._module(module)
        configuration = Configuration(self._providers.configs, self._blocks.root)
        # The table lacks these resources, e.g. a missing module with `image_id`: their rows are
        # made here
        self._rows[CALL] = tuple(Row(CALL, name, Kind.LAUNCH) for name in sorted(self._passed))
        self._rows[CARRIED] = tuple(Row(CARRIED, path, Kind.LAUNCH) for path in sorted(self._paths))
        plan = PlanDocument("1.2", resource_changes=self._changes, configuration=configuration)
        return Declared(
            plan,
            self._rows,
            self._values,
            tuple(self._missing),
            self._ignoring,
            frozenset(self._several),
            self._disabled,
        )

    def _module(self, module: ModuleInstance) -> None:
        self._of_resources(module)
        for block in actions_of(module.code):
            self._action(module, block)
        for name, call in module.code.calls.items():
            if module.children(name) is None:
                self._missing_module(module, name, call)
            elif not module.children(name):
                self._disabled += module.is_disabled(call.block)

    def _of_resources(self, module: ModuleInstance) -> None:
        suspects = Suspects(module)
        for (mode, kind, name), placed in module.code.resources.items():
            wanted = self._wanted(suspects, mode, kind, placed.block)
            # Most resources cannot use an image, but a script in one may still name an image
            idle = wanted is not None and not wanted
            scripted = placed.block.blocks and any(placed.block.of_type("provisioner"))
            if idle and not scripted:
                module.require_countable(placed.block)
                continue
            instances = module.instances(placed.block)
            self._disabled += not (idle or instances) and module.is_disabled(placed.block)
            for iteration in instances:
                doubtful = self._of_kind(kind).doubtful if mode == "managed" else NARROWING
                found = body(module, placed.block, iteration, wanted, {}, doubtful)
                if not idle:
                    self._resource(module, (mode, kind, name), iteration, found)
                if scripted:
                    run = of_scripts(module, placed.block, iteration)
                    self._add_named(module, placed.block, iteration, run)
                if mode == "managed":
                    self._unread(module, placed.block, iteration, found)

    def _action(self, module: ModuleInstance, block: Block) -> None:
        for iteration in module.instances(block):
            found = body(module, block, iteration, None)
            named = Named(masked(found.values)[0], mask(found.values, found.marks))
            self._add_named(module, block, iteration, [named])
            self._unread(module, block, iteration, found)

    def _wanted(
        self, suspects: Suspects, mode: str, kind: str, block: Block
    ) -> Collection[str] | None:
        """The arguments to evaluate: none for most resources, all for a data source."""
        if mode == "data":
            return None if kind in IMAGE_DATA else ()
        suspected = suspects.of(block)
        rows, documents = self._rows.get(kind, ()), DOCUMENTS.get(kind, ())
        if not rows and not documents:
            return suspected  # `ami` of a resource without rows, or an id in one of its arguments
        names = {"data_type", *USUAL, *self._tags, *suspected, *documents}
        names.update(READ if kind in TYPES else ())
        return names | self._of_kind(kind).attributes

    def _of_kind(self, kind: str) -> Wants:
        """What the rows of a resource type read; computed once."""
        found = self._wants.get(kind)
        if found is None:
            found = self._wants[kind] = wants_of(self._rows.get(kind, ()))
        return found

    def _resource(
        self,
        module: ModuleInstance,
        block: tuple[str, str, str],
        iteration: Iteration,
        found: Body,
    ) -> None:
        mode, kind, name = block
        placed = module.code.resources[block]
        own = dict(found.values)
        if mode == "data":
            with_self(own, module, placed.block, iteration, self._providers)
        elif own.get("ami") == "" and kind in _COMPUTED_AMI:
            _leave_to_provider(own)
        # JSON may omit the brackets of a block: `"launch_template": {…}` is a list of one
        values: HclValue = own
        for path in self._of_kind(kind).paths:
            values = in_blocks(values, path)
        assert isinstance(values, dict)
        if self._tags and mode == "managed":
            self._providers.add_tags(module, placed.block, iteration, values)
        # What AWS fills in is unknown, not absent: otherwise an id that is not set would be none
        for computed in _COMPUTED if mode == "managed" else ():
            values.setdefault(computed, UnknownValue())
        word = f"data.{kind}.{name}" if mode == "data" else f"{kind}.{name}"
        at = address(module.address, word, iteration.key)
        if not iteration.exact:
            self._several.add(at)
        if ignored := ignored_in(placed.block):
            self._ignoring[at] = ignored
        key = self._providers.of_resource(module, placed.block, iteration)
        name = self._blocks.name(module.path, block, placed.block, key)
        self._change(module, at, (mode, kind, name), iteration, values, found.marks)

    def _unread(
        self, module: ModuleInstance, block: Block, iteration: Iteration, found: Body
    ) -> None:
        # Rows wait for what they read themselves, and report it as unknown; nothing else does
        read = self._of_kind(block.labels[0]).awaited
        more = carried(module, block, iteration, found, read)
        rest = of_unread(module, block, found, read, more.ids)
        self._add_named(module, block, iteration, rest)
        if not more.lookups:
            return
        self._paths.update(more.paths)
        key = key_of(module, block, iteration, self._providers)
        called = ("managed", CARRIED, ".".join(block.labels))
        name = self._blocks.name(module.path, called, block, key)
        at = address(module.address, ".".join(block.labels), iteration.key)
        lookups = as_map(more.lookups)
        values = bare(lookups)
        assert isinstance(values, dict)
        self._change(module, at, ("managed", CARRIED, name), iteration, values, marks_of(lookups))

    def _add_named(
        self, module: ModuleInstance, block: Block, iteration: Iteration, found: Iterable[Named]
    ) -> None:
        """Add what is named beside a resource: in its scripts, and in what is not evaluated."""
        for each in found:
            key = key_of(module, block, iteration, self._providers)
            called = ("managed", UNREAD, ".".join(block.labels))
            name = self._blocks.name(module.path, called, block, key)
            self._changes.append(each.change(module, block, iteration, name))

    def _change(
        self,
        module: ModuleInstance,
        at: str,
        block: tuple[str, str, str],
        iteration: Iteration,
        values: dict[str, HclValue],
        marks: Marks,
    ) -> None:
        known, unknown = masked(values)
        mode, kind, name = block
        self._values[at, kind] = values
        # It may or may not exist: "create" would imply that nothing was there before
        change = Change(
            ("read",) if mode == "data" else ("update",),
            after=_raw(known),
            after_unknown=_raw(unknown or {}),
            after_sensitive=_raw(mask(values, marks) or {}),
        )
        self._changes.append(
            ResourceChange(at, kind, name, change, mode, module.address or None, iteration.key)
        )

    def _missing_module(self, module: ModuleInstance, name: str, call: Placed) -> None:
        """Record a module whose code is missing, with the images passed to it."""
        names = [each for each in call.block.attributes if each not in _META]
        manifest = self._program.root.code.manifest
        cure = manifest.cure(".".join((*module.path, name)), call.block)
        for iteration in module.instances(call.block):
            at = address(module.address, f"module.{name}", iteration.key)
            self._missing.append(missing(at, call.block, cure))
            found = body(module, call.block, iteration, names)
            images = {each: value for each, value in found.values.items() if is_image(each, value)}
            self._passed.update(images)
            # `settings = { image = "ami-…" }` contains an id, whatever the argument is called
            held = {each: value for each, value in found.values.items() if ids_in(value)}
            given = {**held, **images}
            if given:
                key = self._providers.of_call(module, call.block, iteration)
                shown = self._blocks.name(module.path, ("managed", CALL, name), call.block, key)
                block = ("managed", CALL, shown)
                self._change(module, at, block, iteration, given, found.marks)


def _leave_to_provider(values: dict[str, HclValue]) -> None:
    """An empty `ami` counts as not set: a launch template names the image, or it is not known."""
    del values["ami"]
    if values.get("launch_template") in (None, []):
        values["ami"] = UnknownValue()


def _raw(value: Any) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(value))
