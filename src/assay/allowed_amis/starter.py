"""Writes a first policy as text: the file starter.yaml, with the known values filled in.

The values come from outside, so every text is quoted as ASCII JSON, which YAML reads the same way: no
value can become a key, end a comment or start a new line.
"""

import json
import re
from importlib import resources

import msgspec

from assay.model import WatermarkFilter

ACCOUNT, WATERMARK = "111122223333", "golden-*"
"""The defaults if the user names no golden mark; 111122223333 is AWS's own example account."""
_KEY = re.compile(r'(?<=    - key: )".*?"')
_FILTERS = re.compile(r"(?<=  watermarks:\n)    - key: .*\n(?:      #.*\n)+")
_EXCEPTIONS = re.compile(r"(?<=its last day\n)(?:#  .*\n)+")


class Stub(msgspec.Struct, frozen=True):
    """A possible exception, commented out until somebody approves it."""

    image: tuple[tuple[str, str], ...]
    """The keys of `match.image`, and their values."""
    rules: tuple[str, ...]


class Start(msgspec.Struct, frozen=True):
    """The contents of a first policy."""

    watermarks: tuple[WatermarkFilter, ...]
    owners: tuple[str, ...] | None = None
    max_age_days: int | None = None
    max_scan_severity: str | None = None
    deprecated_fails: bool = False
    stubs: tuple[Stub, ...] = ()
    remarks: tuple[str, ...] = ()
    """Comment lines for the top of the file."""


def text(start: Start) -> str:
    """Return the document. Settings that `start` leaves open remain as commented-out examples."""
    template = resources.files("assay.allowed_amis").joinpath("starter.yaml").read_text("utf-8")
    first = start.watermarks[0]
    template = template.replace(ACCOUNT, (first.key or ACCOUNT).partition(":")[0])
    if start.watermarks == (WatermarkFilter(first.key),):
        template = _once(_KEY, quoted(first.key), template)
    else:
        filters = "".join(f"    - {_filter(each)}\n" for each in start.watermarks)
        template = _once(_FILTERS, filters, template)
    if start.owners is not None:
        owners = ", ".join(each if each == "self" else quoted(each) for each in start.owners)
        template = _set("owners", f"[{owners}]", template)
    if start.max_age_days is not None:
        template = _set("max_age_days", str(start.max_age_days), template)
    if start.max_scan_severity is not None:
        template = _set("max_scan_severity", start.max_scan_severity, template)
    if start.deprecated_fails:
        template = _set("deprecated", "error", template)
    if start.stubs:
        template = _once(_EXCEPTIONS, "".join(map(_stub, start.stubs)), template)
    remarks = "".join(f"# {line}\n" for line in start.remarks)
    return _once(re.compile(r"^(?=version:)", re.MULTILINE), remarks, template)


def quoted(text: str | None) -> str:
    """Quote a text so that JSON and YAML read it the same way."""
    return json.dumps(text)


def _once(what: re.Pattern[str], by: str, text: str) -> str:
    changed, times = what.subn(lambda _: by, text)
    assert times == 1, what.pattern
    return changed


def _set(key: str, value: str, text: str) -> str:
    """Set the value of a key, which may be commented out; keep the comment after it."""
    line = re.compile(rf"(?<=\n  )#?{key}: .*?(?=  #|\n)")
    return _once(line, f"{key}: {value}", text)


def _filter(filter: WatermarkFilter) -> str:
    fields = {
        "key": quoted(filter.key),
        "source_image_region": filter.source_image_region and quoted(filter.source_image_region),
        "max_days_since_source_image_created": filter.max_days_since_source_image_created,
        "max_days_since_watermark_created": filter.max_days_since_watermark_created,
    }
    return "\n      ".join(
        f"{name}: {value}" for name, value in fields.items() if value is not None
    )


def _stub(stub: Stub) -> str:
    image = ", ".join(f"{name}: {quoted(value)}" for name, value in stub.image)
    return (
        f"#  - match: {{image: {{{image}}}}}\n"
        f"#    rules: [{', '.join(stub.rules)}]\n"
        '#    reason: "WHY"\n'
        '#    approved_by: "WHO"\n'
        "#    expires: YYYY-MM-DD\n"
    )
