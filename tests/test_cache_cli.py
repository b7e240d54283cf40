"""What one run leaves to the next: whole processes, and where they keep it."""

import json
import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import pytest

from tests import command
from tests.catalog.test_remembering import Hidden
from tests.command import POLICY, Run, talking_to
from tests.emulator import Server, serve
from tests.plans import dump, instance, plan
from tests.worlds import PIPELINE, REGION, WORKLOAD


@pytest.fixture
def hidden() -> Hidden:
    return Hidden()


@pytest.fixture
def server(hidden: Hidden) -> Iterator[Server]:
    with serve(hidden.world) as running:
        yield running


@pytest.fixture
def here(tmp_path: Path, hidden: Hidden) -> Path:
    """A working directory, and beside it one for the cache."""
    folder = tmp_path / "here"
    folder.mkdir()
    (folder / "assay.yaml").write_text(POLICY)
    (folder / "plan.json").write_bytes(dump(plan(instance("aws_instance.web", hidden.used))))
    return folder


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def check(here: Path, server: Server, cache: Path, *arguments: str, **variables: str) -> Run:
    server.requests.clear()
    environment = talking_to(server.url, WORKLOAD) | {"ASSAY_CACHE_DIR": str(cache)} | variables
    return command.assay(
        "check", "plan.json", "--format", "json", *arguments, cwd=here, env=environment
    )


def files(cache: Path) -> dict[str, bytes]:
    """The ancestries kept, by the name of their file."""
    return {path.name: path.read_bytes() for path in cache.glob("**/ancestry/*")}


def test_the_second_run_asks_for_no_ancestry(here: Path, server: Server, cache: Path) -> None:
    first = check(here, server, cache)
    assert first.report["catalog"]["api_calls"]["ec2:GetImageAncestry"] == 1
    second = check(here, server, cache)
    assert "ec2:GetImageAncestry" not in second.report["catalog"]["api_calls"]
    assert not server.calls("GetImageAncestry")
    assert second.code == first.code == 0
    assert second.report["verdicts"] == first.report["verdicts"]
    assert sorted(path.name for path in here.iterdir()) == ["assay.yaml", "plan.json"]


def test_a_mark_that_was_detached_in_between_fails(
    hidden: Hidden, here: Path, server: Server, cache: Path
) -> None:
    assert check(here, server, cache).code == 0
    hidden.world.detach_watermark(PIPELINE, REGION, hidden.used, f"{PIPELINE}:golden-web")
    run = check(here, server, cache)
    assert run.code == 1
    assert run.rules() == {"aws_instance.web": ["unmarked"]}


@pytest.mark.parametrize("variables", [{}, {"ASSAY_NO_CACHE": "1"}])
def test_without_the_cache_nothing_is_read_or_written(
    here: Path, server: Server, cache: Path, variables: dict[str, str]
) -> None:
    flags = [] if variables else ["--no-cache"]
    assert check(here, server, cache, *flags, **variables).code == 0
    assert not cache.exists()
    assert check(here, server, cache).code == 0
    kept = files(cache)
    assert kept
    assert check(here, server, cache, *flags, **variables).code == 0
    assert len(server.calls("GetImageAncestry")) == 1
    assert files(cache) == kept


def test_where_it_is_kept_without_a_word_from_assay(
    here: Path, server: Server, tmp_path: Path
) -> None:
    xdg, home = tmp_path / "xdg", tmp_path / "home"
    environment = {"HOME": str(home), "XDG_CACHE_HOME": str(xdg)}
    assert check(here, server, Path(), ASSAY_CACHE_DIR="", **environment).code == 0
    assert [path.parent for path in xdg.glob("**/ancestry/*")] == [xdg / "assay" / "ancestry"]
    assert not home.exists()


def test_nothing_is_kept_of_a_recording_or_of_nobody(
    here: Path, server: Server, cache: Path
) -> None:
    environment = talking_to(server.url, WORKLOAD) | {"ASSAY_CACHE_DIR": str(cache)}
    command.assay("record", "plan.json", "-o", "c.json", "--no-cache", cwd=here, env=environment)
    assert check(here, server, cache, "--catalog", "c.json").code == 0
    assert check(here, server, cache, "--offline").code == 3
    assert not cache.exists()


def test_a_recording_is_the_same_with_what_is_remembered(
    here: Path, server: Server, cache: Path
) -> None:
    def record(name: str) -> object:
        environment = talking_to(server.url, WORKLOAD) | {"ASSAY_CACHE_DIR": str(cache)}
        command.assay("record", "plan.json", "-o", name, cwd=here, env=environment)
        return json.loads((here / name).read_text())["places"]

    assert record("first.json") == record("second.json")
    assert len(server.calls("GetImageAncestry")) == 1
    assert check(here, server, cache, "--catalog", "second.json").code == 0


NOBODY = 65534


AS_ROOT = pytest.mark.skipif(
    os.geteuid() != 0, reason="NOT TESTED: only root can give a directory away"
)


@AS_ROOT
@pytest.mark.parametrize("whose", ["", "ancestry", "models"])
def test_a_directory_of_somebody_else_is_not_believed_and_told_once(
    here: Path, server: Server, cache: Path, whose: str
) -> None:
    """An ancestry that is forged makes a mark agree that is forged as well."""
    assert check(here, server, cache).code == 0
    os.chown(cache / whose, NOBODY, NOBODY)
    before = files(cache)
    for _ in range(2):
        run = check(here, server, cache)
        assert run.code == 0
        assert run.stderr == (
            f"assay: the cache is not used: {cache / whose} belongs to another user\n"
        )
        assert len(server.calls("GetImageAncestry")) == (whose != "models")
        assert files(cache) == before
    assert check(here, server, cache, "--no-cache").stderr == ""


@AS_ROOT
def test_a_file_of_somebody_else_is_not_believed_and_made_again(
    here: Path, server: Server, cache: Path
) -> None:
    assert check(here, server, cache).code == 0
    (path,) = cache.glob("ancestry/*")
    os.chown(path, NOBODY, NOBODY)
    run = check(here, server, cache)
    assert run.code == 0
    assert f"{path} belongs to another user" in run.stderr
    assert len(run.stderr.splitlines()) == len(server.calls("GetImageAncestry")) == 1
    assert check(here, server, cache).stderr == ""
    assert not server.calls("GetImageAncestry")


def test_a_cache_that_others_can_write_to_is_done_without(
    here: Path, server: Server, cache: Path
) -> None:
    cache.mkdir()
    cache.chmod(0o777)
    run = check(here, server, cache)
    assert run.code == 0
    assert f"others can write to {cache}; fix it with chmod go-w" in run.stderr
    assert len(run.stderr.splitlines()) == 1
    assert list(cache.iterdir()) == []
    cache.chmod(0o700)
    assert check(here, server, cache).stderr == ""
    assert files(cache)


LEARNER = """
import sys
from pathlib import Path
from assay.catalog.decorators.remembering import RememberingCatalog
from assay.catalog.questions import (ANCESTRY, IMAGES)
from assay.kept import Kept
from assay.model import Ancestry, AncestryEnd, AncestryEntry, CatalogFacts, Image, Place

here, name = Place.of("us-east-1", "222222222222"), sys.argv[2]

class Source:
    def ask(self, question, keys):
        if question is IMAGES:
            return {key: Image(key[1]) for key in keys}
        end = AncestryEnd.NO_RECORDED_SOURCE
        return {key: Ancestry((AncestryEntry(key[1], "us-east-1"),), end) for key in keys}
    def facts(self):
        return CatalogFacts("live", None, None, {})

for number in range(40):
    catalog = RememberingCatalog(Source(), Kept(Path(sys.argv[1])))
    key = (here, f"ami-{name}-{number}")
    catalog.ask(IMAGES, [key])
    assert catalog.ask(ANCESTRY, [key])[key].entries[0].image_id == key[1]
"""


def test_runs_at_the_same_time_leave_a_whole_file(cache: Path) -> None:
    """One may lose what it has learnt to another; none reads, or leaves, half a file."""
    learners = [
        subprocess.Popen(
            [sys.executable, "-c", LEARNER, str(cache), str(number)], stderr=subprocess.PIPE
        )
        for number in range(8)
    ]
    complaints = [learner.communicate(timeout=60)[1] for learner in learners]
    assert complaints == [b""] * 8
    (path,) = cache.iterdir()
    kept = json.loads(path.read_bytes())["ancestry"]
    assert 40 <= len(kept) <= 320
    assert all(entry["entries"][0]["image_id"] == id for id, entry in kept.items())


class Evil:
    """What would run where a file of this is unpickled."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.trace,)


def test_what_earlier_versions_kept_is_neither_read_nor_run(tmp_path: Path) -> None:
    """They kept a grammar as a pickle, which runs what it holds, and the expressions of each root."""
    code, cache, trace = tmp_path / "code", tmp_path / "cache", tmp_path / "trace"
    code.mkdir()
    (code / "assay.yaml").write_text(POLICY)
    ami = 'trimspace("${var.x} ")'
    (code / "main.tf").write_text(f'resource "aws_instance" "a" {{\n  ami = {ami}\n}}\n')
    (code / "broken.tf").write_text("a = [\n")
    run = ("check", ".", "--offline", "--format", "json", "--as-of", "2026-11-21")
    first = command.assay(*run, cwd=code, env={"ASSAY_CACHE_DIR": str(cache)})
    name = f"hcl2-{version('python-hcl2')}-{version('lark')}"
    root = sha256(str(code.resolve()).encode()).hexdigest()[:32]
    old = (cache / "grammar" / name, cache / "code" / f"1-expressions-{root}")
    for path in old:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        path.write_bytes(b"\n" + pickle.dumps(Evil(trace)))
        path.chmod(0o600)
    again = command.assay(*run, cwd=code, env={"ASSAY_CACHE_DIR": str(cache)})
    reports = [each.report for each in (first, again)]
    for report in reports:
        del report["generated_at"]
    assert reports[0] == reports[1]
    assert (again.code, again.stderr) == (first.code, first.stderr)
    assert first.report["inputs"]
    assert not trace.exists()
    assert all(b"touch" in path.read_bytes() for path in old)
