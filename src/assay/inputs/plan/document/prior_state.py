"""The `prior_state` section of a plan, decoded once and only on demand.

Facts: HashiCorp, "JSON Output Format", "State Representation" (`values.root_module`, recursive
`child_modules`; it also contains what data sources have read, with a mask of sensitive values). The
section can be megabytes in size, so the values of resources stay raw; most are never read.
"""

from functools import cached_property
from typing import Any, TypeVar

import msgspec

from assay.errors import InputError
from assay.inputs.plan.document.nested import modules

T = TypeVar("T")
_NULL = msgspec.Raw(b"null")


class StateResource(msgspec.Struct, gc=False):
    """One instance of a resource or data source in the state."""

    type: str
    name: str
    mode: str = "managed"
    address: str | None = None
    index: str | int | None = None
    deposed_key: str | None = None
    provider_name: str | None = None
    values: msgspec.Raw = _NULL
    sensitive_values: msgspec.Raw = _NULL


class _Module(msgspec.Struct, gc=False):
    address: str | None = None
    resources: list[StateResource] | None = None
    child_modules: "list[_Module] | None" = None


class _StateValues(msgspec.Struct, gc=False):
    root_module: _Module | None = None


class _State(msgspec.Struct, gc=False):
    values: _StateValues | None = None


class PriorState:
    """The state before the plan; damaged data raises `InputError`."""

    def __init__(self, path: str, raw: msgspec.Raw, what: str = "its prior_state") -> None:
        """`path` and `what` are for messages."""
        self._path = path
        self._what = what
        self._raw = raw

    @property
    def is_told(self) -> bool:
        """Whether the plan has this section."""
        return bool(self._raw)

    @cached_property
    def resources(self) -> list[tuple[str, StateResource]]:
        """Every resource and data source, with the address of its module instance."""
        state = self.decoded(self._raw, _State | None) if self._raw else None
        root = state.values.root_module if state and state.values else None
        return [
            (module.address or "", each)
            for module in modules(root)
            for each in module.resources or ()
        ]

    def decoded(self, raw: msgspec.Raw, shape: Any = Any) -> Any:
        """Decode a raw value of this section. Raises `InputError`."""
        try:
            return msgspec.json.decode(raw, type=shape)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise InputError(f"{self._what} cannot be read", where=self._path) from None
