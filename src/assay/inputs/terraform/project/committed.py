"""Whether git tracks a file: reads the index, as git itself may run what a repository configures.

Facts: git, "index-format" (versions 2, 3 and 4), "gitrepository-layout" (a `.git` that is a file).
"""

from collections.abc import Iterator
from pathlib import Path

from assay.inputs.terraform.project.paths import is_there

_HEAD = 12
_ENTRY = 62
"""Bytes before the name of an entry, in SHA-1 repositories."""
_LENGTH = 0xFFF


def is_committed(path: Path) -> bool:
    """Whether a file is in the index of the git repository around it, if there is one."""
    name, found = _committed(path)
    return name in found


def is_committed_below(directory: Path, aside: str) -> bool:
    """Whether a directory (as a link) or anything in it is tracked, not counting its `aside`."""
    name, found = _committed(directory)
    left = b"%s/%s/" % (name, aside.encode())
    return any(
        each == name or (each.startswith(name + b"/") and not each.startswith(left))
        for each in found
    )


def _committed(path: Path) -> tuple[bytes, Iterator[bytes]]:
    """A path's name in the repository around it, and the names in the index that begin with it."""
    path = path.absolute()
    for top in path.parents:
        if is_there(top / ".git"):
            name = path.relative_to(top).as_posix().encode()
            found = (each for index in _indexes(top / ".git") for each in _names(index, name))
            return name, found
    return b"", iter(())


def _indexes(git: Path) -> Iterator[bytes]:
    """The index and its shared (split) parts."""
    try:
        if git.is_file():
            named = git.read_text().partition("gitdir:")[2].strip()
            git = git.parent / named
        for path in (git / "index", *git.glob("sharedindex.*")):
            if path.is_file():
                yield path.read_bytes()
    except (OSError, ValueError):
        return


def _names(index: bytes, start: bytes) -> Iterator[bytes]:
    """The names in an index that begin with `start`."""
    if not index.startswith(b"DIRC"):
        return
    if int.from_bytes(index[4:8], "big") == 4:
        yield from (each for each in _compressed(index) if each.startswith(start))
        return
    at = index.find(start)
    while at >= 0:
        end = index.find(b"\0", at)
        length = min(end - at, _LENGTH)
        flags = (
            index[at - 2 : at],
            index[at - 4 : at - 2],
        )  # the second one if the entry has extended flags
        if any(int.from_bytes(each, "big") & _LENGTH == length for each in flags):
            yield index[at:end]
        at = index.find(start, at + 1)


def _compressed(index: bytes) -> Iterator[bytes]:
    """The names in an index of version 4, each stored as its difference from the previous one."""
    at, name = _HEAD, b""
    for _ in range(int.from_bytes(index[8:12], "big")):
        at += _ENTRY
        if index[at - 2 : at - 1] and index[at - 2] & 0x40:
            at += 2
        cut, at = _number(index, at)
        end = index.find(b"\0", at)
        if end < 0:
            return
        name = name[: len(name) - cut] + index[at:end]
        at = end + 1
        yield name


def _number(index: bytes, at: int) -> tuple[int, int]:
    """A variable-length number, and where it ends."""
    value = index[at] & 0x7F if at < len(index) else 0
    while at < len(index) and index[at] & 0x80:
        at += 1
        value = ((value + 1) << 7) | (index[at] & 0x7F if at < len(index) else 0)
    return value, at + 1
