"""Paths as formats want them that know files of a repository."""

import os
from urllib.parse import quote


def repository_path(path: str) -> str:
    """With forward slashes and without a leading `./`."""
    path = path.replace(os.sep, "/")
    while path.startswith("./"):
        path = path[2:].lstrip("/")
    return path


def uri(path: str) -> str:
    """A URI reference: relative where the path is, with everything else than letters encoded."""
    path = repository_path(path).encode("utf-8", "backslashreplace").decode()
    return f"file://{quote(path)}" if path.startswith("/") else quote(path)
