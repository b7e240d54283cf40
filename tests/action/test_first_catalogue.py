"""Pull requests to a base branch that has no recorded catalogue: nobody is asked, and nothing is believed."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.action.branches import commit
from tests.action.demo import GOLDEN, HOME_MADE, report, with_plan
from tests.action.runner import Job, Runner
from tests.action.test_first_policy import MARK as ADDED

INPUTS = {
    "plan": "plan.json",
    "policy": ".base/assay.yaml",
    "catalog": ".base/assay-catalog.json",
    "live": "off",
    "version": "installed",
    "comment-file": "comment.md",
}
MARK = "**Images were not looked up: the base branch has no recorded catalogue.**"
SAID = "the base branch has no .base/assay-catalog.json: images are not looked up"


def unasked(job: Job) -> bool:
    """Whether it is undetermined for want of a catalogue, and every reader is told."""
    assert report(job)["catalog"]["kind"] == "offline"
    comment = Path(job.outputs["markdown-file"]).read_text(encoding="utf-8")
    assert job.summary == comment
    first, heading, *rest = comment.splitlines()
    assert (first, heading[:3]) == ("<!-- assay:assay -->", "## ")
    assert any(line.startswith(f"> {MARK}") for line in rest)
    assert SAID in job.said("warning")
    return job.outputs["verdict"] == "undetermined"


@pytest.mark.parametrize("ami", [GOLDEN, HOME_MADE])
def test_what_needs_aws_is_undetermined_and_everybody_is_told(
    pull_request: Callable[..., Runner], ami: str
) -> None:
    runner = pull_request("", "")
    with_plan(runner, ami)
    job = runner.use(**INPUTS)
    assert unasked(job)
    assert (job.code, job.outputs["exit-code"]) == (3, "3")
    assert ADDED not in job.summary
    assert (runner.workspace / "comment.md").read_text(encoding="utf-8") == job.summary


def test_a_catalogue_of_the_pull_request_is_not_believed(
    pull_request: Callable[..., Runner],
) -> None:
    """Whoever writes it writes which images are golden."""
    runner = pull_request("", "")
    shutil.copy(runner.workspace / "catalog.json", runner.workspace / "assay-catalog.json")
    commit(runner.workspace, "a catalogue")
    with_plan(runner, GOLDEN)
    assert runner.use(**{**INPUTS, "catalog": "assay-catalog.json"}).code == 0, "a vain test"
    assert unasked(runner.use(**INPUTS))


def test_the_very_first_pull_request_has_neither_policy_nor_catalogue(
    pull_request: Callable[..., Runner],
) -> None:
    runner = pull_request(None, "")
    with_plan(runner, GOLDEN)
    job = runner.use(**INPUTS)
    assert unasked(job)
    assert job.summary.index(ADDED) < job.summary.index(MARK)
    assert any("judged by assay.yaml" in text for text in job.said("warning"))


def test_code_without_images_passes_without_a_catalogue(
    pull_request: Callable[..., Runner],
) -> None:
    runner = pull_request("", "")
    code = runner.workspace / "code"
    code.mkdir()
    (code / "main.tf").write_text('resource "aws_s3_bucket" "logs" {}\n')
    job = runner.use(**{**INPUTS, "plan": "", "paths": "code"})
    assert (job.code, job.outputs["verdict"]) == (0, "pass")
    assert MARK in job.summary


def test_a_job_that_asks_aws_needs_none(pull_request: Callable[..., Runner]) -> None:
    runner = pull_request("", "")
    with_plan(runner, GOLDEN)
    asked = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_MAX_ATTEMPTS": "1"}
    asked |= {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}
    job = runner.use(asked, **{**INPUTS, "live": "auto", "custom-endpoints": "true"})
    assert (job.code, job.outputs["verdict"]) == (3, "undetermined")
    assert report(job)["catalog"]["kind"] == "live"
    assert MARK not in job.summary
    assert SAID not in job.said("warning")


def _removed(workspace: Path) -> None:
    (workspace / ".base" / "assay-catalog.json").unlink()


def _no_checkout(workspace: Path) -> None:
    shutil.rmtree(workspace / ".base" / ".git")


def _another_commit(workspace: Path) -> None:
    commit(workspace / ".base", "another")


def _dangling(workspace: Path) -> None:
    (workspace / ".base" / "assay-catalog.json").symlink_to("nowhere")


@pytest.mark.parametrize(
    ("had", "spoiled", "why"),
    [
        (True, _removed, "it was removed from the checkout"),
        (False, _no_checkout, "is not a checkout of the base commit"),
        (False, _another_commit, "is not a checkout of the base commit"),
        (False, _dangling, ""),
    ],
)
def test_without_proof_that_the_base_branch_has_none_there_is_no_verdict(
    runner: Runner,
    pull_request: Callable[..., Runner],
    had: bool,
    spoiled: Callable[[Path], None],
    why: str,
) -> None:
    if had:
        shutil.copy(runner.workspace / "catalog.json", runner.workspace / "assay-catalog.json")
    made = pull_request("", "")
    with_plan(made, GOLDEN)
    if had:
        assert made.use(**INPUTS).code == 0, "a vain test"
    spoiled(made.workspace)
    job = made.use(**INPUTS)
    assert (job.code, job.outputs["verdict"]) == (2, "error")
    assert "assay-catalog.json: cannot be read" in job.said("error")[0]
    told = [
        text
        for text in job.said("notice")
        if "does not prove that the base branch has none" in text
    ]
    assert bool(told) is bool(why)
    assert all(why in text for text in told)


def test_without_a_pull_request_a_catalogue_that_is_not_there_is_an_error(
    pull_request: Callable[..., Runner],
) -> None:
    runner = replace(pull_request("", ""), base="")
    with_plan(runner, GOLDEN)
    job = runner.use(**INPUTS)
    assert (job.code, job.outputs["verdict"]) == (2, "error")
    assert MARK not in job.summary
