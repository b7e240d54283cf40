"""The zip archive of a saved plan, read only in the exact form in which Terraform writes it.

Two readers can see different files in one archive: data before the archive, in gaps, or under a
duplicate name. Terraform reads the archive too and applies what it sees, so everything that leaves
room for a difference is rejected. Nothing is unpacked to disk, and unpacked sizes are counted
because headers may be wrong.

Facts: PKWARE, "APPNOTE.TXT" (4.3.7 local headers, 4.3.9 data descriptors, 4.3.12 central directory,
4.3.16 its end); Go, archive/zip, with which Terraform and OpenTofu write and read it.
"""

import re
import zlib
from collections.abc import Callable, Iterator
from struct import Struct, error
from typing import NamedTuple

from assay.errors import InputError

MOST_MEMBERS = 20_000
MOST_MIB = 512
"""The most that an archive may unpack to: state and plan of some 20,000 resources."""
MOST_OF_CODE_MIB = 64
"""The most that the kept members of an archive may unpack to."""
MOST_RATIO = 500
"""How many times larger than packed a large member may be; 5,000 identical instances reach 140."""
WHOLE = 2**32
_LARGE = 2**20
_MIB = 2**20
_CHUNK = 2**16

_END = Struct("<4s4H2LH")
_ENTRY = Struct("<4s6H3L5H2L")
_LOCAL = Struct("<4s5H3L2H")
_DESCRIPTOR = Struct("<4s3L")
_ENCRYPTED, _DESCRIBED, _UTF8 = 0x1, 0x8, 0x800
_STORED, _DEFLATED = 0, 8
_USUAL = _DESCRIBED | _UTF8
_ODD = re.compile(r"[\x00-\x1f\x7f-\x9f\\]")

AGAIN = "make it again with: terraform plan -out=FILE"
RENDER = "render it yourself: terraform show -json FILE > plan.json"


class _Member(NamedTuple):
    name: str
    flags: int
    method: int
    crc: int
    packed: int
    unpacked: int
    data: memoryview


class Archive:
    """The members of an archive; each has been unpacked once and verified."""

    def __init__(self, path: str, data: bytes, wanted: Callable[[str], int]) -> None:
        """Keeps the first `wanted(name)` bytes of each member. Raises `InputError`."""
        self._path = path
        self.kept: dict[str, bytes] = {}
        self.names: set[str] = set()
        try:
            members = list(self._members(memoryview(data)))
        except error:  # a header that extends beyond the end
            raise self._damaged("part of it is missing") from None
        if sum(each.unpacked for each in members) > MOST_MIB * _MIB:
            raise self._too_large(f"more than {MOST_MIB} MiB")
        kept = sum(min(each.unpacked, wanted(each.name)) for each in members)
        if kept > MOST_OF_CODE_MIB * _MIB:
            raise self._too_large(f"more than {MOST_OF_CODE_MIB} MiB of code")
        for member in members:
            if member.name in self.names:
                raise self._damaged("two members have the same name")
            self.names.add(member.name)
            content = self._read(member, wanted(member.name))
            if wanted(member.name):
                self.kept[member.name] = content

    def _members(self, data: memoryview) -> Iterator[_Member]:
        """Yield each member in its place: they are contiguous, and the directory follows them."""
        if len(data) < _END.size:
            raise self._damaged("it is cut off")
        at_end = len(data) - _END.size
        mark, disk, first, here, count, size, start, comment = _END.unpack_from(data, at_end)
        if mark != b"PK\x05\x06":
            raise self._damaged("it is cut off, or something follows it")
        if disk or first or here != count or comment or start + size != at_end:
            raise self._damaged("its directory is not where the file says it is")
        if count > MOST_MEMBERS:
            raise self._too_large(f"more than {MOST_MEMBERS} members")
        at, place = start, 0
        for _ in range(count):
            mark, _, _, flags, method, _, _, crc, packed, unpacked, *lengths, disk, _, _, offset = (
                _ENTRY.unpack_from(data, at)
            )
            if mark != b"PK\x01\x02" or disk or offset != place:
                raise self._damaged("its directory does not match its members")
            name = bytes(data[at + _ENTRY.size :][: lengths[0]])
            at += _ENTRY.size + sum(lengths)
            read = self._name(name, flags)
            member = _Member(read, flags, method, crc, packed, unpacked, data[:start])
            body, place = self._place(member, name, place)
            yield member._replace(data=data[body : body + packed])
        if at != at_end or place != start:
            raise self._damaged("there is something between its members")

    def _name(self, name: bytes, flags: int) -> str:
        try:
            read = name.decode("utf-8" if flags & _UTF8 else "ascii")
        except UnicodeDecodeError:
            raise self._damaged("the name of a member is not text") from None
        steps = read.split("/")
        if _ODD.search(read) or any(step in ("", ".", "..") for step in steps):
            raise self._damaged("the name of a member leads elsewhere or is not valid")
        return read

    def _place(self, member: _Member, name: bytes, place: int) -> tuple[int, int]:
        """Where the data of the member at `place` begins, and where the next member is."""
        if member.flags & _ENCRYPTED:
            raise InputError("a saved plan with encrypted members", where=self._path, hint=RENDER)
        if member.flags & ~_USUAL or member.method not in (_STORED, _DEFLATED):
            raise self._damaged("it is packed in a way that Terraform does not use")
        sizes = (member.crc, member.packed, member.unpacked)
        mark, _, flags, method, _, _, *said, names, extra = _LOCAL.unpack_from(member.data, place)
        body = place + _LOCAL.size + names + extra
        end = body + member.packed
        written = bytes(member.data[place + _LOCAL.size :][:names])
        described = bool(flags & _DESCRIBED)
        told = (0, 0, 0) if described else sizes
        if (mark, written, flags, method) != (b"PK\x03\x04", name, member.flags, member.method):
            raise self._damaged("a member is not the one that the directory lists there")
        if tuple(said) != told or end > len(member.data):
            raise self._damaged("a member does not have the size that the directory gives")
        if not described:
            return body, end
        if _DESCRIPTOR.unpack_from(member.data, end) != (b"PK\x07\x08", *sizes):
            raise self._damaged("a member does not have the size that the directory gives")
        return body, end + _DESCRIPTOR.size

    def _read(self, member: _Member, most: int) -> bytes:
        """Unpack a member, but not beyond its stated size; returns at most `most` bytes of it."""
        if member.unpacked > max(_LARGE, MOST_RATIO * member.packed):
            raise self._too_large(f"more than {MOST_RATIO} times its packed size")
        content = bytearray()
        crc = size = 0
        unpack = _stored if member.method == _STORED else _inflated
        try:
            for part in unpack(member.data):
                content += part[: max(most - size, 0)]
                size += len(part)
                crc = zlib.crc32(part, crc)
                if size > member.unpacked:
                    break
        except zlib.error:
            raise self._damaged("a member cannot be unpacked") from None
        if (size, crc) != (member.unpacked, member.crc):
            raise self._damaged("a member does not unpack to what was packed")
        return bytes(content)

    def _damaged(self, why: str) -> InputError:
        return InputError(
            f"a saved plan that is damaged, or that Terraform did not write: {why}",
            where=self._path,
            hint=AGAIN,
        )

    def _too_large(self, what: str) -> InputError:
        return InputError(
            f"a saved plan that would unpack to {what}", where=self._path, hint=RENDER
        )


def _stored(data: memoryview) -> Iterator[bytes]:
    for at in range(0, len(data), _CHUNK):
        yield bytes(data[at : at + _CHUNK])


def _inflated(data: memoryview) -> Iterator[bytes]:
    """The parts of deflated data. Raises `zlib.error` if it is invalid, too short or too long."""
    decoder = zlib.decompressobj(-zlib.MAX_WBITS)
    for at in range(0, len(data), _CHUNK):
        rest: bytes | memoryview = data[at : at + _CHUNK]
        while len(rest) and not decoder.eof:
            yield decoder.decompress(rest, _CHUNK)
            rest = decoder.unconsumed_tail
        if decoder.eof and at + _CHUNK < len(data):
            raise zlib.error("it goes on")
    yield decoder.flush()
    if not decoder.eof or decoder.unused_data:
        raise zlib.error("it does not end where it should")
