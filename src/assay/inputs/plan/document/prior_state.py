"""The `prior_state` section of a plan: decoded once, and not before somebody asks.

Facts: HashiCorp, "JSON Output Format", "State Representation" (`values.root_module`, recursive
`child_modules`; what data sources have read stands there too, with a mask of what is sensitive beside
it). The section can be megabytes, so what a resource holds stays raw: of most nobody asks.
"""

from functools import cached_property
from typing import Any, TypeVar

import msgspec

from assay.errors import InputError
from assay.inputs.plan.document.nested import modules

T = TypeVar("T")
_NULL = msgspec.Raw(b"null")


class StateResource(msgspec.Struct, gc=False):
    """One instance of a resource or a data source, as the state holds it."""

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
    """What the state held before the plan; all that is damaged in it raises `InputError`."""

    def __init__(self, path: str, raw: msgspec.Raw, what: str = "its prior_state") -> None:
        """`path` and `what` are for messages."""
        self._path = path
        self._what = what
        self._raw = raw

    @property
    def is_told(self) -> bool:
        """Whether the plan has the section at all."""
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
        """Something of the section that is raw."""
        try:
            return msgspec.json.decode(raw, type=shape)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise InputError(f"{self._what} cannot be read", where=self._path) from None
