"""Places whose Allowed AMIs hides images of others: what was read there is evidence, and what is hidden never passes."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import command
from tests.command import Run, talking_to
from tests.emulator import serve
from tests.fleet.test_audit import assert_valid, outcomes
from tests.fleet.test_inventory import BOTH, CI, POLICY, TEAM, Faulty
from tests.fleet.test_inventory import _faults as _faults  # noqa: PLC0414
from tests.worlds import PIPELINE, REGION, STRANGER, WORKLOAD, GoldenWorld

NIGHT, BEFORE = "2026-11-29", "2026-11-28"
AS_OF = ("--as-of", NIGHT)
LIVE = ("audit", "live", "--accounts", "accounts", *BOTH, *AS_OF)
FILTERED = f"{WORKLOAD}/{REGION} (filtered), {TEAM}/{REGION} (filtered)"
Ask = Callable[..., Run]


class Estate(GoldenWorld):
    """Two accounts where Allowed AMIs admits images with a golden mark and nothing else."""

    def __init__(self) -> None:
        super().__init__()
        for instance in self.world.instances.values():
            instance.state = "terminated"  # the pipeline's builder
        self.used = self.copy()
        self.instance = self.world.run_instance(WORKLOAD, REGION, self.used)
        self.world.share(self.golden, REGION, TEAM)
        self.world.create_launch_template(TEAM, REGION, "golden", self.golden)
        self.theirs = self.home_made(STRANGER)
        self.world.share(self.theirs, REGION, WORKLOAD)

    def enforce(self, key: str = f"{PIPELINE}:golden-*") -> None:
        criteria = [{"ImageWatermarks": [{"WatermarkKey": key}]}]
        for account in (WORKLOAD, TEAM):
            self.world.allowed_images(account, REGION, "enabled", criteria)


@pytest.fixture(name="estate")
def _estate() -> Estate:
    return Estate()


@pytest.fixture(name="ask")
def _ask(estate: Estate, faults: Faulty, tmp_path: Path) -> Iterator[Ask]:
    (tmp_path / "assay.yaml").write_text(POLICY)
    (tmp_path / "accounts").write_text(f"{PIPELINE}\n{WORKLOAD}\n{TEAM}\n")
    with serve(estate.world, faults) as server:

        def ask(*arguments: str) -> Run:
            cache = {"ASSAY_CACHE_DIR": str(tmp_path / "cache")}
            environment = {**talking_to(server.url, CI), **cache}
            return command.assay(*arguments, cwd=tmp_path, env=environment)

        yield ask


def take(ask: Ask, night: str = NIGHT) -> Run:
    return ask("inventory", "--accounts", "accounts", *BOTH, "--as-of", night)


GOOD = {("template/golden:1", "image_id"): "pass"}


def test_an_estate_that_enforces_allowed_amis_passes_its_audit(estate: Estate, ask: Ask) -> None:
    """Its own images and what runs there nobody hides."""
    estate.enforce()
    taken = take(ask)
    assert taken.code == 3  # a list of images that others share is not whole, and it was wanted
    assert f"not seen: {WORKLOAD}/{REGION}: filtered: Allowed AMIs is enabled" in taken.stdout
    for arguments in (("audit",), LIVE):
        run = ask(*arguments, "--format", "json")
        assert outcomes(run) == {(estate.instance, "ami"): "pass", **GOOD}, run.stdout
        assert run.code == 0, run.stderr
        assert_valid(run)
        states = [each["state"] for each in run.report["places"]]
        assert sorted(states) == ["filtered", "filtered", "seen", "seen", "seen", "seen"]
        text = ask(*arguments).stdout
        assert "places seen: 6 of 6\n" in text
        assert f"seen as far as the verdicts need them: {FILTERED}" in text


def test_what_runs_on_a_hidden_image_is_judged_by_what_its_instance_tells(
    estate: Estate, ask: Ask
) -> None:
    bad = estate.world.run_instance(WORKLOAD, REGION, estate.theirs)
    good = estate.world.run_instance(TEAM, REGION, estate.golden)
    estate.enforce("123456789012:other")
    assert take(ask).code == 3
    for arguments in (("audit",), LIVE):
        run = ask(*arguments, "--format", "json")
        found = outcomes(run)
        assert (found[bad, "ami"], found[good, "ami"]) == ("fail", "pass")
        assert run.code == 1


def test_what_would_launch_a_hidden_image_is_undetermined_and_nothing_else_is(
    estate: Estate, ask: Ask
) -> None:
    """One that is golden, too: what the account is not shown, nobody has seen there."""
    world = estate.world
    world.create_launch_template(WORKLOAD, REGION, "theirs", estate.theirs)
    estate.enforce("123456789012:other")
    assert take(ask).code == 3
    expected = {
        (estate.instance, "ami"): "pass",
        ("template/theirs:1", "image_id"): "undetermined",
        ("template/golden:1", "image_id"): "undetermined",
    }
    for arguments in (("audit",), LIVE):
        run = ask(*arguments, "--format", "json")
        assert run.code == 3, run.stderr
        assert outcomes(run) == expected
        told = {each["address"]: json.dumps(each["results"]) for each in run.report["verdicts"]}
        for template in ("template/theirs:1", "template/golden:1"):
            assert "Allowed AMIs" in told[template]
            assert "enabled" in told[template]


@pytest.mark.parametrize(
    ("operation", "exit_code"),
    [
        ("GetAllowedImagesSettings", 0),  # whether images are hidden is not known
        ("ListImageRecipes", 0),  # no policy judges these unless it names their kind
        ("DescribeImageUsageReports", 0),
        ("DescribeInstanceImageMetadata", 3),
        ("DescribeLaunchTemplates", 3),
        ("DescribeAutoScalingGroups", 3),
        ("DescribeLaunchConfigurations", 3),
        ("DescribeParameters", 3),
    ],
)
def test_a_list_that_no_verdict_needs_costs_none(
    estate: Estate, ask: Ask, operation: str, exit_code: int
) -> None:
    estate.world.deny(WORKLOAD, operation)
    assert take(ask).code == 3
    for arguments in (("audit",), LIVE):
        run = ask(*arguments, "--format", "json")
        assert run.code == exit_code, (run.stdout, run.stderr)
        place = outcomes(run).get((f"({WORKLOAD}/{REGION})", "uses"))
        assert place == ("undetermined" if exit_code else None)


def test_recipes_count_where_the_policy_judges_them(
    estate: Estate, ask: Ask, tmp_path: Path
) -> None:
    (tmp_path / "assay.yaml").write_text(f"{POLICY}judge: [launch, template, alias, bake]\n")
    estate.world.deny(WORKLOAD, "ListImageRecipes")
    assert take(ask).code == 3
    assert ask("audit").code == 3


def test_where_nobody_tells_whether_images_are_hidden_a_hidden_one_is_undetermined(
    estate: Estate, ask: Ask
) -> None:
    estate.world.create_launch_template(WORKLOAD, REGION, "theirs", estate.theirs)
    estate.enforce()
    estate.world.deny(WORKLOAD, "GetAllowedImagesSettings")
    assert take(ask).code == 3
    run = ask("audit", "--format", "json")
    assert run.code == 3
    assert outcomes(run)["template/theirs:1", "image_id"] == "undetermined"
    assert "may be enabled there" in run.stdout


def test_an_own_list_that_was_cut_is_a_gap_though_the_rest_was_read(
    estate: Estate, ask: Ask, faults: Faulty
) -> None:
    """Of its images an earlier night is told: what they are now, nobody has read."""
    assert take(ask, BEFORE).code == 0
    estate.world.detach_watermark(WORKLOAD, REGION, estate.used, f"{PIPELINE}:golden-web")
    faults.denied.add((WORKLOAD, REGION))
    assert take(ask).code == 3
    run = ask("audit", "--format", "json")
    assert outcomes(run)[f"({WORKLOAD}/{REGION})", "uses"] == "undetermined"
    assert run.code == 3


def test_an_image_is_safe_to_deregister_where_others_enforce_allowed_amis(
    estate: Estate, ask: Ask
) -> None:
    world = estate.world
    plain, named, runs = (estate.home_made() for _ in range(3))
    world.share(named, REGION, TEAM)
    world.create_launch_template(TEAM, REGION, "hidden", named)  # which the team is not shown
    world.share(runs, REGION, TEAM)
    world.instances[world.run_instance(TEAM, REGION, runs)].state = "stopped"
    estate.enforce()
    night = ask("inventory", "--accounts", "accounts", *BOTH)
    assert night.code == 3
    run = ask("remediate", "--live", "--format", "json")
    found = {each["image_id"]: each for each in run.report["images"]}
    assert {id: found[id]["verdict"] for id in (plain, named, runs)} == {
        plain: "safe", named: "replace-first", runs: "in-use",
    }  # fmt: skip
    assert run.report["gaps"] == []
    assert run.code == 0, run.stderr
    assert "6 of 6 places seen" in ask("remediate", "--live").stdout
    world.deny(TEAM, "DescribeLaunchTemplates")
    assert ask("inventory", "--accounts", "accounts", *BOTH).code == 3
    again = ask("remediate", "--live", "--format", "json")
    assert {each["image_id"]: each["verdict"] for each in again.report["images"]}[plain] == (
        "cannot-say"
    )
    assert again.code == 3


def test_what_descends_is_told_whole_and_that_something_is_hidden_is_said(
    estate: Estate, ask: Ask
) -> None:
    estate.enforce()
    assert take(ask).code == 3
    run = ask("descendants", estate.golden)
    assert run.code == 0, run.stderr
    assert estate.used in run.stdout
    assert (
        f"note: Allowed AMIs hides images that others share in {WORKLOAD}/{REGION}, {TEAM}/{REGION}: "
        in run.stdout
    )
    estate.world.deny(TEAM, "DescribeLaunchTemplates")
    assert take(ask).code == 3
    assert ask("descendants", estate.golden).code == 3


def test_a_preview_of_an_estate_that_enforces_already_is_whole(estate: Estate, ask: Ask) -> None:
    estate.enforce()
    assert take(ask).code == 3
    run = ask("preview", *AS_OF)
    assert run.code == 0, run.stdout
    assert "6 of 6 places seen" in run.stdout
    estate.world.create_launch_template(WORKLOAD, REGION, "theirs", estate.theirs)
    assert take(ask).code == 3
    assert ask("preview", *AS_OF).code == 3  # of what it names, nobody is told whose it is


def test_two_nights_tell_of_own_images_and_instances_and_name_what_is_hidden(
    estate: Estate, ask: Ask
) -> None:
    estate.enforce()
    assert take(ask, BEFORE).code == 3
    estate.world.detach_watermark(WORKLOAD, REGION, estate.used, f"{PIPELINE}:golden-web")
    made = estate.home_made()
    runs = estate.world.run_instance(WORKLOAD, REGION, made)
    assert take(ask).code == 3
    run = ask("inventory", "diff", BEFORE, NIGHT, "--format", "json")
    found = {
        (each["image_id"], each["event"]): each["detail"] for each in run.report["differences"]
    }
    assert found == {
        (estate.used, "unmarked"): f"{PIPELINE}:golden-web",
        (made, "new"): "unknown",
        (made, "used"): f"unknown, first by {runs}",
    }
    assert run.code == 3
    assert {each["state"] for each in run.report["places"]} == {"filtered"}
