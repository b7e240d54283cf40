"""Programs and terminal prompts outside this process that botocore needs for credentials.

botocore waits for both indefinitely. Here they end with the run, and the echo of a terminal that
was prompting is turned on again.

Facts: botocore's module `credentials` (`ProcessProvider`, `AssumeRoleProvider`, the builder of the
providers of a source profile); Python's `getpass`, which turns the echo off.
"""

import getpass
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Lock
from typing import Any

GRACE = 0.5
"""Seconds between asking a process to end and killing it."""
_TERMINAL = "/dev/tty"
_MAKE = "_create_process_provider"


class CredentialProcesses:
    """The programs and prompts that are running to get credentials."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._running: list[subprocess.Popen[bytes]] = []
        self._terminals: dict[int, list[Any]] = {}
        self._over = False

    def take_over(self, resolver: Any) -> None:
        """Make a botocore `CredentialResolver` use `start` and `ask` of this object."""
        for provider in resolver.providers:
            self._replace(provider)
            builder = getattr(provider, "_profile_provider_builder", None)
            make = getattr(builder, _MAKE, None)
            if make is not None:
                setattr(builder, _MAKE, self._through(make))

    def _through(self, make: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *arguments, **named: self._replace(make(*arguments, **named))

    def _replace(self, provider: Any) -> Any:
        for name, ours in (("_popen", self.start), ("_prompter", self.ask)):
            if hasattr(provider, name):
                setattr(provider, name, ours)
        return provider

    def start(self, command: list[str], **how: Any) -> "subprocess.Popen[bytes]":
        """`subprocess.Popen`, in this process's group: the program may need to ask on the terminal."""
        with self._lock:
            if self._over:
                raise InterruptedError("the run has ended")
            process = subprocess.Popen(command, **how)  # noqa: S603  the user's own configuration
            self._running = [each for each in self._running if each.returncode is None]
            self._running.append(process)
        return process

    def ask(self, prompt: str) -> str:
        """Ask for a word that is not shown while it is typed, as `getpass` does."""
        with self._remembered():
            return getpass.getpass(prompt)

    def waited_for(self) -> str:
        """What is still missing, as words that start with a colon; empty if that is not known."""
        if self._terminals:
            return ": nobody typed the MFA code"
        running = any(each.returncode is None for each in self._running)
        return ": the credential_process has not ended" if running else ""

    def end(self) -> None:
        """End what is running, restore the terminal's echo, and refuse to start anything else."""
        with self._lock:
            self._over = True
            running, self._running = self._running, []
            terminals, self._terminals = self._terminals, {}
        for number, (terminal, as_it_was) in enumerate(terminals.items()):
            # The prompt was on the first terminal, and did not end its line.
            _restore(terminal, as_it_was, after=b"" if number else b"\n")
        _end([each.pid for each in running if each.poll() is None])

    @contextmanager
    def _remembered(self) -> Iterator[None]:
        """Remember the settings of the terminals that `getpass` may use."""
        before = dict(_terminals())
        with self._lock:
            self._terminals = before
        try:
            yield
        finally:
            with self._lock:
                left, self._terminals = self._terminals, {}
            for terminal in left:  # otherwise `end` closes them
                os.close(terminal)


def _terminals() -> Iterator[tuple[int, list[Any]]]:
    """The controlling terminal and that of standard input, if there are any, with their settings."""
    try:
        import termios
    except ImportError:  # Windows, where getpass does not turn off any echo
        return
    for name in (_TERMINAL, 0):
        with suppress(OSError):
            terminal = os.dup(name) if isinstance(name, int) else os.open(name, os.O_RDWR)
            try:
                yield terminal, termios.tcgetattr(terminal)
            except termios.error:  # not a terminal
                os.close(terminal)


def _restore(terminal: int, as_it_was: list[Any], after: bytes) -> None:
    import termios

    with suppress(OSError, termios.error):
        termios.tcsetattr(terminal, termios.TCSANOW, as_it_was)
        os.write(terminal, after)
    os.close(terminal)


def _end(pids: list[int]) -> None:
    """End processes and all their descendants, with SIGTERM first."""
    if not pids:
        return
    pids = _with_descendants(pids)
    for number in (signal.SIGTERM, signal.SIGKILL):
        alive = [pid for pid in pids if _tell(pid, number)]
        pause, waited = Event(), 0.0
        while number is signal.SIGTERM and waited < GRACE and any(_tell(pid, 0) for pid in alive):
            pause.wait(GRACE / 20)
            waited += GRACE / 20


def _tell(pid: int, number: int) -> bool:
    """Send a signal and return whether the process existed."""
    try:
        os.kill(pid, number)
    except OSError:
        return False
    return True


def _with_descendants(pids: list[int]) -> list[int]:
    children: dict[int, list[int]] = {}
    for pid, parent in _processes():
        children.setdefault(parent, []).append(pid)
    found = list(pids)
    for pid in found:  # grows during the loop
        found.extend(child for child in children.get(pid, ()) if child not in found)
    return found


def _processes() -> Iterator[tuple[int, int]]:
    """Every process with its parent."""
    seen = False
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError, ValueError, IndexError):  # a process that has just ended
            yield (
                int(path.parent.name),
                int(path.read_text("latin-1").rpartition(")")[2].split()[1]),
            )
            seen = True
    if seen:
        return
    with suppress(OSError, ValueError, subprocess.SubprocessError):
        ps = ["ps", "-A", "-o", "pid=", "-o", "ppid="]
        told = subprocess.run(  # noqa: S603
            ps, capture_output=True, check=True, timeout=GRACE
        ).stdout
        for line in told.splitlines():
            pid, parent = line.split()
            yield int(pid), int(parent)
