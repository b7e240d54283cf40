"""The context of an expression: what its names mean, and whether its value is in doubt."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TypeAlias

import msgspec
from msgspec.structs import replace

from assay.inputs.terraform.language.marks import MaybeMarked, bare
from assay.inputs.terraform.language.values import certain, is_known
from assay.inputs.terraform.syntax.expressions import (
    Attribute,
    Call,
    Expression,
    FailedError,
    HclValue,
    Literal,
    UnknownValue,
    Variable,
)


class EvalContext(Protocol):
    """What the names in an expression mean where it is written."""

    def lookup(self, name: str) -> HclValue:
        """The value that a traversal starts from."""
        ...

    def member(self, name: str, attribute: str) -> MaybeMarked:
        """The value of `var.x`, `local.x` and the like, whose namespaces are not values."""
        ...

    def is_text(self, variable: str) -> bool:
        """Whether a variable is declared as text, number or bool, so that its null is one too."""
        ...

    def call(self, name: str, arguments: Sequence[HclValue]) -> HclValue:
        """The value of a call without marks; raises `FailedError` if Terraform rejects the call."""
        ...

    def settle(self, value: UnknownValue) -> MaybeMarked:
        """What else is known about the thing that an unknown value refers to."""
        ...


NAMESPACES = ("var", "local", "each", "count", "path", "terraform", "self")


_DEEPEST = 150
_LONGEST = 100_000
"""The most expressions evaluated for one value, counting each pass of a loop."""


class Steps(msgspec.Struct, gc=False):
    """How many expressions were evaluated for one value."""

    taken: int = 0


class Doubt(msgspec.Struct, gc=False):
    """Whether Terraform might fail although a value was found: nulls and empty collections have
    types that are not visible here, and an unknown value may turn out to be anything.
    """

    raised: bool = False


class Bound(msgspec.Struct, frozen=True, gc=False):
    """A context with the extra names that a `for` binds to values, and the item of a splat."""

    context: EvalContext
    bound: Mapping[str, MaybeMarked] = {}
    item: MaybeMarked = None
    depth: int = 0
    doubt: Doubt = msgspec.field(default_factory=Doubt)
    steps: Steps = msgspec.field(default_factory=Steps)

    def binding(self, bound: Mapping[str, MaybeMarked]) -> "Bound":
        """A copy with these names added."""
        return replace(self, bound={**self.bound, **bound})

    def holding(self, item: MaybeMarked) -> "Bound":
        """A copy with this item of a splat."""
        return replace(self, item=item)

    def deeper(self) -> "Bound | None":
        """One expression further in; None if the limit of steps or depth is exceeded."""
        # `[for a in local.x : [for b in local.x : …]]` takes many steps at little depth
        steps = self.steps
        steps.taken += 1
        if self.depth > _DEEPEST or steps.taken > _LONGEST:
            return None
        return Bound(self.context, self.bound, self.item, self.depth + 1, self.doubt, steps)

    def apart(self) -> "Bound":
        """A copy with its own doubt."""
        return replace(self, doubt=Doubt())

    def doubting(self, value: MaybeMarked) -> MaybeMarked:
        """The value. If any part of it is unknown, everything made of it is in doubt."""
        if not self.doubt.raised:
            self.doubt.raised = not is_known(bare(value))
        return value

    def are_texts(
        self,
        arguments: Sequence[Expression],
        values: Sequence[HclValue],
        evaluate: "Evaluate",
    ) -> bool:
        """Whether the values of these arguments can all be texts, including the nulls."""
        # `coalesce(var.none, "x")` fails with a null that may be a list, but not with a null text
        return not any(isinstance(value, list | dict) for value in values) and all(
            certain(value) or (value is None and self._is_text(argument, evaluate))
            for argument, value in zip(arguments, values, strict=False)
        )

    def _is_text(self, argument: Expression, evaluate: "Evaluate") -> bool:
        match argument:
            case Literal(None):
                return True
            case Attribute(Variable("var"), name):
                return self.context.is_text(name)
            case Call("try", (*others, Literal(None))):  # a bare null, if all the others fail
                return all(self._fails(each, evaluate) for each in others)
        return False

    def _fails(self, expression: Expression, evaluate: "Evaluate") -> bool:
        try:
            evaluate(expression, self.apart())
        except FailedError:
            return True
        return False


Evaluate: TypeAlias = Callable[[Expression, Bound], MaybeMarked]
"""Evaluates an expression in its context."""
