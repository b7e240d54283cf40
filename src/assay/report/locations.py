"""Paths as formats want them that know files of a repository."""

from pathlib import PurePath
from urllib.parse import quote


def repository_path(path: str) -> str:
    """With forward slashes and without a leading `./`."""
    return PurePath(path).as_posix()


def uri(path: str) -> str:
    """A URI reference: relative where the path is, with all but letters, digits and `_.-~/` encoded.

    What UTF-8 does not know, as a file name may hold it, is spelled out first.
    """
    # A lone surrogate, as os.fsdecode makes one of a byte that is no UTF-8, cannot be percent-encoded.
    path = repository_path(path).encode("utf-8", "backslashreplace").decode()
    return f"file://{quote(path)}" if path.startswith("/") else quote(path)
