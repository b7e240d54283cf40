"""Paths for formats that refer to files in a repository."""

from pathlib import PurePath
from urllib.parse import quote


def repository_path(path: str) -> str:
    """The path with forward slashes and without a leading `./`."""
    return PurePath(path).as_posix()


def uri(path: str) -> str:
    """A URI reference: relative if the path is, with all but letters, digits and `_.-~/` encoded.

    Characters that UTF-8 cannot encode, which a file name may contain, are spelled out first.
    """
    # os.fsdecode turns a byte that is not UTF-8 into a lone surrogate, which cannot be percent-encoded.
    path = repository_path(path).encode("utf-8", "backslashreplace").decode()
    return f"file://{quote(path)}" if path.startswith("/") else quote(path)
