"""A word on stderr for whoever waits: never on stdout, never for a quick run."""

import io
import itertools
import json
import os
import pty
import re
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

import assay.cli.progress
from assay.catalog.decorators.offline import OfflineCatalog
from assay.catalog.interface import ImageCatalog
from assay.catalog.recorded import RecordedCatalog
from assay.cli.progress import progress
from assay.model import CatalogFacts
from tests import command
from tests.command import POLICY, talking_to
from tests.emulator import serve
from tests.plans import dump, instance, plan
from tests.worlds import PIPELINE, REGION, STRANGER, WORKLOAD, GoldenWorld

ERASE = "\r\x1b[K"


class Stderr(io.StringIO):
    """Standard error that can be waited for."""

    def __init__(self, *, terminal: bool) -> None:
        super().__init__()
        self._terminal = terminal
        self._told = threading.Condition()

    def isatty(self) -> bool:
        return self._terminal

    def write(self, text: str) -> int:
        with self._told:
            written = super().write(text)
            self._told.notify_all()
        return written

    def wait_for(self, words: int) -> None:
        """Until that many words were told."""
        with self._told:
            assert self._told.wait_for(lambda: self.getvalue().count("asking AWS") >= words, 30)


CALLS = itertools.count()


class Calling(OfflineCatalog, frozen=True):
    """Says that it is live, and makes a call whenever somebody asks how many there were."""

    def facts(self) -> CatalogFacts:
        return CatalogFacts("live", None, None, {"ec2:DescribeImages": next(CALLS)})


@pytest.fixture
def live() -> ImageCatalog:
    return Calling()


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """No time passes before the first word, nor between two of them."""
    for name in ("PATIENCE", "PAUSE"):
        monkeypatch.setattr(assay.cli.progress, name, {True: 0.0, False: 0.0})


def stderr(monkeypatch: pytest.MonkeyPatch, *, terminal: bool) -> Stderr:
    stream = Stderr(terminal=terminal)
    monkeypatch.setattr(sys, "stderr", stream)
    return stream


@pytest.mark.usefixtures("at_once")
def test_a_log_gets_whole_lines(
    live: ImageCatalog, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told = stderr(monkeypatch, terminal=False)
    with progress(live):
        told.wait_for(3)
    *lines, rest = told.getvalue().split("\n")
    assert rest == ""
    assert len(lines) >= 3
    assert all(re.fullmatch(r"assay: asking AWS, \d+ calls in 0 s", line) for line in lines)
    assert len(set(lines)) == len(lines)
    assert capsys.readouterr().out == ""


@pytest.mark.usefixtures("at_once")
def test_a_person_gets_one_line_that_changes_and_goes_away(
    live: ImageCatalog, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told = stderr(monkeypatch, terminal=True)
    with progress(live):
        told.wait_for(3)
    assert "\n" not in told.getvalue()
    before, *words, last = told.getvalue().split(ERASE)
    assert (before, last) == ("", "")
    assert len(words) >= 3
    assert all(re.fullmatch(r"assay: asking AWS, \d+ calls in 0 s", word) for word in words)
    assert capsys.readouterr().out == ""


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("terminal", [True, False])
def test_whoever_counts_something_else_has_that_told(
    live: ImageCatalog, monkeypatch: pytest.MonkeyPatch, terminal: bool
) -> None:
    told = stderr(monkeypatch, terminal=terminal)
    with progress(live, lambda: "412 of 1,200 places, 3 not seen, asking AWS"):
        told.wait_for(2)
    assert "assay: 412 of 1,200 places, 3 not seen, asking AWS, 0 s" in told.getvalue()
    assert told.getvalue().endswith(ERASE if terminal else " s\n")


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("terminal", [True, False])
def test_it_ends_and_erases_where_the_run_fails(
    live: ImageCatalog, monkeypatch: pytest.MonkeyPatch, terminal: bool
) -> None:
    told = stderr(monkeypatch, terminal=terminal)

    def fails() -> None:
        with progress(live):
            told.wait_for(1)
            raise LookupError

    with pytest.raises(LookupError):
        fails()
    said = told.getvalue()
    assert said.endswith(ERASE if terminal else " s\n")
    assert not [thread for thread in threading.enumerate() if "_tell" in thread.name]


@pytest.mark.parametrize("terminal", [True, False])
def test_a_quick_run_says_nothing(
    live: ImageCatalog, monkeypatch: pytest.MonkeyPatch, terminal: bool
) -> None:
    told = stderr(monkeypatch, terminal=terminal)
    monkeypatch.setattr(assay.cli.progress, "PATIENCE", {True: 60.0, False: 60.0})
    with progress(live):
        pass
    assert told.getvalue() == ""


def test_nobody_waits_less_than_a_second_for_the_first_word() -> None:
    assert min(assay.cli.progress.PATIENCE.values()) >= 1.0


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize(
    "catalog",
    [
        OfflineCatalog(),
        RecordedCatalog.load(
            "c.json", b'{"assay_catalog": 2, "recorded_at": "2026-11-21T00:00:00Z", "places": []}'
        ),
    ],
)
def test_where_aws_is_not_asked_nothing_is_said(
    catalog: ImageCatalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = stderr(monkeypatch, terminal=True)
    before = threading.active_count()
    with progress(catalog):
        assert threading.active_count() == before
    assert told.getvalue() == ""


class TestTheCommand:
    @pytest.fixture
    def here(self, tmp_path: Path) -> Path:
        (tmp_path / "assay.yaml").write_text(POLICY)
        return tmp_path

    @pytest.fixture
    def slow(self, here: Path) -> Iterator[Mapping[str, str]]:
        """The environment of somebody whose every answer takes more than a second."""
        golden = GoldenWorld()
        (here / "plan.json").write_bytes(dump(plan(instance("aws_instance.a", golden.golden))))
        with serve(golden.world, delay_seconds=1.2) as server:
            yield talking_to(server.url, WORKLOAD)

    def test_on_a_terminal_and_beside_pure_json(self, here: Path, slow: Mapping[str, str]) -> None:
        """Standard error is a terminal of its own, standard output a pipe."""
        ours, theirs = pty.openpty()
        with subprocess.Popen(
            [sys.executable, "-m", "assay", "check", "plan.json", "--format", "json"],
            cwd=here,
            env={**os.environ, **slow},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=theirs,
        ) as process:
            os.close(theirs)
            told = read_all(ours)
            stdout, _ = process.communicate(timeout=60)
        assert process.returncode == 0
        assert json.loads(stdout)["outcome"] == "pass"
        assert b"asking AWS" not in stdout
        before, *words, last = told.split(ERASE)
        assert (before, last) == ("", "")
        assert words
        assert all(re.fullmatch(r"assay: asking AWS, \d calls in \d s", word) for word in words)
        assert any("asking AWS, 2 calls" in word for word in words)

    def test_places_are_counted_on_a_terminal(self, here: Path) -> None:
        """One of two cannot be read, and each answer takes long enough to be told of."""
        golden = GoldenWorld()
        readers = "aws: {readers: {'*': {role_name: assay-reader}}}\n"
        (here / "assay.yaml").write_text(POLICY + readers)
        (here / "accounts").write_text(f"{PIPELINE}\n{WORKLOAD}\n")
        golden.world.deny(WORKLOAD, "DescribeImages")
        with serve(golden.world, delay_seconds=0.2) as server:
            code, told = self.on_a_terminal(
                here, talking_to(server.url, STRANGER),
                "inventory", "--accounts", "accounts", "--region", REGION, "--workers", "1",
            )  # fmt: skip
        assert code == 3
        words = [each for each in told.split(ERASE) if each.startswith("assay: ")]
        form = r"assay: [012] of 2 places, (?:1 not seen, )?\d+ calls, \d+ s"
        assert words
        other = [each for each in words if not re.fullmatch(form, each)]
        assert [each.strip() for each in other] == ["assay: 1 of 2 places was not seen completely"]
        assert any(each.startswith("assay: 1 of 2 places, ") for each in words)

    def on_a_terminal(
        self, here: Path, environment: Mapping[str, str], *arguments: str
    ) -> tuple[int, str]:
        """The exit code, and what standard error was told."""
        ours, theirs = pty.openpty()
        with subprocess.Popen(
            [sys.executable, "-m", "assay", *arguments],
            cwd=here,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=theirs,
        ) as process:
            os.close(theirs)
            told = read_all(ours)
        return process.returncode, told

    def test_a_quick_run_on_a_log(self, here: Path) -> None:
        golden = GoldenWorld()
        (here / "plan.json").write_bytes(dump(plan(instance("aws_instance.a", golden.golden))))
        with serve(golden.world) as server:
            run = command.assay(
                "check", "plan.json", cwd=here, env=talking_to(server.url, WORKLOAD)
            )
        assert (run.code, run.stderr) == (0, "")


def read_all(terminal: int) -> str:
    """What was written to the other end of a terminal, until nobody holds it open."""
    told = b""
    with open(terminal, "rb", buffering=0) as stream:
        try:
            while chunk := stream.read(1024):
                told += chunk
        except OSError:  # how Linux says that the other end was closed
            pass
    return told.decode()
