"""Images found by lookups that are used in arguments no row reads: `data.aws_ami.x.id` in a script,
in the request of another provider, in a manifest.

A plan shows what was found there. Code contains only the lookup, which is followed in the same way.
So are attributes that pass on what is written in them and launch nothing themselves.
"""

from collections.abc import Collection, Iterator
from typing import NamedTuple

from assay.inputs.plan.document.stray import may_name_an_image
from assay.inputs.plan.embedded.types import DOCUMENTS
from assay.inputs.plan.trails.holders import IMAGE_DATA
from assay.inputs.surface import only_mentions
from assay.inputs.terraform.language.marks import (
    Marked,
    MaybeMarked,
    as_list,
    as_map,
    bare,
    marked,
    secret,
    without_secret_keys,
)
from assay.inputs.terraform.language.values import texts
from assay.inputs.terraform.program.body import Body
from assay.inputs.terraform.program.ids import NONE, Ids, is_whole
from assay.inputs.terraform.program.iteration import ONLY, Iteration
from assay.inputs.terraform.program.module import ModuleInstance
from assay.inputs.terraform.program.unread import ids_named, ids_of
from assay.inputs.terraform.project.uninstalled import IMAGES, PARAMETER, may_name_image
from assay.inputs.terraform.syntax.blocks import Block
from assay.inputs.terraform.syntax.expressions import HclValue, Ref, UnknownValue

CARRIED = "(carried)"
"""The resource type that represents the lookups in such arguments of a resource."""
_SAME = ("input", "keepers", "tags", "tags_all", "triggers", "triggers_replace")
HELD = {**{name: name for name in _SAME}, "output": "input"}
"""Attributes that launch nothing and pass on an argument, with the name of that argument."""
_LEFT = ("aws_sfn_", "awscc_stepfunctions_", "kubernetes_", "kubectl_", "helm_")
"""Prefixes of resource types in whose documents unknown parts are not waited for."""
_DEEPEST = 20
_NAMESPACES = ("data", "module", "var", "local", "each", "count", "path", "terraform")


class Carried(NamedTuple):
    """What a resource reads, by argument: lookups, as unknown values, and ids in other blocks."""

    lookups: dict[str, MaybeMarked]
    ids: dict[str, Ids]
    paths: tuple[str, ...]
    """The paths of the lookups, in the form that rows use."""


def image_names(module: ModuleInstance) -> Iterator[str]:
    """The variables, locals, outputs and data sources of a module (as `var.x`) that contain images,
    read them, or look them up.
    """
    code = module.code
    for mode, kind, name in code.resources:
        if mode == "data" and (kind in IMAGE_DATA or ids_named(module, f"data.{kind}", name)):
            yield f"data.{kind}.{name}"
    for name in code.variables:
        if ids_named(module, "var", name) or _leads(bare(module.variable(name))):
            yield f"var.{name}"
    for name in code.locals:
        if ids_named(module, "local", name) or _leads(bare(module.local(name))):
            yield f"local.{name}"
    for called in code.calls:
        children = [*(module.children(called) or {}).values()]
        for name in children[0].code.outputs if children else ():
            at = f"module.{called}"
            if ids_named(module, at, name) or any(
                _leads(bare(each.output(name))) for each in children
            ):
                yield f"{at}.{name}"


def _leads(value: HclValue) -> bool:
    """Whether a value contains something that leads to an image, or an unknown part that a lookup
    finds or that another block passes on.
    """
    return any(_names_image(text) for text in texts(value)) or any(
        _lookup(ref, ("ami",)) or _held(ref) for ref, _ in _refs(value, ())
    )


def _names_image(text: str) -> bool:
    return ("resolve:ssm:" in text or "lt-" in text) and may_name_an_image(text.encode())


def carried(
    module: ModuleInstance,
    block: Block,
    iteration: Iteration,
    found: Body,
    read: Collection[str],
) -> Carried:
    """What a resource's arguments with these values read, except those in `read` and in documents;
    and what its scripts read.
    """
    kind = block.labels[0]
    # Documents are read for their known parts, and a row reports that the rest is unknown
    aside = {*read} if kind.startswith(_LEFT) else {*read, *DOCUMENTS.get(kind, ())}
    if found.values.get("data_type") == "aws:ec2:image":
        aside.update(PARAMETER)  # rows read the values of parameters of this type only
    lookups: dict[str, MaybeMarked] = {}
    ids: dict[str, Ids] = {}
    for name, value in found.values.items():
        if name in aside or is_whole(value) or only_mentions(kind, name):
            continue
        whole = marked(value, found.marks.inside(name))
        _Origins(module, block, iteration, read).add(name, name, whole, lookups, ids)
    scripts: list[dict[str, MaybeMarked]] = []
    for number, provisioner in enumerate(block.of_type("provisioner")):
        scripts.append({})
        for name, written in provisioner.attributes.items():
            value_of = module.value(written, iteration)
            at = f"provisioner[{number}].{name}"
            _Origins(module, block, iteration).add(name, at, value_of, scripts[-1], ids)
    # Rows for these are made during the walk: `provisioner[*].command` of this resource only
    paths = [*lookups, *(f"provisioner[*].{name}" for each in scripts for name in each)]
    if any(scripts):
        lookups["provisioner"] = as_list([as_map(each) for each in scripts])
    return Carried(lookups, ids, tuple(paths))


class _Origins:
    """Traces the unknown parts of a block's argument back to lookups and ids."""

    def __init__(
        self,
        module: ModuleInstance,
        block: Block,
        iteration: Iteration,
        read: Collection[str] = (),
    ) -> None:
        self._module = module
        self._block = block
        self._iteration = iteration
        self._read = read
        self._lookups: dict[Ref, None] = {}
        self._ids = NONE
        self._hidden = False
        self._seen: set[Ref] = set()

    def add(
        self,
        name: str,
        at: str,
        value: MaybeMarked,
        lookups: dict[str, MaybeMarked],
        ids: dict[str, Ids],
    ) -> None:
        """Store what the value comes from, if anything, under its name and path."""
        self._follow(value, (name,), self._read, 0)
        if self._lookups:
            found = UnknownValue(tuple(self._lookups), passed_on=True)
            lookups[name] = without_secret_keys(secret(found)) if self._hidden else found
        if self._ids:
            ids[at] = self._ids | Ids(hidden=self._hidden)

    def _follow(
        self, value: MaybeMarked, around: tuple[str, ...], read: Collection[str], depth: int
    ) -> None:
        self._hidden = self._hidden or isinstance(value, Marked)
        for ref, names in _refs(bare(value), around, read):
            found = _lookup(ref, names)
            if found is not None:
                self._lookups[found] = None
            elif ref not in self._seen and depth < _DEEPEST:
                self._seen.add(ref)
                self._of_holder(ref, names, depth)

    def _of_holder(self, ref: Ref, names: tuple[str, ...], depth: int) -> None:
        """Follow an attribute that passes on an argument, in every instance of its block."""
        held = _held(ref)
        there = self._module.at(ref.module) if held else None
        if held is None or there is None:
            return
        if ref.steps[0] == "self":  # its ids were found before
            written = self._block.attributes.get(held)
            value = there.value(written, self._iteration) if written else None
            self._follow(value, names, (), depth + 1)
            return
        placed = there.code.resources.get(("managed", str(ref.steps[0]), str(ref.steps[1])))
        written = placed.block.attributes.get(held) if placed else None
        if placed is None or written is None:
            return
        for iteration in there.instances(placed.block) or [ONLY]:
            self._ids |= ids_of(there, written, placed.block, iteration)
            self._follow(there.value(written, iteration), names, (), depth + 1)


def _held(ref: Ref) -> str | None:
    """The argument that a reference reads, if it reads an attribute that passes one on."""
    start, *rest = ref.steps
    if start in _NAMESPACES:
        return None
    inside = rest[:1] if start == "self" else rest[1:3]
    return next((HELD[str(step)] for step in inside if step in HELD), None)


def _lookup(ref: Ref, around: Collection[str]) -> Ref | None:
    """The result of a lookup, if it is an image. For a parameter, the names decide; other lookups
    do not matter.
    """
    match ref.steps:
        case ("data", "aws_ami", _):
            return Ref(ref.module, (*ref.steps, "id"))  # the whole object is passed on
        case ("data", "aws_ssm_parameter", str(label), *rest):
            named = any(map(may_name_image, (*around, label)))
            return ref if named and any(step in PARAMETER for step in rest) else None
        case ("data", str(kind), _, *rest):
            wanted = IMAGES["data"].get(kind, ())
            return ref if any(step in wanted for step in rest[:2]) else None
    return None


def _refs(
    value: HclValue, around: tuple[str, ...], read: Collection[str] = ()
) -> Iterator[tuple[Ref, tuple[str, ...]]]:
    """The references of all unknown parts of a value, each with the names above it. Keys in `read`
    are skipped: rows wait for those.
    """
    stack: list[tuple[HclValue, tuple[str, ...]]] = [(value, around)]
    seen: set[int] = set()
    while stack:
        here, names = stack.pop()
        if isinstance(here, UnknownValue):
            yield from ((ref, names) for ref in here.refs)
        elif isinstance(here, list | dict) and id(here) not in seen:
            seen.add(id(here))
            inside = here.items() if isinstance(here, dict) else (("", each) for each in here)
            stack.extend(
                (item, (*names, key) if key else names) for key, item in inside if key not in read
            )
