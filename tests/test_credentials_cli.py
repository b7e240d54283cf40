"""Credentials that somebody has to be waited for: a program, or a person at a terminal."""

import json
import os
import pty
import signal
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests import command
from tests.command import INTERRUPTIBLE, POLICY, talking_to
from tests.emulator import Server, access_key
from tests.plans import dump, instance, plan
from tests.worlds import PIPELINE, REGION, WORKLOAD, GoldenWorld

PATIENCE = 30
"""Seconds after which a test gives up; nothing here takes longer than a few."""
KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")


@pytest.fixture
def here(tmp_path: Path, golden: GoldenWorld) -> Path:
    (tmp_path / "assay.yaml").write_text(POLICY)
    (tmp_path / "plan.json").write_bytes(dump(plan(instance("aws_instance.a", golden.golden))))
    return tmp_path


def environment(here: Path, server: Server, config: str) -> dict[str, str]:
    """With a configuration of AWS, and no other credentials."""
    (here / "config").write_text(config)
    scrubbed = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    told = {name: value for name, value in talking_to(server.url, "").items() if name not in KEYS}
    more = {"AWS_CONFIG_FILE": "config", "AWS_EC2_METADATA_DISABLED": "true"}
    return {**scrubbed, **told, **more, "ASSAY_CACHE_DIR": str(here / "cache")}


def program(here: Path, text: str) -> str:
    """A program that hands out credentials, as a configuration names it."""
    (here / "program").write_text(f"#!/bin/sh\n{text}\n")
    (here / "program").chmod(0o700)
    return str(here / "program")


WAITS = "sleep 600 & echo $$ $! >pids.new; mv pids.new pids; wait"
STUBBORN = f"trap '' TERM INT; {WAITS}; {WAITS}"


def profile(program: str) -> str:
    return f"[default]\ncredential_process = {program}\n"


def role_of_profile(program: str) -> str:
    role = f"role_arn = arn:aws:iam::{WORKLOAD}:role/reader\nsource_profile = source\n"
    return f"[default]\n{role}region = {REGION}\n[profile source]\ncredential_process = {program}\n"


def becomes(so: Callable[[], object]) -> None:
    """It is so before long."""
    end, pause = time.monotonic() + PATIENCE, threading.Event()
    while not so():
        assert time.monotonic() < end
        pause.wait(0.01)


def alive(pid: int) -> bool:
    """Whether a process is there and more than a name that nobody has taken off the list."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state not in "ZX"


needs_proc = pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="NOT TESTED: there is no /proc"
)


def left_behind(here: Path) -> list[int]:
    pids = [int(word) for word in (here / "pids").read_text().split()]
    assert len(pids) == 2
    return [pid for pid in pids if alive(pid)]


# ----------------------------------------------------------------------------- a program


@needs_proc
@pytest.mark.parametrize(("config", "does"), [(profile, STUBBORN), (role_of_profile, WAITS)])
def test_a_program_that_does_not_end_is_not_waited_for(
    here: Path, server: Server, config: Callable[[str], str], does: str
) -> None:
    variables = environment(here, server, config(program(here, does)))
    began = time.monotonic()
    run = command.assay("check", "plan.json", "--timeout", "3", cwd=here, env=variables)
    assert time.monotonic() - began < PATIENCE
    assert (run.code, run.stdout) == (2, "")
    assert run.stderr == (
        "assay: no AWS credentials within the time limit of 3 s: the credential_process has not "
        "ended; allow more time with --timeout\n"
    )
    assert left_behind(here) == []
    assert server.requests == []


@needs_proc
@pytest.mark.parametrize(
    "line",
    [
        ("record", "plan.json", "-o", "c.json"),
        ("trace", "ami-0123456789abcdef0", "--region", REGION),
        ("doctor", "--region", REGION),
    ],
    ids=lambda line: line[0],
)
def test_neither_is_it_by_other_commands(here: Path, server: Server, line: tuple[str, ...]) -> None:
    variables = environment(here, server, profile(program(here, WAITS)))
    run = command.assay(*line, "--timeout", "3", cwd=here, env=variables)
    assert run.code == 2
    assert "no AWS credentials within the time limit of 3 s" in run.stdout + run.stderr
    assert left_behind(here) == []
    assert not (here / "c.json").exists()


@needs_proc
@pytest.mark.parametrize("does", [WAITS, STUBBORN], ids=["waits", "stubborn"])
def test_an_interrupt_ends_at_once_and_leaves_nobody_behind(
    here: Path, server: Server, does: str
) -> None:
    variables = environment(here, server, profile(program(here, does)))
    running = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTIBLE, "check", "plan.json"],
        cwd=here,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    becomes((here / "pids").exists)
    running.send_signal(signal.SIGINT)
    began = time.monotonic()
    stdout, stderr = running.communicate(timeout=PATIENCE)
    assert time.monotonic() - began < PATIENCE
    assert (running.returncode, stdout) == (2, b"")
    assert stderr.decode().split("\n")[-2] == "assay: interrupted"
    assert left_behind(here) == []


def test_a_program_that_takes_its_time_is_waited_for(here: Path, server: Server) -> None:
    keys = {"Version": 1, "AccessKeyId": access_key(WORKLOAD), "SecretAccessKey": "x"}
    does = f"sleep 1; echo '{json.dumps(keys)}'"
    variables = environment(here, server, profile(program(here, does)))
    run = command.assay("check", "plan.json", cwd=here, env=variables)
    assert (run.code, run.stderr) == (0, "")


@needs_proc
def test_a_program_that_waits_once_credentials_are_renewed_costs_answers_alone(
    here: Path, server: Server
) -> None:
    """Those that soon expire are renewed while AWS is asked."""
    soon = (datetime.now(UTC) + timedelta(minutes=5)).isoformat()
    keys = {"Version": 1, "AccessKeyId": access_key(WORKLOAD), "SecretAccessKey": "x"}
    document = json.dumps(keys | {"SessionToken": "x", "Expiration": soon})
    does = f"echo . >>asked; [ $(wc -l <asked) -gt 2 ] || exec echo '{document}'; {WAITS}"
    variables = environment(here, server, profile(program(here, does)))
    run = command.assay("check", "plan.json", "--timeout", "4", cwd=here, env=variables)
    assert run.code == 3
    assert "AWS did not answer within the time limit of 4 s" in run.stdout
    assert left_behind(here) == []


@pytest.mark.parametrize(
    ("does", "why"),
    [
        ("exit 3", "CredentialRetrievalError"),
        ("echo s3cr3t", "JSONDecodeError"),
        ("echo '{}'", "CredentialRetrievalError"),
        ('echo \'{"Version": 1, "AccessKeyId": "s3cr3t"}\'', "CredentialRetrievalError"),
        ("echo 's3cr3t' >&2; kill -9 $$", "CredentialRetrievalError"),
        ("rm program; exec ./none", "CredentialRetrievalError"),
    ],
)
def test_a_program_without_credentials_is_one_line(
    here: Path, server: Server, does: str, why: str
) -> None:
    variables = environment(here, server, profile(program(here, does)))
    run = command.assay("check", "plan.json", cwd=here, env=variables)
    assert (run.code, run.stdout) == (2, "")
    assert run.stderr.startswith(f"assay: no usable AWS credentials ({why}); ")
    assert len(run.stderr.splitlines()) == 1
    assert "s3cr3t" not in run.stderr


def test_a_program_that_is_not_there_is_one_line(here: Path, server: Server) -> None:
    variables = environment(here, server, profile("./none"))
    run = command.assay("check", "plan.json", cwd=here, env=variables)
    assert (run.code, run.stdout) == (2, "")
    assert run.stderr.startswith("assay: no usable AWS credentials (FileNotFoundError); ")


# ------------------------------------------------------------------------------ a person

MFA = f"""\
[default]
region = {REGION}
role_arn = arn:aws:iam::{WORKLOAD}:role/reader
source_profile = person
mfa_serial = arn:aws:iam::{PIPELINE}:mfa/person
[profile person]
aws_access_key_id = {access_key(PIPELINE)}
aws_secret_access_key = x
"""


ON_A_TERMINAL = """
import fcntl, os, signal, sys, termios
signal.signal(signal.SIGINT, signal.SIG_DFL)  # which whoever runs the tests may ignore
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.executable, [sys.executable, "-m", "assay", *sys.argv[1:]])
"""
PROMPT = b"Enter MFA code for arn:aws:iam::111122223333:mfa/person: "


class Terminal:
    """A terminal on which assay runs, and what it showed."""

    def __init__(self, here: Path, variables: dict[str, str], *arguments: str) -> None:
        self.side, self._held = pty.openpty()  # its settings are gone with the last who has it open
        os.set_blocking(self.side, False)
        self._assay = subprocess.Popen(
            [sys.executable, "-c", ON_A_TERMINAL, "check", "plan.json", *arguments],
            cwd=here,
            env=variables,
            stdin=self._held,
            stdout=self._held,
            stderr=self._held,
            start_new_session=True,
        )
        self.shown = b""

    def asks(self) -> None:
        """Once it asks and shows nothing that is typed, which it forgets what was typed before."""
        becomes(lambda: PROMPT in self._seen() and not self.echoes())

    def _seen(self) -> bytes:
        with suppress(BlockingIOError):
            self.shown += os.read(self.side, 4096)
        return self.shown

    def echoes(self) -> bool:
        return bool(termios.tcgetattr(self._held)[3] & termios.ECHO)

    def type(self, keys: bytes) -> None:
        os.write(self.side, keys)

    def ends(self) -> int:
        """The exit code, once it has ended."""
        becomes(lambda: bool(self._seen()) and self._assay.poll() is not None)
        while len(self.shown) != len(self._seen()):
            pass
        return self._assay.returncode

    def close(self) -> None:
        self._assay.kill()
        self._assay.wait()
        os.close(self._held)
        os.close(self.side)


@pytest.fixture
def asked(here: Path, server: Server) -> Iterator[Callable[..., Terminal]]:
    """Runs that ask for a code, each on a terminal of its own."""
    opened: list[Terminal] = []

    def run(*arguments: str) -> Terminal:
        opened.append(Terminal(here, environment(here, server, MFA), *arguments))
        assert opened[-1].echoes()
        opened[-1].asks()
        return opened[-1]

    yield run
    for terminal in opened:
        terminal.close()


def test_a_code_is_asked_for_once_and_not_shown(
    asked: Callable[..., Terminal], server: Server
) -> None:
    terminal = asked()
    terminal.type(b"123456\n")
    assert terminal.ends() == 0
    assert terminal.shown.count(PROMPT) == 1
    assert b"123456" not in terminal.shown
    assert terminal.echoes()
    (assumed,) = server.calls("AssumeRole")
    assert assumed.params["TokenCode"] == "123456"


def test_an_interrupt_at_the_prompt_leaves_a_terminal_that_echoes(
    asked: Callable[..., Terminal], server: Server
) -> None:
    terminal = asked()
    terminal.type(b"12\x03")
    assert terminal.ends() == 2
    assert terminal.echoes()
    assert b"12" not in terminal.shown.replace(PROMPT, b"")
    assert terminal.shown.split(b"\r\n")[-2] == b"assay: interrupted"
    assert server.requests == []


def test_a_prompt_that_nobody_answers_ends_with_the_time_and_leaves_a_terminal_that_echoes(
    asked: Callable[..., Terminal], server: Server
) -> None:
    """It outlasts the second after which a person would be told how far assay is."""
    terminal = asked("--timeout", "5")
    assert terminal.ends() == 2
    assert terminal.echoes()
    prompt, last = terminal.shown.splitlines()
    assert prompt == PROMPT
    assert last == (
        b"assay: no AWS credentials within the time limit of 5 s: nobody typed the MFA code; "
        b"allow more time with --timeout"
    )
    assert server.requests == []
