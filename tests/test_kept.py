"""What is kept between runs is read only where nobody else could have written it."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from assay.kept import Kept, wrong_with

NOBODY = 65534
WORD = b"what was learnt"

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="NOT TESTED: only root can give a file away")


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """A directory of one's own; what is above it is pytest's, and safe."""
    assert wrong_with(tmp_path) is None
    return tmp_path / "a" / "cache" / "ancestry"


@pytest.fixture
def told() -> list[str]:
    return []


def keep(base: Path) -> None:
    Kept(base).write("file", WORD)
    assert Kept(base).read("file") == WORD


def test_what_is_kept_is_its_owners_alone(base: Path) -> None:
    before = os.umask(0)
    try:
        Kept(base).write("file", WORD)
    finally:
        os.umask(before)
    assert stat.S_IMODE((base / "file").stat().st_mode) == 0o600
    for directory in (base, base.parent, base.parent.parent):
        assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert Kept(base).read("file") == WORD


def test_nothing_is_kept_nowhere() -> None:
    nowhere = Kept(None)
    nowhere.write("file", WORD)
    nowhere.forget("*", but="x")
    assert nowhere.read("file") is None


def test_what_is_not_there_is_no_reason_to_say_anything(base: Path, told: list[str]) -> None:
    assert Kept(base, told.append).read("file") is None
    keep(base)
    assert Kept(base, told.append).read("other") is None
    assert told == []


def test_some_go_and_some_stay(base: Path) -> None:
    for name in ("b-1-x", "b-2-x", "c-1-x"):
        Kept(base).write(name, WORD)
    Kept(base).forget("b-*", but="b-2-")
    assert sorted(path.name for path in base.iterdir()) == ["b-2-x", "c-1-x"]


Harm = Callable[[Path], object]
"""Done to the directory of what is kept."""


def made_writable(how: int, *, up: int = 0) -> Harm:
    def harm(base: Path) -> None:
        path = [base, *base.parents][up]
        path.chmod(stat.S_IMODE(path.stat().st_mode) | how)

    return harm


def given_away(*, up: int = 0, name: str = ".") -> Harm:
    return lambda base: os.chown([base, *base.parents][up] / name, NOBODY, -1)


def linked(base: Path) -> None:
    """Under the name stands a link, though to a file that is as safe as it was."""
    (base / "file").rename(base / "elsewhere")
    (base / "file").symlink_to("elsewhere")


def through_anothers(base: Path) -> None:
    """A link of one's own leads through a directory of somebody else, back to one's own."""
    theirs, home = base.parents[1] / "theirs", base.parents[1] / "home"
    base.rename(home)
    theirs.mkdir()
    (theirs / "back").symlink_to(home)
    os.lchown(theirs / "back", NOBODY, -1)
    os.chown(theirs, NOBODY, -1)
    base.symlink_to(theirs / "back")


HARMS = {
    "a directory that all can write to": made_writable(0o002),
    "a directory that a group can write to": made_writable(0o020),
    "even where nobody can rename": made_writable(0o1002),
    "the directory above it": made_writable(0o002, up=1),
    "the one above that": made_writable(0o020, up=2),
    "a file that all can write": lambda base: (base / "file").chmod(0o602),
    "a file that a group can write": lambda base: (base / "file").chmod(0o620),
    "a link in the place of the file": linked,
}
GIFTS = {
    "a directory of somebody else": given_away(),
    "one within one's own, which leads to one's own": given_away(up=1),
    "a file of somebody else": given_away(name="file"),
    "a link through somebody else's": through_anothers,
}


@pytest.mark.parametrize("harm", HARMS)
def test_what_others_could_have_written_is_refused_and_told(
    base: Path, told: list[str], harm: str
) -> None:
    keep(base)
    HARMS[harm](base)
    refused(base, told)


@as_root
@pytest.mark.parametrize("gift", GIFTS)
def test_what_is_somebody_elses_is_refused_and_told(base: Path, told: list[str], gift: str) -> None:
    keep(base)
    GIFTS[gift](base)
    refused(base, told)


def refused(base: Path, told: list[str]) -> None:
    kept = Kept(base, told.append)
    assert kept.read("file") is None
    (once,) = told
    assert str(base.parents[1]) in once


def test_nothing_is_written_where_others_can_write(base: Path) -> None:
    keep(base)
    base.parent.chmod(0o777)
    kept = Kept(base)
    kept.write("new", WORD)
    kept.forget("*", but="x")
    assert list(base.iterdir()) == [base / "file"]


def test_below_a_directory_that_is_everybodys_ones_own_is_safe(tmp_path: Path) -> None:
    """As /tmp is: all can write, and nobody can rename or remove what is another's."""
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o1777)
    keep(shared / "mine")
    shared.chmod(0o777)
    assert Kept(shared / "mine").read("file") is None


def test_links_of_ones_own_are_followed(tmp_path: Path) -> None:
    keep(tmp_path / "real" / "cache")
    (tmp_path / "one").symlink_to("real")
    (tmp_path / "two").symlink_to(tmp_path / "one" / ".." / "one" / "cache")
    assert Kept(tmp_path / "two").read("file") == WORD
    (tmp_path / "real").chmod(0o777)
    assert Kept(tmp_path / "two").read("file") is None


def test_links_in_a_circle_and_files_in_the_way(tmp_path: Path, told: list[str]) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    (tmp_path / "file").touch()
    for path in (tmp_path / "a", tmp_path / "a" / "below", tmp_path / "file" / "below"):
        kept = Kept(path, told.append)
        kept.write("file", WORD)
        assert kept.read("file") is None
    assert len(told) == 3


@pytest.fixture
def pipe(base: Path) -> Path:
    base.mkdir(parents=True, mode=0o700)
    os.mkfifo(base / "file", 0o600)
    return base


def test_a_pipe_is_not_waited_for(pipe: Path, told: list[str]) -> None:
    assert Kept(pipe, told.append).read("file") is None
    assert told == [f"{pipe / 'file'} is not a file"]
