"""The action's second step: find out whether the base branch lacks a policy or a recorded catalogue.

Both should come from the base branch, so that a pull request cannot soften its own gate. A pull request
that adds the first policy would then never get a verdict, so it is judged by the policy that it adds, and
the annotation, the summary and the comment say so. Reviewers cannot check a catalogue, so one that a pull
request adds is never used: if the base branch has none, images are not looked up, and whatever needs AWS
is undetermined.

Both cases need proof: the named directory is a checkout of the base commit that the event names, that
commit's tree has no such file, and (for a policy) the pull request's own commit has it. A file that was
only changed, or that was removed from the checkout, is never replaced.
"""

import os
import shutil
from subprocess import DEVNULL, SubprocessError, run
from typing import NamedTuple

from runner import say, write_outputs

FILES = ("100644", "100755")
"""The modes of regular files in a Git tree: neither links nor directories."""


class NotAddedError(Exception):
    """The file is not proven to be missing on the base branch or, for a policy, to be added."""


class Checkout(NamedTuple):
    """A directory in a Git work tree."""

    folder: str
    commit: str
    prefix: str
    """The path from the top of the work tree to the directory; empty, or ends in a slash."""

    def entry(self, path: str) -> list[str]:
        """Return mode, type and object id of a path from the top; empty if not in the commit."""
        listed = _git(self.folder, "ls-tree", "-z", "--full-tree", self.commit, "--", path)
        return listed.partition("\t")[0].split()


def main() -> None:
    """Write the outputs `policy` and `added`, and `catalog-missing`, each if it applies."""
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
            say(
                "notice",
                f"{policy} does not exist, and the pull request's own policy is not used: {why}",
            )
        else:
            shown = _from(working, found)
            text = f"the base branch has no policy: judged by {shown}, which this pull request adds"
            say("warning", text)
            write_outputs({"policy": found, "added": "true"})
    if catalog and not os.path.lexists(wanted := _from(working, catalog)):
        try:
            missing(base, wanted)
        except NotAddedError as why:
            text = (
                f"{catalog} does not exist, but that does not prove that the base branch has none"
            )
            say("notice", f"{text}: {why}")
        else:
            write_outputs({"catalog-missing": "true"})


def _from(working: str, path: str) -> str:
    return os.path.normpath(os.path.join(working, path))


def missing(base: str, wanted: str) -> str:
    """Return a file's path from the top, if the base commit lacks it. Raises `NotAddedError`."""
    folder = os.path.dirname(wanted) or "."
    while not os.path.isdir(folder):
        folder = os.path.dirname(folder) or "."
    before = _checkout(folder)
    if before.commit != base:
        raise NotAddedError(f"{folder} is not a checkout of the base commit {base}")
    path = before.prefix + os.path.relpath(wanted, folder).replace(os.sep, "/")
    if before.entry(path):
        raise NotAddedError("the base commit has it, but it was removed from the checkout")
    return path


def added(base: str, wanted: str, working: str) -> str:
    """Return the path of the added policy, from `working`. Raises `NotAddedError`."""
    path = missing(base, wanted)
    after = _checkout(working)
    here = os.path.normpath(_git(working, "rev-parse", "--show-cdup") or ".")
    found = os.path.join(here, path)
    entry = after.entry(path)
    if after.commit == base or len(entry) != 3 or entry[0] not in FILES:
        raise NotAddedError(f"the commit that is checked out adds no file {path}")
    # The `./` keeps the name from being an option; filters could come from the work tree's settings.
    if _git(working, "hash-object", "--no-filters", "--", os.path.join(".", found)) != entry[2]:
        raise NotAddedError(f"{path} differs from the commit that is checked out")
    return found


def _checkout(folder: str) -> Checkout:
    commit = _git(folder, "rev-parse", "--verify", "HEAD^{commit}")
    return Checkout(folder, commit, _git(folder, "rev-parse", "--show-prefix"))


def _git(folder: str, *arguments: str) -> str:
    """Run Git without variables that point to another repository, and return its output."""
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
