"""The action's second step: by which policy is judged where the base branch has none yet.

A policy is to come from the base branch, so that no pull request softens its own gate. The pull request
that adds it would never have a verdict, so it is judged by what it adds, and every reader is told. That
takes proof: the directory named is a checkout of the base commit, as the event tells it, whose tree has
no such file, and the pull request's own commit has it. A policy that is only changed is never taken.
"""

import os
import secrets
import shutil
import sys
from subprocess import DEVNULL, SubprocessError, run
from typing import NamedTuple

FILES = ("100644", "100755")
"""Modes in Git's trees of what is neither a link nor a directory."""


class NotAddedError(Exception):
    """Why the pull request's policy is not taken."""


class Checkout(NamedTuple):
    """A directory in a work tree of Git."""

    folder: str
    commit: str
    prefix: str
    """From the top of the work tree to the directory; empty, or ends in a slash."""

    def entry(self, path: str) -> list[str]:
        """Mode, kind and object of a path, from the top, in the commit; nothing where it has none."""
        listed = _git(self.folder, "ls-tree", "-z", "--full-tree", self.commit, "--", path)
        return listed.partition("\t")[0].split()


def main() -> None:
    """Write the outputs `policy` and `added`, where there is something to write."""
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    os.chdir(os.environ["GITHUB_WORKSPACE"])
    base, policy, working = (
        os.environ[name].strip() for name in ("GATE_BASE", "GATE_POLICY", "GATE_WORKING_DIRECTORY")
    )
    wanted = os.path.normpath(os.path.join(working, policy))
    if not base or not policy or os.path.lexists(wanted):
        return
    try:
        found = added(base, wanted, working)
    except NotAddedError as why:
        say("notice", f"{policy} is not there, and the pull request's own is not taken: {why}")
        return
    shown = os.path.normpath(os.path.join(working, found))
    say(
        "warning", f"the base branch has no policy: judged by {shown}, which this pull request adds"
    )
    _write_output("policy", found)


def added(base: str, wanted: str, working: str) -> str:
    """The policy that the pull request adds, from the working directory on. Raises `NotAddedError`."""
    folder = os.path.dirname(wanted) or "."
    while not os.path.isdir(folder):
        folder = os.path.dirname(folder) or "."
    before = _checkout(folder)
    if before.commit != base:
        raise NotAddedError(f"{folder} is no checkout of the base commit {base}")
    path = before.prefix + os.path.relpath(wanted, folder).replace(os.sep, "/")
    if before.entry(path):
        raise NotAddedError("the base commit has it, and something has taken it away since")
    after = _checkout(working)
    here = os.path.normpath(_git(working, "rev-parse", "--show-cdup") or ".")
    found = os.path.join(here, path)
    entry = after.entry(path)
    if after.commit == base or len(entry) != 3 or entry[0] not in FILES:
        raise NotAddedError(f"no {path} is in the commit that is checked out")
    # By a name that `-` cannot begin; without filters, which the work tree's settings could name.
    if _git(working, "hash-object", "--no-filters", "--", os.path.join(".", found)) != entry[2]:
        raise NotAddedError(f"{path} is not as it is in the commit that is checked out")
    return found


def _checkout(folder: str) -> Checkout:
    commit = _git(folder, "rev-parse", "--verify", "HEAD^{commit}")
    return Checkout(folder, commit, _git(folder, "rev-parse", "--show-prefix"))


def _git(folder: str, *arguments: str) -> str:
    """What Git prints, without variables that send it to another repository."""
    environment = {k: text for k, text in os.environ.items() if not k.startswith("GIT_")}
    git = shutil.which("git")
    if git is None:
        raise NotAddedError("there is no git on PATH")
    try:
        done = run(
            [git, "-C", folder, *arguments],
            env=environment,
            stdin=DEVNULL,
            capture_output=True,
            check=False,
            timeout=60,
        )
    except (OSError, SubprocessError) as error:
        raise NotAddedError(f"git cannot be run: {error}") from error
    if done.returncode:
        told = done.stderr.decode("utf-8", "backslashreplace").strip()
        raise NotAddedError(f"git {arguments[0]} in {folder}: {told}")
    return done.stdout.decode("utf-8", "surrogateescape").rstrip("\n")


def _write_output(name: str, value: str) -> None:
    end = secrets.token_hex(32)
    with open(os.environ["GITHUB_OUTPUT"], "a", encoding="utf-8", newline="\n") as file:
        file.write(f"{name}<<{end}\n{value}\n{end}\nadded=true\n")


def say(level: str, text: str) -> None:
    """An annotation of no file, which text cannot get out of."""
    escaped = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    print(f"::{level} title=assay::{escaped}", flush=True)


if __name__ == "__main__":
    main()
