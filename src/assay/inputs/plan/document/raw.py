"""Values of a plan that stay raw JSON until they are needed."""

from typing import Any

import msgspec

from assay.errors import InputError
from assay.inputs.plan.document.document import ResourceChange
from assay.inputs.plan.document.walk import anywhere, at_path
from assay.model.addresses import Step

_ANYTHING: msgspec.json.Decoder[Any] = msgspec.json.Decoder()
USUAL = frozenset((
    "ami", "arn", "default_version", "id", "image_id", "image_recipe_arn", "insecure_value", "name",
    "parent_image", "region", "source_ami_id", "source_ami_region", "source_instance_id",
    "update_default_version", "value",
))  # fmt: skip
_Usual = msgspec.defstruct("_Usual", [(name, Any, None) for name in sorted(USUAL)], gc=False)
UNREAD: Any = object()
"""Marks a value that has not been decoded yet."""
_usual_decoder = msgspec.json.Decoder(_Usual | bool | None)


class RawTree:
    """Raw values or a mask; attributes that are usually needed are read without the others.

    Decoded values are kept in slots, because each `cached_property` takes a lock.
    """

    __slots__ = ("_change", "_found", "_path", "_raw", "_usual")

    def __init__(self, path: str, change: ResourceChange, raw: msgspec.Raw) -> None:
        self._path = path
        self._change = change
        self._raw = raw
        self._usual = self._found = UNREAD

    def at(self, path: tuple[Step, ...]) -> Any:
        """Return the value at `path`; `true` anywhere above it applies to everything below."""
        if not path or path[0] not in USUAL:
            return at_path(self._whole, path)
        usual = self._usual
        if usual is UNREAD:
            usual = self._usual = decode(self._path, self._change, self._raw, _usual_decoder)
        if isinstance(usual, _Usual):
            found = getattr(usual, path[0])
            return found if len(path) == 1 else at_path(found, path[1:])
        return at_path(usual, path)

    @property
    def _whole(self) -> Any:
        if self._found is UNREAD:
            self._found = decode(self._path, self._change, self._raw)
        return self._found

    def marks_within(self, path: tuple[Step, ...]) -> bool:
        """Whether the mask marks anything at or below `path`, or everything around it."""
        return b"true" in bytes(self._raw) and anywhere(self.at(path))

    def marks(self, path: tuple[Step, ...]) -> bool:
        """Whether the mask marks `path` or everything around it; most masks mark nothing."""
        return b"true" in bytes(self._raw) and self.at(path) is True


def decode(
    path: str,
    resource: ResourceChange,
    raw: msgspec.Raw,
    decoder: msgspec.json.Decoder[Any] = _ANYTHING,
) -> Any:
    """Decode raw JSON that belongs to `resource`. Raises `InputError`."""
    try:
        return decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise InputError(f"the values of {resource.address} cannot be read", where=path) from None
