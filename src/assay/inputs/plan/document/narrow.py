"""Decodes only those attributes of a resource that the table's rows start with.

Most attributes of a plan are never read. Skipping them in the decoder, instead of building and
dropping them, makes a verdict on a large plan as fast as loading it.
"""

import re
from typing import Any

import msgspec

from assay.inputs.plan.document.document import ResourceChange
from assay.inputs.plan.document.planned import UNKNOWN
from assay.inputs.plan.document.raw import decode
from assay.inputs.plan.document.walk import anywhere, at_path, count_at
from assay.inputs.surface import Row
from assay.model.addresses import Step

_TRUE = re.compile(rb"true")


class Narrowed(msgspec.Struct, frozen=True, gc=False):
    """The attributes of one resource that rows need, and their two masks."""

    after: dict[str, Any]
    unknown: Any
    sensitive: Any

    def lacks(self, row: Row) -> bool:
        """Whether the top-level attribute of a row has no value and no block, and will not get one."""
        value = self.after.get(row.top)
        empty = value is None or (value == [] and row.path.startswith(f"{row.top}[*]"))
        if row.written_with and (
            self.after.get(row.written_with) is not None
            or (self.unknown and self.unknown is not True and self.unknown.get(row.written_with))
        ):
            return False
        if not empty or self.unknown is True:
            return False
        if not row.written_with and self.sensitive and self._hides(row.top):
            return False  # it may have been removed from the plan
        return not (self.unknown and self.unknown.get(row.top))

    def _hides(self, attribute: str) -> bool:
        return anywhere(at_path(self.sensitive, (attribute,)))

    def count(self, path: tuple[Step, ...]) -> int:
        """Count the blocks planned at `path`; any number in the path matches every block."""
        return count_at(self.after, self.unknown, path)

    @property
    def own_region(self) -> Any:
        """The resource's `region` (hashicorp/aws 6 and later); `UNKNOWN` does not mean absent."""
        unknown = at_path(self.unknown, ("region",)) is True
        return UNKNOWN if unknown else self.after.get("region")


class Narrow:
    """Narrowing decoders, one for each resource type, created when the first such resource is read."""

    def __init__(self, path: str, rows: dict[str, tuple[Row, ...]]) -> None:
        self._path = path
        self._rows = rows
        self._decoders: dict[str, msgspec.json.Decoder[Any]] = {}

    def after(self, change: ResourceChange) -> Narrowed:
        """The values after the change."""
        raw = change.change
        return self._narrowed(change, raw.after, raw.after_unknown, raw.after_sensitive)

    def open_attribute(self, change: ResourceChange, attribute: str) -> Any:
        """Return one attribute of a resource, or None if it is not known.

        Also None if anything is sensitive, or if the resource has its own `region`.
        """
        raw, decoder = change.change, self._decoder(change.type)
        if _TRUE.search(raw.after_sensitive):
            return None
        mask = decode(self._path, change, raw.after_unknown, decoder)
        after = decode(self._path, change, raw.after, decoder)
        if mask is True or getattr(mask, attribute, None) is True:
            return None
        if getattr(mask, "region", None) is True:
            return None
        own_region = getattr(after, "region", msgspec.UNSET)
        return getattr(after, attribute, None) if own_region is msgspec.UNSET else None

    def before(self, change: ResourceChange) -> Narrowed:
        """The values before the change, of which none is unknown."""
        raw = change.change
        return self._narrowed(change, raw.before, None, raw.before_sensitive)

    def _narrowed(
        self,
        change: ResourceChange,
        values: msgspec.Raw,
        unknown: msgspec.Raw | None,
        sensitive: msgspec.Raw,
    ) -> Narrowed:
        decoder = self._decoder(change.type)
        after = self._decode(decoder, change, values)
        return Narrowed(
            after if isinstance(after, dict) else {},
            self._mask(decoder, change, unknown),
            self._mask(decoder, change, sensitive),
        )

    def _mask(
        self,
        decoder: msgspec.json.Decoder[Any],
        change: ResourceChange,
        raw: msgspec.Raw | None,
    ) -> Any:
        """Decode a mask if it marks anything: searching the text is cheaper than decoding it."""
        if raw is None or not _TRUE.search(raw):
            return None
        return self._decode(decoder, change, raw)

    def _decode(
        self, decoder: msgspec.json.Decoder[Any], change: ResourceChange, raw: msgspec.Raw
    ) -> Any:
        found = decode(self._path, change, raw, decoder)
        if isinstance(found, msgspec.Struct):
            return {
                name: value
                for name in found.__struct_fields__
                if (value := getattr(found, name)) is not msgspec.UNSET
            }
        return found

    def _decoder(self, resource_type: str) -> msgspec.json.Decoder[Any]:
        found = self._decoders.get(resource_type)
        if found is None:
            names = {"region", *_DATA_TYPE.get(resource_type, ())}
            for row in self._rows.get(resource_type, ()):
                names.update(row.attributes)
            fields: list[tuple[str, Any, Any]] = [
                (name, Any, msgspec.UNSET) for name in sorted(names)
            ]
            found = msgspec.json.Decoder(msgspec.defstruct("Narrow", fields) | bool | None)
            self._decoders[resource_type] = found
        return found


_DATA_TYPE = {
    "aws_ssm_parameter": ("data_type",),
    "awscc_ssm_parameter": ("data_type",),
    "aws_launch_template": (),
}
