"""What all module instances of one configuration share: sources, results and limits.

The code may come from anybody, so everything that multiplies has a limit.
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
"""The most module instances in one configuration; any beyond that count as missing."""
MOST_INSTANCES = 20_000
"""The most instances of all blocks together; beyond that, the number of a block is unknown."""
_ROOM = 2_000_000
KeysOf: TypeAlias = Callable[[str, Block], Sequence[InstanceKey]]
"""The keys of a block's instances, if known, by its module instance's address and the block."""


class Limits(NamedTuple):
    """How far a configuration is evaluated."""

    modules: int = MOST_MODULES
    instances: int = MOST_INSTANCES
    of_one: int = MOST
    """The most instances of one block that are kept apart."""


_OF_CODE = Limits()


class Shared:
    """The sources of a configuration, and what its evaluation has found and used so far."""

    def __init__(
        self,
        reader: CodeReader,
        expressions: Expressions,
        contents: Contents,
        values: Mapping[str, HclValue],
        keys: KeysOf | None = None,
        limits: Limits = _OF_CODE,
    ) -> None:
        """`values` are those given to the root's variables; `keys` gives the instance keys of a
        block whose code does not determine them.
        """
        self.keys = keys
        self.limits = limits
        self.reader = reader
        self.expressions = expressions
        self.contents = contents
        self.values = values
        self.busy: set[Hashable] = set()
        self.refused: list[InputError] = []
        """What Terraform will reject once it has the values that are known here."""
        self.computed: set[str] = set()
        """The directories of modules whose source is an expression."""
        self.called = 0
        """The number of module instances so far."""
        self.instances = 0
        """The number of block instances so far."""
        self.room = _ROOM
        """How many more values may be written out: code that multiplies itself would never end."""

    def guarded(self, key: Hashable, compute: Callable[[], MaybeMarked]) -> MaybeMarked:
        """Compute a value; it is unknown if it depends on itself by mistake."""
        if key in self.busy:
            return UnknownValue()
        self.busy.add(key)
        try:
            return compute()
        except FailedError:
            return UnknownValue()
        finally:
            self.busy.remove(key)
