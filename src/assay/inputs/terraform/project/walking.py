"""Finds the directories with code at or below a directory, and names those that are skipped."""

import errno
import stat
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from assay.inputs.terraform.project.paths import SUFFIXES, folded
from assay.inputs.terraform.project.unasked import may_decide

_MOST = 2000
"""The most directories that are searched for code which is not judged."""
_TOOLS = frozenset(
    {
        *(".cache", ".git", ".hg", ".svn", ".idea", ".vscode", ".direnv", ".terraform"),
        *(".terragrunt-cache", ".external_modules", ".venv", ".tox", ".nox", ".mypy_cache"),
        *(".pytest_cache", ".ruff_cache", ".gradle", ".npm", ".yarn", ".next", ".serverless"),
    }
)
"""Hidden directories in which tools keep their own files, often copies of other people's code."""
_HIDDEN = "a hidden directory with Terraform code"
_LINKED = "a symbolic link to Terraform code elsewhere"


_LEADS_NOWHERE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP})
"""Why a link has no target."""


class Walk(NamedTuple):
    """The result of a walk."""

    directories: list[str]
    passed_over: list[str]
    """A line for each thing that is not judged."""
    deciding: list[str]
    """Files that may give values to the code."""


def walk(path: str) -> Walk:
    """Every directory with code at or below `path`, and what was left out."""
    top = Path(path)
    here = top.resolve()
    directories: list[str] = []
    aside: list[tuple[Path, str]] = []
    unread: list[str] = []
    deciding: list[str] = []
    seen = {here}
    stack = [top]
    while stack:
        at = stack.pop()
        try:
            children = _children(at)
        except OSError:
            unread.append(f"{folded(at.as_posix())}: a directory that cannot be read: not judged")
            continue
        if any(each.name.endswith(SUFFIXES) for each in children):
            directories.append(folded(at.as_posix()))
        deciding.extend(folded(each.as_posix()) for each in children if may_decide(each.name))
        for each in _directories(children, unread):
            if each.name.startswith("."):
                aside.append((each, _HIDDEN))
            elif not each.is_symlink():
                stack.append(each)
            elif not (real := each.resolve()).is_relative_to(here):
                aside.append((each, _LINKED))
            elif _is_hidden(real.relative_to(here)) and real not in seen:
                seen.add(real)
                stack.append(each)
    return Walk(directories, [*unread, *_passed_over(aside)], deciding)


def _directories(children: list[Path], unread: list[str]) -> Iterator[Path]:
    """The directories among them. What cannot be looked at becomes a line of `unread`."""
    for each in children:
        try:
            if _is_directory(each):
                yield each
        except OSError:
            if each.name not in _TOOLS and not each.name.endswith(SUFFIXES):
                unread.append(f"{folded(each.as_posix())}: cannot be read: not judged")


def _is_directory(path: Path) -> bool:
    """Raises `OSError` if that cannot be known: there may be code below it."""
    try:
        return stat.S_ISDIR(path.stat().st_mode)
    except OSError as error:
        if error.errno in _LEADS_NOWHERE:
            return False
        raise


def _children(at: Path) -> list[Path]:
    return sorted(at.iterdir(), reverse=True)


def _is_hidden(below: Path) -> bool:
    """Whether the target of a link is reached only through the link."""
    return any(part.startswith(".") for part in below.parts)


def _passed_over(aside: list[tuple[Path, str]]) -> Iterator[str]:
    for path, what in sorted(aside):
        if path.name in _TOOLS:
            continue
        shown = folded(path.as_posix())
        found = list(islice(_below(path), _MOST))
        if any(found):
            yield f"{shown}: {what}: not judged (name it to have it judged)"
        elif len(found) == _MOST:
            yield f"{shown}: not judged, and too large to search for Terraform code"


def _below(path: Path) -> Iterator[bool]:
    """For each directory at and below one, whether it contains code."""
    stack = [path]
    while stack:
        try:
            children = _children(stack.pop())
        except OSError:
            continue
        yield any(each.name.endswith(SUFFIXES) for each in children)
        stack.extend(
            each
            for each in _directories(children, [])
            if each.name not in _TOOLS and not each.is_symlink()
        )
