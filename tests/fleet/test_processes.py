"""An executor of processes with threads: what it answers, and how it ends."""

import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import BrokenExecutor, CancelledError, Future, wait
from pathlib import Path
from typing import Any

import pytest

from assay.errors import CatalogError
from assay.run.processes import Processes


def failing(what: str) -> None:
    raise CatalogError(what, hint="a cure") if what else LookupError("a secret")


def test_tasks_are_spread_over_processes_and_threads() -> None:
    with Processes(2, 3) as executor:
        found = [executor.submit(os.getpid) for _ in range(60)]
        processes = {each.result(60) for each in found}
        assert len(processes) == 2
        assert os.getpid() not in processes
        meeting = [executor.submit(_threads) for _ in range(6)]
        assert {each.result(60) for each in meeting} == {True}


def _threads() -> bool:
    return threading.current_thread() is not threading.main_thread()


def test_an_error_is_raised_where_the_task_was_given_and_what_may_not_travel_is_named_alone() -> (
    None
):
    with Processes(1, 1) as executor:
        with pytest.raises(CatalogError) as raised:
            executor.submit(failing, "nobody answers").result(60)
        assert str(raised.value) == "nobody answers; a cure"
        with pytest.raises(RuntimeError, match=r"^LookupError$"):
            executor.submit(failing, "").result(60)


def test_a_process_that_ends_costs_what_it_was_at_and_the_others_go_on() -> None:
    with Processes(2, 1) as executor:
        lost = executor.submit(os._exit, 1)
        rest = [executor.submit(abs, -each) for each in range(20)]
        with pytest.raises(BrokenExecutor):
            lost.result(60)
        assert [each.result(60) for each in rest] == list(range(20))
        last = executor.submit(os._exit, 1)
        with pytest.raises(BrokenExecutor):
            last.result(60)


def test_where_all_have_ended_nobody_waits_for_ever() -> None:
    with Processes(1, 1) as executor:
        lost: list[Future[Any]] = [executor.submit(os._exit, 1)]
        lost += [executor.submit(abs, -1) for _ in range(3)]
        done, waiting = wait(lost, 60)
        assert not waiting
        assert {type(each.exception()) for each in done} == {BrokenExecutor}
        with pytest.raises(BrokenExecutor):
            executor.submit(abs, -1).result(60)


def test_what_waits_when_it_is_shut_down_is_cancelled() -> None:
    executor = Processes(1, 1)
    waiting = [executor.submit(signal.pause) for _ in range(2)]
    executor.shutdown(wait=False)
    with pytest.raises(CancelledError):
        waiting[-1].result(60)


PARENT = """
import os, signal, threading
from assay.run.processes import Processes
if __name__ == "__main__":
    executor = Processes(2, 2)
    pids = {executor.submit(os.getpid).result() for _ in range(9)}
    for _ in range(4):
        executor.submit(signal.pause)
    print("at work", flush=True)
    threading.Event().wait()
"""


def test_processes_end_with_whoever_started_them(tmp_path: Path) -> None:
    """They hold the pipe to which they write: its end is theirs."""
    program = tmp_path / "parent.py"
    program.write_text(PARENT)
    with subprocess.Popen(
        [sys.executable, program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout
        assert parent.stdout.readline() == "at work\n"
        parent.kill()
        assert parent.communicate(timeout=60)[0] == ""
