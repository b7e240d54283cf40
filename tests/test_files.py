"""A file is written whole or not at all, and never through what somebody else put in its place."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from assay.files import PRIVATE, SHARED, create, replace, rewrite

Write = Callable[[Path, bytes, int], None]
OLD, NEW = b"old", b"new and longer"

both = pytest.mark.parametrize("write", [create, replace])


def names(directory: Path) -> list[str]:
    return [path.name for path in directory.iterdir()]


@both
@pytest.mark.parametrize(("mode", "seen"), [(PRIVATE, 0o600), (SHARED, 0o640)])
def test_a_file_has_its_mode_and_nothing_stands_beside_it(
    tmp_path: Path, write: Write, mode: int, seen: int
) -> None:
    before = os.umask(0o027)
    try:
        write(tmp_path / "file", NEW, mode)
    finally:
        os.umask(before)
    assert (tmp_path / "file").read_bytes() == NEW
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == seen
    assert names(tmp_path) == ["file"]


def test_what_is_there_is_replaced_only_where_that_is_meant(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(OLD)
    with pytest.raises(FileExistsError):
        create(path, NEW)
    assert path.read_bytes() == OLD
    replace(path, NEW)
    assert path.read_bytes() == NEW
    assert names(tmp_path) == ["file"]


@pytest.mark.parametrize("there", [True, False])
def test_no_link_is_written_through(tmp_path: Path, there: bool) -> None:
    theirs, path = tmp_path / "theirs", tmp_path / "file"
    if there:
        theirs.write_bytes(OLD)
    path.symlink_to(theirs)
    with pytest.raises(FileExistsError):
        create(path, NEW)
    assert path.is_symlink()
    replace(path, NEW)
    assert not path.is_symlink()
    assert path.read_bytes() == NEW
    assert (theirs.read_bytes() if there else theirs.exists()) == (OLD if there else False)


@both
def test_a_write_that_fails_leaves_nothing(
    tmp_path: Path, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int, mode: str) -> object:
        os.close(descriptor)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("assay.files.os.fdopen", full)
    with pytest.raises(OSError, match="No space left"):
        write(tmp_path / "file", NEW, SHARED)
    assert names(tmp_path) == []


@both
@pytest.mark.parametrize("name", ["", "nowhere/", "nowhere/file"])
def test_a_name_is_taken_as_it_is_said(
    tmp_path: Path, write: Callable[[str, bytes], None], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(OSError, match=r"No such file|directory"):
        write(name, NEW)
    assert names(tmp_path) == []


def test_what_cannot_be_put_in_place_is_taken_away_again(tmp_path: Path) -> None:
    (tmp_path / "file").mkdir()
    with pytest.raises(OSError, match="directory"):
        replace(tmp_path / "file", NEW)
    assert names(tmp_path) == ["file"]
    assert names(tmp_path / "file") == []


def test_a_file_is_rewritten_with_the_permissions_that_it_has(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(OLD)
    path.chmod(0o664)
    before = os.umask(0o077)
    try:
        rewrite(path, OLD, NEW)
    finally:
        os.umask(before)
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (NEW, 0o664)
    assert names(tmp_path) == ["file"]


def test_what_somebody_else_has_changed_is_not_rewritten(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"theirs")
    with pytest.raises(OSError, match="it was changed"):
        rewrite(path, OLD, NEW)
    assert path.read_bytes() == b"theirs"
    link = tmp_path / "link"
    link.symlink_to(path)
    with pytest.raises(OSError, match="it is a link"):
        rewrite(link, b"theirs", NEW)
    assert path.read_bytes() == b"theirs"
    assert sorted(names(tmp_path)) == ["file", "link"]
