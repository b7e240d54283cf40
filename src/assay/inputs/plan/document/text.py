"""Finds the JSON texts in a file's bytes: encodings, and text that wrappers print around plans."""

import re

import msgspec

from assay.errors import InputError, NotAPlanError

MAKE_A_PLAN = "make one with: terraform plan -out=tfplan && terraform show -json tfplan > plan.json"

RENDER = "give its name to assay check, or run: terraform show -json FILE > plan.json"

UNPACKED_MIB = 256
"""The limit for unpacked data: ten times the largest publicly known plan."""
_CHUNK = 2**20


def as_utf8(path: str, data: bytes) -> bytes:
    """Return the text as UTF-8 without a byte order mark (PowerShell's `>` writes UTF-16)."""
    if data.startswith(b"\x1f\x8b"):
        data = _unpacked(path, data)
    if data.startswith(b"PK\x03\x04"):
        raise NotAPlanError(
            "a saved binary plan",
            where=path,
            hint=RENDER,
        )
    try:
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            data = data.decode("utf-16").encode()
    except UnicodeError as error:
        raise InputError("UTF-16 text that is damaged", where=path) from error
    data = data.removeprefix(b"\xef\xbb\xbf")
    if not data or data.isspace():
        raise NotAPlanError("empty", where=path, hint=MAKE_A_PLAN)
    return data


def _unpacked(path: str, data: bytes) -> bytes:
    """Unpack gzip data up to the size that a plan can have: a few bytes can unpack to gigabytes."""
    import gzip
    import io
    import zlib

    unpacked = bytearray()
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
            while chunk := packed.read(_CHUNK):
                unpacked += chunk
                if len(unpacked) > UNPACKED_MIB * 2**20:
                    raise InputError(
                        f"gzip data that unpacks to more than {UNPACKED_MIB} MiB",
                        where=path,
                        hint="if it is a plan, unpack it first: gunzip FILE",
                    )
    except (OSError, EOFError, zlib.error) as error:
        raise InputError("gzip data that is damaged or cut off", where=path) from error
    return bytes(unpacked)


def embedded(text: bytes) -> list[bytes]:
    """Return the plans in a text with other lines around them: one per line, or one in all.

    The result is empty if another line may also be a plan, which would otherwise go unchecked.
    """
    lines = text.splitlines()
    plans = [line for line in lines if line.startswith(b"{") and b'"planned_values"' in line]
    if plans:
        others = (line for line in lines if not any(plan in line for plan in plans))
        return [] if any(map(_may_be_a_plan, others)) else plans
    start = re.search(rb"^\{", text, re.MULTILINE)
    end = text.rfind(b"}")
    if not start or end < start.start():
        return []
    around = [*text[: start.start()].splitlines(), *text[end + 1 :].splitlines()]
    return [] if any(map(_may_be_a_plan, around)) else [text[start.start() : end + 1]]


def _may_be_a_plan(line: bytes) -> bool:
    """Whether a line beside plans is, or starts, a document that would go unchecked."""
    if b'"format_version"' in line:
        return True
    if not line.lstrip().startswith(b"{"):
        return False
    try:
        msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return True
    return False
