"""The pull request that brings the first policy, and those that must not profit from that."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.action.branches import commit, git
from tests.action.demo import GOLDEN, HOME_MADE, with_plan
from tests.action.runner import Job, Runner

INPUTS = {
    "plan": "plan.json",
    "policy": ".base/assay.yaml",
    "catalog": "catalog.json",
    "version": "installed",
    "comment-file": "comment.md",
}
MARK = "**Judged by a policy that this pull request adds.**"
SOFT = """
exceptions:
  - match: {address: "aws_instance.*"}
    rules: [unmarked]
    reason: trust me
    approved_by: nobody
    expires: "2027-01-31"
"""
"""Behind the demo's policy; by that, the home-made image passes."""


def no_verdict(job: Job) -> bool:
    assert MARK not in job.summary
    assert "cannot be read" in job.said("error")[0]
    return (job.code, job.outputs["verdict"]) == (2, "error")


@pytest.mark.parametrize(("ami", "code"), [(GOLDEN, 0), (HOME_MADE, 1)])
def test_the_first_policy_judges_its_own_pull_request_and_everybody_is_told(
    pull_request: Callable[..., Runner], ami: str, code: int
) -> None:
    runner = pull_request(None, "")
    with_plan(runner, ami)
    job = runner.use(**INPUTS)
    assert job.code == code
    [told] = job.said("warning")
    assert told == (
        "the base branch has no policy: judged by assay.yaml, which this pull request adds"
    )
    comment = (runner.workspace / "comment.md").read_text(encoding="utf-8")
    assert job.summary == comment == Path(job.outputs["markdown-file"]).read_text(encoding="utf-8")
    first, heading, *rest = comment.splitlines()
    assert (first, heading[:3]) == ("<!-- assay:assay -->", "## ")
    assert "\n".join(rest).strip().startswith(f"> [!WARNING]\n> {MARK}")
    assert "policy: `assay.yaml (SHA-256" in comment


def test_a_policy_in_a_folder_that_the_base_branch_does_not_have(
    pull_request: Callable[..., Runner],
) -> None:
    runner = pull_request(None, "", "gates/prod/assay.yaml")
    with_plan(runner, GOLDEN, "gates/plan.json")
    shutil.copy(runner.workspace / "catalog.json", runner.workspace / "gates")
    inputs = {**INPUTS, "policy": "../.base/gates/prod/assay.yaml"}
    job = runner.use(**inputs, working_directory="gates")
    assert (job.code, job.outputs["verdict"]) == (0, "pass")
    assert "judged by gates/prod/assay.yaml" in job.said("warning")[0]
    assert MARK in job.summary


def test_a_policy_that_is_changed_is_judged_by_the_base_branchs(
    pull_request: Callable[..., Runner],
) -> None:
    runner = pull_request("", SOFT)
    with_plan(runner, HOME_MADE)
    assert runner.use(**{**INPUTS, "policy": "assay.yaml"}).code == 0, "or this would test nothing"
    job = runner.use(**INPUTS)
    assert (job.code, job.outputs["verdict"]) == (1, "fail")
    assert MARK not in job.summary
    assert not job.said("warning")


def test_without_a_pull_request_nothing_is_taken_in_its_place(
    pull_request: Callable[..., Runner],
) -> None:
    job = replace(pull_request(None, ""), base="").use(**INPUTS)
    assert no_verdict(job)
    assert not job.said("warning")


def _removed(workspace: Path) -> None:
    (workspace / ".base" / "assay.yaml").unlink()


def _no_checkout(workspace: Path) -> None:
    shutil.rmtree(workspace / ".base" / ".git")
    (workspace / ".base" / "assay.yaml").unlink(missing_ok=True)


def _another_commit(workspace: Path) -> None:
    (workspace / ".base" / "assay.yaml").unlink(missing_ok=True)
    commit(workspace / ".base", "without")


def _written_since(workspace: Path) -> None:
    with (workspace / "assay.yaml").open("a") as file:
        file.write(SOFT)


def _link(workspace: Path) -> None:
    (workspace / "assay.yaml").unlink()
    (workspace / "assay.yaml").symlink_to("policy.yaml")
    commit(workspace, "a link")


def _dangling(workspace: Path) -> None:
    (workspace / ".base" / "assay.yaml").symlink_to("nowhere")


def _unreadable(workspace: Path) -> None:
    shutil.rmtree(workspace / ".base" / ".git" / "objects")
    (workspace / ".base" / ".git" / "objects").mkdir()


@pytest.mark.parametrize(
    ("before", "after", "spoiled", "why"),
    [
        ("", "", _removed, "it was removed from the checkout"),
        ("", "", _no_checkout, "is not a checkout of the base commit"),
        (None, "", _no_checkout, "is not a checkout of the base commit"),
        ("", "", _another_commit, "is not a checkout of the base commit"),
        (None, "", _written_since, "assay.yaml differs from the commit that is checked out"),
        (None, "", _link, "the commit that is checked out adds no file assay.yaml"),
        (None, None, None, "the commit that is checked out adds no file assay.yaml"),
        (None, "", _unreadable, "git rev-parse in .base: "),
        (None, "", _dangling, ""),
    ],
)
def test_without_proof_that_the_base_branch_has_none_there_is_no_verdict(
    pull_request: Callable[..., Runner],
    before: str | None,
    after: str | None,
    spoiled: Callable[[Path], None] | None,
    why: str,
) -> None:
    runner = pull_request(before, after)
    with_plan(runner, GOLDEN)
    if spoiled is not None:
        spoiled(runner.workspace)
    job = runner.use(**INPUTS)
    assert no_verdict(job)
    told = [text for text in job.said("notice") if "is not used" in text]
    assert bool(told) is bool(why)
    assert all(why in text for text in told)


def test_variables_do_not_send_git_elsewhere(pull_request: Callable[..., Runner]) -> None:
    """An earlier step can have set them for this one."""
    runner = pull_request("", SOFT)
    (runner.workspace / ".base" / "assay.yaml").unlink()
    other = runner.temporary / "other"
    other.mkdir()
    git(other, "init", "--quiet")
    job = runner.use({"GIT_DIR": str(other / ".git")}, **INPUTS)
    assert no_verdict(job)
    assert any("it was removed from the checkout" in text for text in job.said("notice"))
