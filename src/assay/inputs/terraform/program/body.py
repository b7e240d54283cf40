"""The values of one block's body, in the shape that a plan gives them.

Nested blocks are lists, `dynamic` blocks are expanded, and what is unknown stays as `UnknownValue`
until `masked` takes a tree apart into values and the mask that a plan has beside them.
"""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from assay.errors import InputError
from assay.inputs.surface import SENSITIVE
from assay.inputs.terraform.language.evaluate import evaluate
from assay.inputs.terraform.language.operators import unknown_of
from assay.inputs.terraform.language.values import MANY, nodes, without_keys
from assay.inputs.terraform.program.iteration import MOST, Iteration, iterations
from assay.inputs.terraform.program.scope import Scope
from assay.inputs.terraform.syntax.blocks import Block, Written
from assay.inputs.terraform.syntax.expressions import FailedError, SetOf, UnknownValue, Value

if TYPE_CHECKING:
    from assay.inputs.terraform.program.program import ModuleInstance, Program

_ITEM = 40
"""What a dynamic block takes of the room for values, each time that it is made."""
_META = ("count", "for_each", "provider", "depends_on")
_NOT_ARGUMENTS = ("lifecycle", "provisioner", "connection", "timeouts")


class Body(NamedTuple):
    """The evaluated arguments of a block, and which of them are made of something sensitive."""

    values: dict[str, Value]
    sensitive: frozenset[str]


def body(
    module: "ModuleInstance",
    block: Block,
    iteration: Iteration,
    wanted: Collection[str] | None,
    bound: Mapping[str, Value] = {},
    doubtful: Collection[str] = (),
) -> Body:
    """The arguments called `wanted`, at the top level, or all of them; nested blocks are whole.

    Blocks of the types in `doubtful` say something by not being there.
    """
    values: dict[str, Value] = {}
    sensitive: set[str] = set()
    program = module.program
    scope = Scope(module, iteration)
    for name, written in block.attributes.items():
        if name in _META or (wanted is not None and name not in wanted):
            continue
        program.sensitive = False
        values[name] = _argument(written, scope, program, bound)
        if program.sensitive or name in SENSITIVE.get(block.labels[0] if block.labels else "", ()):
            sensitive.add(name)
    for nested in block.blocks:
        name = nested.labels[0] if _is_dynamic(nested) else nested.type
        if name in _NOT_ARGUMENTS or (wanted is not None and name not in wanted):
            continue
        program.sensitive = False
        found = _nested(module, nested, iteration, bound, doubtful)
        if program.sensitive:
            sensitive.add(name)
        before = values.get(name, [])
        if isinstance(found, UnknownValue) or not isinstance(before, list):
            values[name] = unknown_of(before, found)
        else:
            values[name] = [*before, *found]
    return Body(values, frozenset(sensitive))


def _argument(
    written: Written, scope: Scope, program: "Program", bound: Mapping[str, Value]
) -> Value:
    """What an argument is set to; unknown where it fails, and where it is too much to write out."""
    try:
        value = evaluate(program.expressions.of(written), scope, bound)
    except (FailedError, RecursionError):
        return UnknownValue()
    size = nodes(value)
    program.room -= size
    if size >= MANY or program.room < 0:
        return UnknownValue()
    return without_keys(value) if program.sensitive else value


def _is_dynamic(block: Block) -> bool:
    return block.type == "dynamic" and len(block.labels) == 1


def _nested(
    module: "ModuleInstance",
    block: Block,
    iteration: Iteration,
    bound: Mapping[str, Value],
    doubtful: Collection[str],
) -> list[Value] | UnknownValue:
    """A nested block as a list of one, a dynamic one as a list of what it makes."""
    program = module.program
    if not _is_dynamic(block):
        found = body(module, block, iteration, None, bound, doubtful)
        program.sensitive = program.sensitive or bool(found.sensitive)
        return [dict(found.values)]
    content = next(block.of_type("content"), None)
    each = block.attributes.get("for_each")
    if content is None or each is None or program.room < 0:
        return UnknownValue()
    try:
        of = evaluate(program.expressions.of(each), Scope(module, iteration), bound)
    except (FailedError, RecursionError):
        return UnknownValue()
    iterator = block.attributes.get("iterator")
    name = iterator.text.strip().strip('"') if iterator else block.labels[0]
    hidden = program.sensitive
    items: list[Value] = []
    for one in _items(of):
        if 0 <= program.room < _ITEM:
            program.room = -1
            program.refused.append(_multiplies(module, block))
        if program.room < 0:
            return UnknownValue()
        program.room -= _ITEM
        inner = {**bound, name: {"key": one.each_key, "value": one.each_value}}
        found = body(module, content, iteration, None, inner, doubtful)
        hidden = hidden or bool(found.sensitive)
        items.append(dict(found.values))
    if block.labels[0] in doubtful and isinstance(of, UnknownValue):
        items.append(unknown_of(of))  # how many there are, if any
    program.sensitive = hidden
    return items


def _multiplies(module: "ModuleInstance", block: Block) -> InputError:
    return InputError(
        f"the {block.labels[0]} blocks multiply beyond what is read",
        where=f"{module.code.file_of(block)}:{block.line}:1",
        hint="nothing on AWS takes so many",
    )


def _items(of: Value) -> list[Iteration]:
    """What a dynamic block iterates over; where that is not known, one item stands for all."""
    match of:
        case SetOf():
            return [Iteration(None, item, item) for item in of]
        case list():
            return [Iteration(None, index, item) for index, item in enumerate(of)]
        case dict() if not of or len(of) <= MOST:
            return iterations(of)
        case None:
            return []
    return [Iteration(None, UnknownValue(), UnknownValue())]


def masked(value: Value) -> tuple[Any, Any]:
    """A tree as a plan has it: the known values, and a mask that is true where one is unknown.

    Where it takes no type from a schema, a number becomes the text that every attribute which
    names an image or a template has.
    """
    match value:
        case UnknownValue():
            return None, True
        case dict():
            values, masks = {}, {}
            for name, item in value.items():
                known, mask = masked(item)
                if mask is not True:
                    values[name] = known
                if mask:
                    masks[name] = mask
            return values, masks or None
        case list():
            pairs = [masked(item) for item in value]
            masks_of = [mask or False for _, mask in pairs]
            return [known for known, _ in pairs], masks_of if any(masks_of) else None
        case bool() | None | str():
            return value, None
    return str(value), None


def in_blocks(value: Value, path: str) -> Value:
    """The value with lists where `path` (`a[*].b`) has blocks: JSON may leave out the brackets."""
    top, _, rest = path.partition(".")
    name = top.removesuffix("[*]")
    if not isinstance(value, dict) or name not in value:
        return value
    inside = value[name]
    if top.endswith("[*]") and isinstance(inside, dict):
        inside = [inside]
    if rest and isinstance(inside, list):
        inside = [in_blocks(item, rest) for item in inside]
    elif rest:
        inside = in_blocks(inside, rest)
    return {**value, name: inside}
