"""What all module instances of one configuration share: what is read, and how far that has gone.

Code may be anybody's, so what multiplies itself has an end.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from assay.errors import InputError
from assay.inputs.terraform.language.marks import MaybeMarked
from assay.inputs.terraform.program.iteration import MOST
from assay.inputs.terraform.project.contents import Contents
from assay.inputs.terraform.project.modules import CodeReader
from assay.inputs.terraform.syntax.blocks import Block
from assay.inputs.terraform.syntax.expressions import FailedError, HclValue, UnknownValue
from assay.inputs.terraform.syntax.reading import Expressions
from assay.model.addresses import InstanceKey

MOST_MODULES = 2000
"""Instances of modules in one configuration; what comes after them is taken for not there."""
MOST_INSTANCES = 20_000
"""Instances of all blocks of one configuration; of what comes after them the number is not known."""
_ROOM = 2_000_000
KeysOf: TypeAlias = Callable[[str, Block], Sequence[InstanceKey]]
"""By the address of a module instance and a block in it: the keys of its instances, if they are told."""


class Limits(NamedTuple):
    """How far a configuration is followed."""

    modules: int = MOST_MODULES
    instances: int = MOST_INSTANCES
    of_one: int = MOST
    """Instances of one block that are told apart."""


_OF_CODE = Limits()


class Shared:
    """What a configuration is read from, and what its evaluation has found and used up so far."""

    def __init__(
        self,
        reader: CodeReader,
        expressions: Expressions,
        contents: Contents,
        values: Mapping[str, HclValue],
        keys: KeysOf | None = None,
        limits: Limits = _OF_CODE,
    ) -> None:
        """`values` are those that the root's variables are given; `keys` tells which instances of a
        block there are, where its own words do not.
        """
        self.keys = keys
        self.limits = limits
        self.reader = reader
        self.expressions = expressions
        self.contents = contents
        self.values = values
        self.busy: set[Hashable] = set()
        self.refused: list[InputError] = []
        """What Terraform will refuse once it knows the values that are known here."""
        self.computed: set[str] = set()
        """The directories of modules whose source is an expression."""
        self.called = 0
        """How many instances of modules there are so far."""
        self.instances = 0
        """How many instances of blocks there are so far."""
        self.room = _ROOM
        """How many values may still be written out; what multiplies itself would take for ever."""

    def guarded(self, key: Hashable, compute: Callable[[], MaybeMarked]) -> MaybeMarked:
        """A value that may, by mistake, depend on itself: then it is unknown."""
        if key in self.busy:
            return UnknownValue()
        self.busy.add(key)
        try:
            return compute()
        except FailedError:
            return UnknownValue()
        finally:
            self.busy.remove(key)
