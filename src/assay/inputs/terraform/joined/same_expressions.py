"""Whether an expression can be the one whose references or value a plan contains.

Facts: HashiCorp, "JSON Output Format", "Expression Representation": `references` names everything
an expression reads, also in shorter forms; `constant_value` is present if it reads nothing.
Terraform (`jsonconfig/expression.go`): calls are evaluated without functions and so have no value,
and `toset(["a"])` does not appear; a reference ends before a computed key.
"""

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

from assay.inputs.plan.document.configuration import references_of
from assay.inputs.terraform.language.conversions import Constraint, convert
from assay.inputs.terraform.language.evaluate import evaluate
from assay.inputs.terraform.language.marks import bare
from assay.inputs.terraform.language.values import is_known
from assay.inputs.terraform.syntax.expressions import (
    Attribute,
    Call,
    Expression,
    FailedError,
    HclValue,
    Index,
    Literal,
    ObjectOf,
    Opaque,
    TupleOf,
    UnknownValue,
    Variable,
)
from assay.inputs.terraform.syntax.texts import reads
from assay.model.addresses import Step, parse

_Read: TypeAlias = frozenset[tuple[Step, ...]]
"""What an expression reads: `("var", "x")`, `("aws_ami_copy", "x")`, `("aws_ami_copy", "x", "id")`."""
_LONG = ("data", "ephemeral")
_TEXTS = {True: "true", False: "false"}


def is_another(expression: Expression, planned: Any, *, in_json: bool = False) -> bool:
    """Whether an expression differs from the one in the plan.

    In JSON syntax, it may be what Terraform reads as blocks.
    """
    if _holds(expression, Opaque):
        return False  # an expression that cannot be read is not evaluated either
    if in_json and _is_blocks(planned):
        return _are_other_blocks(expression, planned)
    if not isinstance(planned, dict):
        return True
    if _all(map(_steps, reads(expression))) != _all(map(parse, references_of(planned))):
        return True
    # The plan contains a literal, but not the result of a function on literals
    told = _constant(expression)
    if not is_known(told):
        return "constant_value" in planned
    return "constant_value" not in planned or not _is_same(told, planned["constant_value"])


def is_other_value(expression: Expression, type_of: Constraint | None, planned: Any) -> bool:
    """Whether a default differs from the plan's value for the variable."""
    if _holds(expression, Opaque):
        return False
    try:
        told = convert(_constant(expression), type_of)
    except FailedError:
        return True
    return is_known(told) and not _is_same(told, planned)


def _is_blocks(planned: Any) -> bool:
    """Whether the plan has blocks there instead of an expression."""
    if isinstance(planned, list):
        return True
    of_expressions = {"references", "constant_value"}
    return isinstance(planned, dict) and bool(planned) and not of_expressions & planned.keys()


def _are_other_blocks(expression: Expression, planned: Any) -> bool:
    """`is_another` for blocks, which JSON writes as objects: a single one, or several in a list."""
    if isinstance(planned, list):
        items = expression.items if isinstance(expression, TupleOf) else (expression,)
        if len(items) != len(planned):
            return True
        return any(_are_other_blocks(item, each) for item, each in zip(items, planned, strict=True))
    if not isinstance(expression, ObjectOf):
        return True
    found = {name.value: of for name, of in expression.items if isinstance(name, Literal)}
    return found.keys() != planned.keys() or any(
        is_another(found[name], each, in_json=True) for name, each in planned.items()
    )


# ------------------------------------------------------------------------------- what is read


def _steps(traversal: Expression) -> list[Step]:
    """A traversal's steps from the first word, as in a plan: it ends before a computed key."""
    steps: list[Step] = []
    node = traversal
    while isinstance(node, Attribute | Index):
        if isinstance(node, Attribute):
            steps.append(node.name)
        elif (key := _written_key(node.key)) is not None:
            steps.append(key)
        else:
            steps.clear()
        node = node.of
    return [node.name, *reversed(steps)] if isinstance(node, Variable) else []


def _written_key(key: Expression) -> Step | None:
    """The key, if it is a text or a whole number; `-1` is computed."""
    value = key.value if isinstance(key, Literal) else None
    if isinstance(value, str):
        return value
    return value if type(value) is int and value >= 0 else None


def _all(traversals: Iterable[Sequence[Step]]) -> _Read:
    """What traversals read, each also in its shorter forms, down to the block that it names."""
    return frozenset(
        tuple(steps[:length])
        for steps in traversals
        for length in range(3 if steps[:1] and steps[0] in _LONG else 2, len(steps) + 1)
    )


# --------------------------------------------------------------------------------- what it says


class _Nothing:
    """No names and no functions."""

    def lookup(self, name: str) -> HclValue:
        raise FailedError(name)

    def member(self, name: str, attribute: str) -> HclValue:
        raise FailedError(f"{name}.{attribute}")

    def is_text(self, variable: str) -> bool:
        raise FailedError(f"var.{variable}")

    def call(self, name: str, arguments: Sequence[HclValue]) -> HclValue:
        raise FailedError(f"{name} of {len(arguments)}")

    def settle(self, value: UnknownValue) -> HclValue:
        return value


def _constant(expression: Expression) -> HclValue:
    """The value of an expression that reads and calls nothing; unknown for any other."""
    if _holds(expression, Call) or next(reads(expression), None) is not None:
        return UnknownValue()
    try:
        return bare(evaluate(expression, _Nothing()))
    except (FailedError, RecursionError):
        return UnknownValue()


def _is_same(told: HclValue, planned: Any) -> bool:
    if isinstance(told, dict):
        return (
            isinstance(planned, dict)
            and told.keys() == planned.keys()
            and all(_is_same(each, planned[name]) for name, each in told.items())
        )
    if isinstance(told, list):
        same = isinstance(planned, list) and len(told) == len(planned)
        return same and all(map(_is_same, told, planned))
    if told is None or planned is None or isinstance(planned, list | dict):
        return told is planned
    return _text(told) == _text(planned)


def _text(value: Any) -> str:
    return _TEXTS[value] if isinstance(value, bool) else str(value)


def _holds(expression: Any, form: type) -> bool:
    """Whether an expression contains one of a given form, or is one."""
    if isinstance(expression, form):
        return True
    if isinstance(expression, tuple):
        return any(_holds(each, form) for each in expression)
    fields = getattr(expression, "__struct_fields__", ())
    return any(_holds(getattr(expression, name), form) for name in fields)
