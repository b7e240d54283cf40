"""The action's second step: what the base branch does not have yet, a policy or a recorded catalogue.

Both are to come from the base branch, so that no pull request softens its own gate. The pull request
that adds the policy would never have a verdict, so it is judged by what it adds, and every reader is
told. A catalogue is nothing that a reader could review, so that of a pull request is never asked: where
the base branch has none, nobody is, and what needs AWS is undetermined.

Both take proof: the directory named is a checkout of the base commit, as the event tells it, whose tree
has no such file, and the pull request's own commit has the policy. A file that is only changed, or that
something has taken away, is never replaced.
"""

import os
import shutil
from subprocess import DEVNULL, SubprocessError, run
from typing import NamedTuple

from runner import say, write_outputs

FILES = ("100644", "100755")
"""Modes in Git's trees of what is neither a link nor a directory."""


class NotAddedError(Exception):
    """Why the pull request's policy is not taken, or the base branch's catalogue is not missing."""


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
    """Write the outputs `policy` and `added`, and `catalog-missing`, where there is something to write."""
    os.chdir(os.environ["GITHUB_WORKSPACE"])
    base, policy, catalog, working = (
        os.environ[f"GATE_{name}"].strip()
        for name in ("BASE", "POLICY", "CATALOG", "WORKING_DIRECTORY")
    )
    if not base:
        return
    if policy and not os.path.lexists(wanted := _from(working, policy)):
        try:
            found = added(base, wanted, working)
        except NotAddedError as why:
            say("notice", f"{policy} is not there, and the pull request's own is not taken: {why}")
        else:
            shown = _from(working, found)
            text = f"the base branch has no policy: judged by {shown}, which this pull request adds"
            say("warning", text)
            write_outputs({"policy": found, "added": "true"})
    if catalog and not os.path.lexists(wanted := _from(working, catalog)):
        try:
            missing(base, wanted)
        except NotAddedError as why:
            say("notice", f"{catalog} is not there, and that is no base branch without one: {why}")
        else:
            write_outputs({"catalog-missing": "true"})


def _from(working: str, path: str) -> str:
    return os.path.normpath(os.path.join(working, path))


def missing(base: str, wanted: str) -> str:
    """The path of a file, from the top, that the base commit does not have. Raises `NotAddedError`."""
    folder = os.path.dirname(wanted) or "."
    while not os.path.isdir(folder):
        folder = os.path.dirname(folder) or "."
    before = _checkout(folder)
    if before.commit != base:
        raise NotAddedError(f"{folder} is no checkout of the base commit {base}")
    path = before.prefix + os.path.relpath(wanted, folder).replace(os.sep, "/")
    if before.entry(path):
        raise NotAddedError("the base commit has it, and something has taken it away since")
    return path


def added(base: str, wanted: str, working: str) -> str:
    """The policy that the pull request adds, from the working directory on. Raises `NotAddedError`."""
    path = missing(base, wanted)
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
