"""How assay is run, and what is kept of it."""

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import assay_cache
import assay_command
import assay_sources
import pytest
from assay_trouble import LONGEST, NoVerdictError, one_line

from tests.checkov.running import FIXTURES
from tests.checkov.test_faults import fake, is_gone
from tests.checkov.worlds import asked

PLAN = FIXTURES / "demo" / "plan.json"


class TestCommand:
    def test_output_and_exit_code(self, tmp_path: Path) -> None:
        for code in (0, 1, 3):
            script = fake(tmp_path, f'echo "$1 $2"; exit {code}')
            ended = assay_command.run([str(script), "a b", "$(c)"], 10)
            assert ended == (code, b"a b $(c)\n")

    def test_its_environment_is_its_own(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__"):
            monkeypatch.setenv(name, "/checkov-s")
        monkeypatch.setenv("AWS_PROFILE", "reader")
        monkeypatch.setenv("ASSAY_POLICY", "gate.yaml")
        ended = assay_command.run([str(fake(tmp_path, "env"))], 10)
        told = ended.output.decode()
        assert "=/checkov-s" not in told
        assert {"AWS_PROFILE=reader", "ASSAY_POLICY=gate.yaml"} <= set(told.splitlines())
        assert f"HOME={os.environ['HOME']}" in told

    def test_it_reads_no_input(self, tmp_path: Path) -> None:
        assert assay_command.run([str(fake(tmp_path, "cat"))], 10).output == b""

    def test_it_may_print_much_but_not_without_end(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        script = fake(tmp_path, "head -c 3000000 /dev/zero")
        assert len(assay_command.run([str(script)], 10).output) == 3_000_000
        monkeypatch.setattr(assay_command, "LARGEST", 1_000_000)
        with pytest.raises(NoVerdictError, match="more than 1000000 bytes"):
            assay_command.run([str(script)], 10)
        for stream in (1, 2):
            with pytest.raises(NoVerdictError, match=r"more than|has no verdict|exit code"):
                assay_command.run([str(fake(tmp_path, f"yes >&{stream}"))], 30)

    def test_a_child_that_holds_the_output_open_is_not_waited_for(self, tmp_path: Path) -> None:
        script = fake(tmp_path, f"sleep 600 & echo $! > {tmp_path / 'child'}; echo done")
        began = time.monotonic()
        assert assay_command.run([str(script)], 30).output == b"done\n"
        assert time.monotonic() - began < 20
        os.kill(int((tmp_path / "child").read_text()), 9)

    def test_an_interrupt_ends_it(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def interrupted(_: float) -> None:
            if (tmp_path / "pid").exists() and (tmp_path / "pid").read_text():
                raise KeyboardInterrupt

        monkeypatch.setattr(time, "sleep", interrupted)
        with pytest.raises(KeyboardInterrupt):
            assay_command.run([str(fake(tmp_path, f"echo $$ > {tmp_path / 'pid'}; sleep 600"))], 60)
        monkeypatch.undo()
        assert is_gone(int((tmp_path / "pid").read_text()))

    def test_a_path_with_a_directory_is_taken_from_here(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        script = fake(tmp_path, "true")
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("ASSAY_BIN", "./fake-assay")
        assert assay_command.find() == str(script)
        monkeypatch.setenv("ASSAY_BIN", "fake-assay")
        monkeypatch.setenv("PATH", f".{os.pathsep}{tmp_path}")
        assert assay_command.find() == str(script)
        monkeypatch.setenv("PATH", ".")
        with pytest.raises(NoVerdictError, match="no command fake-assay"):
            assay_command.find()

    def test_a_reason_is_one_line_that_can_do_nothing(self) -> None:
        assert one_line("a\n\x1b[2Jb\r\tc\u202e") == "a ?[2Jb c?"
        assert len(one_line("x" * 10_000)) < LONGEST + 10


@pytest.fixture
def counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """assay on the demo, and how often it was run."""
    runs = tmp_path / "runs"
    environment = asked(FIXTURES / "demo")
    real = environment.pop("ASSAY_BIN")
    for name in ("ASSAY_CATALOG", "ASSAY_POLICY"):
        monkeypatch.setenv(name, environment[name])
    monkeypatch.setenv("ASSAY_CACHE_DIR", str(tmp_path / "cache"))
    script = fake(tmp_path, f'echo >> {runs}; exec {real} "$@"')
    monkeypatch.setenv("ASSAY_BIN", str(script))
    monkeypatch.chdir(tmp_path)
    runs.touch()
    return lambda: len(runs.read_text())


def ask() -> int:
    """How many verdicts there are."""
    import assay_scanned

    scanned = assay_scanned.read_plan(str(PLAN))
    assert scanned is not None
    _, inputs = assay_sources.on_plan(str(PLAN), scanned.sha256)
    return sum(len(each.verdicts) for each in inputs)


class TestCache:
    def test_one_run_a_plan(self, counted: Callable[[], int], tmp_path: Path) -> None:
        assert (ask(), ask(), counted()) == (4, 4, 1)
        folder = tmp_path / "cache" / "checkov"
        assert folder.stat().st_mode & 0o777 == 0o700
        (kept,) = folder.glob("*.report")
        assert kept.stat().st_mode & 0o777 == 0o600
        assert not list(folder.glob("*.partial"))

    def test_those_who_ask_at_the_same_time_share_it(self, counted: Callable[[], int]) -> None:
        asking = [threading.Thread(target=ask) for _ in range(4)]
        for each in asking:
            each.start()
        for each in asking:
            each.join()
        assert counted() == 1

    @pytest.mark.parametrize("change", ["policy", "variable", "directory", "command", "identity"])
    def test_another_question_is_asked_anew(
        self,
        counted: Callable[[], int],
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        change: str,
    ) -> None:
        policy = tmp_path / "policy.yaml"
        policy.write_text((FIXTURES / "demo" / "policy.yaml").read_text())
        monkeypatch.setenv("ASSAY_POLICY", str(policy))
        ask()
        if change == "policy":
            policy.write_text(policy.read_text() + "\n")
        if change == "variable":
            monkeypatch.setenv("ASSAY_OFFLINE", "")
        if change == "identity":
            monkeypatch.setenv("AWS_PROFILE", "another")
        if change == "directory":
            (tmp_path / "elsewhere").mkdir()
            monkeypatch.chdir(tmp_path / "elsewhere")
        if change == "command":
            os.utime(tmp_path / "fake-assay", (1, 1))
        ask()
        assert counted() == 2

    def test_what_only_the_checks_read_is_no_other_question(
        self, counted: Callable[[], int], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ask()
        monkeypatch.setenv("ASSAY_CHECKOV_DETAILS", "1")
        ask()
        assert counted() == 1

    def test_it_is_old_after_minutes(self, counted: Callable[[], int], tmp_path: Path) -> None:
        ask()
        (kept,) = (tmp_path / "cache" / "checkov").glob("*.report")
        for age in (assay_cache.LIFETIME + 1, -60):
            os.utime(kept, (time.time() - age,) * 2)
            before = counted()
            ask()
            assert counted() == before + 1
        (folder,) = [kept.parent]
        old = folder / f"{'0' * 64}.report"
        old.touch()
        os.utime(old, (1, 1))
        os.utime(kept, (1, 1))
        ask()
        assert not old.exists()

    @pytest.mark.parametrize("damage", [b"", b"{}", b"\x00" * 100, None])
    def test_what_is_damaged_is_asked_anew(
        self, counted: Callable[[], int], tmp_path: Path, damage: bytes | None
    ) -> None:
        ask()
        (kept,) = (tmp_path / "cache" / "checkov").glob("*.report")
        kept.write_bytes(kept.read_bytes()[:-100] if damage is None else damage)
        assert (ask(), counted()) == (4, 2)

    @pytest.mark.parametrize("fault", ["open", "link", "file", "off"])
    def test_what_others_could_write_is_not_used(
        self,
        counted: Callable[[], int],
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
        fault: str,
    ) -> None:
        folder = tmp_path / "cache" / "checkov"
        folder.parent.mkdir()
        if fault == "open":
            folder.mkdir()
            folder.chmod(0o770)
        if fault == "link":
            (tmp_path / "theirs").mkdir(mode=0o700)
            folder.symlink_to(tmp_path / "theirs")
        if fault == "file":
            folder.touch()
        if fault == "off":
            monkeypatch.setenv("ASSAY_NO_CACHE", "1")
        assert (ask(), ask(), counted()) == (4, 4, 2)
        assert ("open to others" in caplog.text) == (fault == "open")

    def test_a_link_in_it_is_not_followed(self, counted: Callable[[], int], tmp_path: Path) -> None:
        ask()
        (kept,) = (tmp_path / "cache" / "checkov").glob("*.report")
        kept.rename(tmp_path / "planted")
        kept.symlink_to(tmp_path / "planted")
        assert (ask(), counted()) == (4, 2)

    def test_a_run_without_verdict_is_not_kept(
        self, counted: Callable[[], int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("ASSAY_POLICY", str(tmp_path / "none.yaml"))
        for _ in range(2):
            with pytest.raises(NoVerdictError, match=r"none\.yaml"):
                ask()
        assert counted() == 2
