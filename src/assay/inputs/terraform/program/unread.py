"""AMI ids in expressions without a known value: those in the text, and in everything it reads.

An id may still be launched if it is chosen, formatted or rendered in a way that is not evaluated.
"""

import re
from collections.abc import Collection, Iterator

from assay.inputs.plan.trails.holders import IMAGE_DATA
from assay.inputs.terraform.language.marks import MaybeMarked
from assay.inputs.terraform.program.ids import NONE, Ids, ids_in, is_whole, union
from assay.inputs.terraform.program.iteration import ONLY, Iteration
from assay.inputs.terraform.program.module import ModuleInstance
from assay.inputs.terraform.syntax.blocks import Block, Written
from assay.inputs.terraform.syntax.expressions import HclValue
from assay.model.ids import ami_ids_in

_SELF = r"\bself\.([a-z_]\w*)"
UNREAD = "(unread)"
"""The resource type that represents the parts of a resource that are not evaluated."""

NAMES = re.compile(
    r"\b(var|local|data\.[\w-]+)\.([\w-]+)|\b(module\.[\w-]+)(?:\[[^\]]*\])?\.([\w-]+)|\b(each)\b"
)
"""The names in the text of an expression: `var` and `x`, `module.m` and `out`, or `each`."""
_FILES = r'\b(?:file|filebase64|templatefile)\s*\(\s*"((?:\$\{[\w.]+\}|[^"$\\])*)"'
_READS = r"\b(?:file|filebase64|templatefile)\s*\("
_PATHS = r"\$\{path\.(module|root)\}"


def ids_read(module: ModuleInstance, written: Written, block: Block | None = None) -> Ids:
    """The ids in an expression of a block, and in everything it reads."""
    # Like a human reader, this considers only names: `format("%s", c ? var.a : local.b)` may use
    # either one
    found = Ids(frozenset(ami_ids_in(written.text)))
    for root, name, call, output, each in NAMES.findall(written.text):
        if each:
            keys = block.attributes.get("for_each") if block else None
            found |= ids_read(module, keys) if keys and keys is not written else NONE
        else:
            found |= ids_named(module, root or call, name or output)
    for path in re.findall(_FILES, written.text):
        named = re.sub(_PATHS, lambda at: module.path_of(at[1]), path)
        text = module.shared.contents.text(named) or ""
        found |= Ids(frozenset(ami_ids_in(text)))
    return found


def reads_computed_file(written: Written) -> bool:
    """Whether an expression reads a file whose path must be evaluated."""
    return len(re.findall(_READS, written.text)) > len(re.findall(_FILES, written.text))


def ids_named(module: ModuleInstance, root: str, name: str) -> Ids:
    """The ids in `var.x`, `local.x`, `module.m.x` or `data.t.x`, and in what these are made of."""
    key = f"{root}.{name}"
    if key not in module.ids:
        module.ids[key] = NONE  # in the meantime: `local.x` may read itself by mistake
        module.ids[key] = _ids_named(module, root, name)
    return module.ids[key]


def _ids_named(module: ModuleInstance, root: str, name: str) -> Ids:
    match root.partition("."):
        case "var", _, _:
            return _or_read(module.variable(name), _given(module, name))
        case "local", _, _:
            placed = module.code.locals.get(name)
            return _or_read(module.local(name), [(module, placed.written)] if placed else [])
        case "module", _, called if called in module.code.calls:
            children = (module.children(called) or {}).values()
            return union(_of_output(child, name) for child in children)
        case "data", _, kind if kind not in IMAGE_DATA:
            found = module.code.resources.get(("data", kind, name))
            return ids_of_block(module, found.block) if found else NONE
    return NONE


def _of_output(child: ModuleInstance, name: str) -> Ids:
    placed = child.code.outputs.get(name)
    written = placed.block.attributes.get("value") if placed else None
    return _or_read(child.output(name), [(child, written)]) if written else NONE


def _given(module: ModuleInstance, name: str) -> list[tuple[ModuleInstance, Written]]:
    """The expressions that a variable's value may come from."""
    placed = module.code.variables.get(name)
    default = placed.block.attributes.get("default") if placed else None
    passed = module.call.block.attributes.get(name) if module.call else None
    if passed and module.parent:
        return [(module.parent, passed)]
    return [(module, default)] if default else []


def _or_read(value: MaybeMarked, written: Collection[tuple[ModuleInstance, Written]]) -> Ids:
    """The ids in a value; if some of it is unknown, also those in the expressions behind it."""
    found = ids_in(value)
    if is_whole(value):
        return found
    return found | union(ids_read(module, each) for module, each in written)


def ids_of(
    module: ModuleInstance, written: Written, block: Block, iteration: Iteration = ONLY
) -> Ids:
    """The ids in an argument's value; if some of it is unknown, also those that it reads."""
    value = module.value(written, iteration)
    found = ids_in(value)
    return found if is_whole(value) else found | ids_read(module, written, block)


def ids_of_block(
    module: ModuleInstance, block: Block, but: Collection[str] = (), around: Block | None = None
) -> Ids:
    """The ids in all arguments of a block and its nested blocks, except the arguments in `but`."""
    outside = around or block
    own = (
        ids_read(module, written, outside)
        for name, written in block.attributes.items()
        if name not in but
    )
    inner = (ids_of_block(module, each, but, outside) for each in block.blocks)
    return union(own) | union(inner)


def unread(
    module: ModuleInstance,
    block: Block,
    values: dict[str, HclValue],
    read: Collection[str],
) -> Iterator[tuple[str, Ids]]:
    """The ids in each argument that its known parts do not show, except the arguments in `read`."""
    for name, written in block.attributes.items():
        if name in values and name not in read and not is_whole(values[name]):
            missing = ids_read(module, written, block).without(ids_in(values[name]))
            if missing:
                yield name, missing
    nested = dict.fromkeys(_type(each) for each in block.blocks)
    for name in nested:
        if name in values and not is_whole(values[name]):
            of_type = [each for each in block.blocks if _type(each) == name]
            but = {*read, "for_each"} if name in read else read  # a row waits for its blocks
            found = union(ids_of_block(module, each, but, block) for each in of_type)
            missing = found.without(ids_in(values[name]))
            if missing:
                yield name, missing


def scripts(
    module: ModuleInstance, block: Block, iteration: Iteration = ONLY
) -> Iterator[tuple[int, dict[str, Ids]]]:
    """The ids in the arguments of each provisioner of a resource, with the provisioner's number."""
    for number, provisioner in enumerate(block.of_type("provisioner")):
        found: dict[str, Ids] = {}
        for name, written in provisioner.attributes.items():
            ids = ids_of(module, written, block, iteration)
            ids |= _of_itself(module, block, written, iteration)
            if ids:
                found[name] = ids
        if found:
            yield number, found


def _of_itself(module: ModuleInstance, block: Block, written: Written, iteration: Iteration) -> Ids:
    """The ids in the arguments of its own resource that a script reads as `self.x`."""
    found = NONE
    for name in re.findall(_SELF, written.text):
        argument = block.attributes.get(name)
        if argument is not None:
            found |= ids_of(module, argument, block, iteration)
    return found


def _type(block: Block) -> str:
    return block.labels[0] if block.type == "dynamic" and block.labels else block.type
