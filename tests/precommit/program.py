"""The real pre-commit, offline: it installs this working tree's hooks from wheels on this disk.

`make wheels` puts them into the virtual environment that the tests run in.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tests.command import Run

ROOT = Path(__file__).resolve().parents[2]
WHEELS = Path(sys.prefix, "wheels")
CONFIG = ".pre-commit-config.yaml"
SECONDS = 300
NOWHERE = "http://127.0.0.1:9"
"""Nothing listens there: whoever asks is told so at once."""


class MissingError(Exception):
    """Something that pre-commit needs is not on this machine."""


@dataclass(frozen=True, slots=True)
class PreCommit:
    """pre-commit with caches and a home of its own, and a git repository that holds the hooks."""

    hooks: Path
    rev: str
    environment: Mapping[str, str]

    def install(self) -> None:
        """What takes long: the environment that all hooks share. Raises `MissingError`."""
        if not any(WHEELS.glob("hatchling-*.whl")):
            raise MissingError(f"there are no wheels in {WHEELS} (`make wheels` puts them there)")
        scratch = self.repository(self.hooks.parent / f"first-{os.getpid()}")
        scratch.use({"id": "assay"})
        installed = scratch.pre_commit("install-hooks")
        assert installed.code == 0, installed.stdout + installed.stderr

    def repository(self, folder: Path) -> "Repository":
        """An empty git repository of somebody who uses the hooks."""
        folder.mkdir(exist_ok=True)
        repository = Repository(folder, self)
        repository.git("init", "--quiet", "--initial-branch=main")
        return repository


@dataclass(frozen=True, slots=True)
class Repository:
    """A git repository in which pre-commit runs."""

    folder: Path
    program: PreCommit

    def write(self, files: Mapping[str, str]) -> None:
        """Write files and stage them, ignored or not."""
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        self.git("add", "--force", "--", *files)

    def use(self, *hooks: Mapping[str, Any]) -> None:
        """Write and stage the configuration that asks for these hooks."""
        repo = {"repo": str(self.program.hooks), "rev": self.program.rev, "hooks": hooks}
        self.write({CONFIG: json.dumps({"repos": [repo]}, indent=2)})  # JSON is YAML, too

    def hooks_run(self, *arguments: str, env: Mapping[str, str] | None = None) -> Run:
        """`pre-commit run --all-files`, or what the arguments say instead."""
        return self.pre_commit("run", *(arguments or ("--all-files",)), env=env)

    def pre_commit(self, *arguments: str, env: Mapping[str, str] | None = None) -> Run:
        """`pre-commit ARGUMENTS`."""
        return self._run(sys.executable, "-m", "pre_commit", *arguments, env=env)

    def git(self, *arguments: str) -> str:
        """`git ARGUMENTS`, which must succeed."""
        done = self.tried("git", *arguments)
        assert done.code == 0, done.stdout + done.stderr
        return done.stdout

    def tried(self, *command: str) -> Run:
        """A command that may fail."""
        return self._run(*command, env=None)

    def _run(self, *command: str, env: Mapping[str, str] | None) -> Run:
        return _run(*command, cwd=self.folder, env={**self.program.environment, **(env or {})})


def locate(base: Path) -> PreCommit:
    """pre-commit and the hooks, both below `base`, which other processes may share.

    Raises `MissingError`.
    """
    if find_spec("pre_commit") is None:
        raise MissingError("it is not installed beside pytest")
    if shutil.which("git") is None:
        raise MissingError("there is no `git` on PATH")
    home = base / "pre-commit-home"
    home.mkdir(exist_ok=True)
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "PRE_COMMIT_HOME": str(home / "pre-commit"),
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_NO_COMPILE": "1",  # most of it never runs
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": WHEELS.as_uri(),
        "VIRTUALENV_NO_PERIODIC_UPDATE": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "AWS_EC2_METADATA_SERVICE_ENDPOINT": NOWHERE,
        **{
            f"GIT_{who}_{what}": value
            for who in ("AUTHOR", "COMMITTER")
            for what, value in {
                "NAME": "tester",
                "EMAIL": "tester@example.com",
                "DATE": "2026-11-21T00:00:00Z",
            }.items()
        },
    }
    hooks = base / "hooks"
    if not hooks.exists():
        _publish(base / f"hooks-{os.getpid()}", hooks, environment)
    rev = _git("rev-parse", "HEAD", cwd=hooks, env=environment).strip()
    return PreCommit(hooks, rev, environment)


def _publish(folder: Path, place: Path, environment: Mapping[str, str]) -> None:
    """Commit the files of this working tree, also those that nobody committed yet, in `place`."""
    listed = _git(
        "-c", f"safe.directory={ROOT}",
        "ls-files", "-z", "--cached", "--others", "--exclude-standard",
        cwd=ROOT, env=environment,
    )  # fmt: skip
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():  # and not deleted meanwhile
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    for arguments in (
        ("init", "--quiet", "--initial-branch=main"),
        ("add", "--all", "--force"),
        ("commit", "--quiet", "--message=hooks"),
    ):
        _git(*arguments, cwd=folder, env=environment)
    try:
        folder.rename(place)
    except OSError:  # another process was faster
        shutil.rmtree(folder)


def _git(*arguments: str, cwd: Path, env: Mapping[str, str]) -> str:
    done = _run("git", *arguments, cwd=cwd, env=env)
    if done.code:
        raise MissingError(f"git {arguments[0]} in {cwd}: {done.stderr.strip()}")
    return done.stdout


def _run(*command: str, cwd: Path, env: Mapping[str, str]) -> Run:
    done = subprocess.run(
        command,
        cwd=cwd,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=SECONDS,
    )
    return Run(done.returncode, done.stdout.decode(), done.stderr.decode())
