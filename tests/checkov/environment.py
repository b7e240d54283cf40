"""checkov's own virtual environment, made once a machine: `python -m tests.checkov.environment`.

`CHECKOV_TEST_VENV` names it, if it shall not stand beside `.venv`. What is installed is what
constraints.txt says, from whatever index pip is configured with.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CONSTRAINTS = Path(__file__).with_name("constraints.txt")
CHECKOV = "checkov==3.3.30"
SECONDS = 900


class MissingError(Exception):
    """There is no checkov on this machine, and none can be had."""


def locate() -> Path:
    """The directory of its commands; made where it is not there. Raises `MissingError`."""
    folder = Path(os.environ.get("CHECKOV_TEST_VENV") or ROOT / ".venv-checkov")
    folder.mkdir(exist_ok=True)
    (folder / ".gitignore").write_text("*\n")
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the workers of one test run
        wanted = hashlib.sha256(CONSTRAINTS.read_bytes()).hexdigest()
        ready = folder / "ready"
        if not ready.exists() or ready.read_text() != wanted:
            _install(folder)
            ready.write_text(wanted)
    return folder / "bin"


def _install(folder: Path) -> None:
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    pip += ["--retries", "1", "--timeout", "15"]
    for command in (
        [sys.executable, "-m", "venv", str(folder)],
        [*pip, "--disable-pip-version-check", "--constraint", str(CONSTRAINTS), CHECKOV],
    ):
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=SECONDS, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise MissingError(str(error)) from error
        if done.returncode:
            raise MissingError(f"{CHECKOV}: {done.stderr.strip().rpartition(chr(10))[2]}")


if __name__ == "__main__":
    print(locate())
