"""The values of one block's body, in the shape of a plan.

Nested blocks are lists, `dynamic` blocks are expanded, and an unknown part remains an
`UnknownValue` until `masked` splits a tree into values and the mask that a plan has beside them.
"""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from assay.errors import InputError
from assay.inputs.surface import SENSITIVE
from assay.inputs.terraform.language.context import EvalContext
from assay.inputs.terraform.language.evaluate import evaluate
from assay.inputs.terraform.language.marks import (
    Marks,
    MaybeMarked,
    as_list,
    as_map,
    bare,
    elements,
    marked,
    marks_of,
    secret,
    unknown,
    untold,
    without_secret_keys,
)
from assay.inputs.terraform.language.values import MANY, nodes
from assay.inputs.terraform.program.iteration import MOST, Iteration, iterations
from assay.inputs.terraform.program.module import ModuleInstance
from assay.inputs.terraform.program.shared import Shared
from assay.inputs.terraform.syntax.blocks import Block, Written
from assay.inputs.terraform.syntax.expressions import FailedError, HclValue, SetOf, UnknownValue

_ITEM = 40
"""The share of the room for values that each block made by a dynamic block takes."""
_META = ("count", "for_each", "provider", "depends_on")
_NOT_ARGUMENTS = ("lifecycle", "provisioner", "connection", "timeouts")


class Body(NamedTuple):
    """The evaluated arguments of a block, and which parts are secret."""

    values: dict[str, HclValue]
    marks: Marks

    @property
    def hidden(self) -> frozenset[str]:
        """The arguments that contain something secret."""
        return frozenset(map(str, self.marks.below))


def body(
    module: ModuleInstance,
    block: Block,
    iteration: Iteration,
    wanted: Collection[str] | None,
    bound: Mapping[str, MaybeMarked] = {},
    doubtful: Collection[str] = (),
) -> Body:
    """The top-level arguments in `wanted`, or all of them; nested blocks are complete.

    `doubtful` are the types of blocks whose absence matters too.
    """
    found: dict[str, MaybeMarked] = {}
    context = module.context(iteration)
    by_schema = SENSITIVE.get(block.labels[0] if block.labels else "", ())
    for name, written in block.attributes.items():
        if name in _META or (wanted is not None and name not in wanted):
            continue
        value = _argument(written, context, module.shared, bound)
        found[name] = secret(value) if name in by_schema else value
    for nested in block.blocks:
        name = nested.labels[0] if _is_dynamic(nested) else nested.type
        if name in _NOT_ARGUMENTS or (wanted is not None and name not in wanted):
            continue
        # Static and dynamic blocks of one type form one list, in the order of the code
        made = _nested(module, nested, iteration, bound, doubtful)
        found[name] = _more(found[name], made) if name in found else made
    whole = as_map({name: without_secret_keys(value) for name, value in found.items()})
    values = bare(whole)
    assert isinstance(values, dict)
    return Body(values, marks_of(whole))


def _more(before: MaybeMarked, made: MaybeMarked) -> MaybeMarked:
    """Two lists of blocks of one type, one after the other."""
    if not isinstance(bare(before), list) or not isinstance(bare(made), list):
        return unknown(before, made)
    own = Marks(marks_of(before).own or marks_of(made).own)
    return marked(as_list([*elements(before), *elements(made)]), own)


def _argument(
    written: Written, context: EvalContext, shared: Shared, bound: Mapping[str, MaybeMarked]
) -> MaybeMarked:
    """The value of an argument; unknown if evaluation fails, or if it is too large to write out."""
    try:
        value = evaluate(shared.expressions.of(written), context, bound)
    except (FailedError, RecursionError):
        return UnknownValue()
    # A plan repeats what locals share: ten levels of `{ a = local.x, b = local.x }` are a gigabyte
    size = nodes(bare(value))
    shared.room -= size
    if size >= MANY or shared.room < 0:
        return untold(value)
    return value


def _is_dynamic(block: Block) -> bool:
    return block.type == "dynamic" and len(block.labels) == 1


def _nested(
    module: ModuleInstance,
    block: Block,
    iteration: Iteration,
    bound: Mapping[str, MaybeMarked],
    doubtful: Collection[str],
) -> MaybeMarked:
    """A nested block as a list of one, a dynamic block as a list of the blocks it makes."""
    shared = module.shared
    if not _is_dynamic(block):
        return as_list([_whole(body(module, block, iteration, None, bound, doubtful))])
    content = next(block.of_type("content"), None)
    each = block.attributes.get("for_each")
    if content is None or each is None or shared.room < 0:
        return UnknownValue()
    try:
        of = evaluate(shared.expressions.of(each), module.context(iteration), bound)
    except (FailedError, RecursionError):
        return UnknownValue()
    iterator = block.attributes.get("iterator")
    name = iterator.text.strip().strip('"') if iterator else block.labels[0]
    # The iterator has the block's name unless `iterator` names it: `override.value`
    items: list[MaybeMarked] = []
    for one in _items(of):
        if 0 <= shared.room < _ITEM:
            shared.room = -1
            shared.refused.append(_multiplies(module, block))
        if shared.room < 0:
            return untold(of, *items)
        shared.room -= _ITEM
        inner = {**bound, name: as_map({"key": one.each_key, "value": one.each_value})}
        items.append(_whole(body(module, content, iteration, None, inner, doubtful)))
    if block.labels[0] in doubtful and isinstance(bare(of), UnknownValue):
        items.append(unknown(of))  # an unknown number of blocks, possibly none
    return marked(as_list(items), Marks(marks_of(of).own))


def _whole(found: Body) -> MaybeMarked:
    return marked(found.values, found.marks)


def _multiplies(module: ModuleInstance, block: Block) -> InputError:
    return InputError(
        f"there are more {block.labels[0]} blocks than assay reads",
        where=f"{module.code.file_of(block)}:{block.line}:1",
        hint="write fewer blocks: nothing on AWS accepts so many",
    )


def _items(of: MaybeMarked) -> list[Iteration]:
    """What a dynamic block iterates over; if that is unknown, one item stands for all."""
    match bare(of):
        case SetOf() as items:
            return [Iteration(None, item, item) for item in items]
        case list():
            return [Iteration(None, index, item) for index, item in enumerate(elements(of))]
        case dict() as items if not items or len(items) <= MOST:
            return iterations(of)
        case None:
            return []
    return [Iteration(None, UnknownValue(), UnknownValue())]


def masked(value: HclValue) -> tuple[Any, Any]:
    """A tree as in a plan: the known values, and a mask that is true where a value is unknown.

    No schema gives the types here, so a number becomes text, which is what all attributes that name
    an image or a template contain.
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


def in_blocks(value: HclValue, path: str) -> HclValue:
    """The value with lists where `path` (`a[*].b`) has blocks: JSON may omit the brackets."""
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
