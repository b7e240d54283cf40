"""`assay suggest`: which golden image could stand where one does not pass, and what to write."""

import json
from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path

import pytest
from jsonschema import Draft7Validator, FormatChecker

from tests import command
from tests.command import Run, talking_to
from tests.emulator import Server, serve
from tests.fleet.test_inventory import POLICY, Faulty
from tests.fleet.test_inventory import _faults as _faults  # noqa: PLC0414
from tests.plans import dump, instance, plan
from tests.worlds import PIPELINE, REGION, STRANGER, WORKLOAD, GoldenWorld

TIME = "2026-11-28T00:00:00Z"
KEY = f"{PIPELINE}:golden-web"
Ask = Callable[..., Run]


class Estate(GoldenWorld):
    """Builds of the pipeline: each is marked, and shared with the workload account."""

    def build(self, name: str, mark: str = "golden-web", *, architecture: str = "x86_64") -> str:
        id = self.world.register_image(PIPELINE, REGION, name=name)
        self.world.image(REGION, id).architecture = architecture
        self.world.attach_watermark(PIPELINE, REGION, id, mark)
        self.world.share(id, REGION, WORKLOAD)
        return id


@pytest.fixture(name="estate")
def _estate() -> Estate:
    return Estate()


@pytest.fixture(name="server")
def _server(estate: Estate, faults: Faulty) -> Iterator[Server]:
    with serve(estate.world, faults) as server:
        yield server


@pytest.fixture(name="ask")
def _ask(server: Server, tmp_path: Path) -> Ask:
    (tmp_path / "assay.yaml").write_text(POLICY.replace("ancestry: agree", ""))
    cache = {"ASSAY_CACHE_DIR": str(tmp_path / "cache")}

    def ask(*arguments: str) -> Run:
        environment = {**talking_to(server.url, WORKLOAD), **cache}
        options = ("--as-of", TIME) if arguments[0] != "inventory" else ()
        run = command.assay(*arguments, *options, cwd=tmp_path, env=environment)
        if arguments[0] == "suggest" and "json" in arguments and run.stdout:
            schema = resources.files("assay.report.suggestion").joinpath("suggestion.schema.json")
            Draft7Validator(
                json.loads(schema.read_text()), format_checker=FormatChecker()
            ).validate(run.report)
        return run

    return ask


def take(ask: Ask, folder: Path) -> None:
    (folder / "accounts").write_text(f"{PIPELINE}\n{WORKLOAD}\n")
    run = ask("inventory", "--accounts", "accounts", "--region", REGION, "--as-of", "2026-11-28")
    assert run.code == 0, run.stderr


def suggested(run: Run) -> list[list[str]]:
    return [
        [each["image_id"] for each in answer["candidates"]] for answer in run.report["suggestions"]
    ]


@pytest.mark.parametrize("stored", [False, True])
def test_an_image_is_answered_with_the_newest_of_its_line(
    estate: Estate, ask: Ask, tmp_path: Path, stored: bool
) -> None:
    """It carries a mark of last year's, by a key without a number no line of another team."""
    old = estate.build("web-1", "golden-web-2025")
    estate.world.image(REGION, old).deprecation_time = estate.world.now()
    estate.build("web-2", "golden-web-2026")
    newest = estate.build("web-3", "golden-web-2026")
    other = estate.build("db-9", "golden-db")
    estate.world.run_instance(WORKLOAD, REGION, old)
    if stored:
        take(ask, tmp_path)
    where = ("--store", "inventory") if stored else ("--region", REGION)
    run = ask("suggest", old, *where, "--format", "json")
    assert run.code == 0, run.stderr
    assert suggested(run) == [[newest]]
    (answer,) = run.report["suggestions"]
    assert (answer["account"], answer["region"], answer["image_id"]) == (WORKLOAD, REGION, old)
    (found,) = answer["candidates"]
    assert found["watermark"] == f"{PIPELINE}:golden-web-2026"
    assert any("is of the same line" in each for each in found["reasons"])
    ways = {each["kind"]: each["text"] for each in answer["ways"]}
    assert ways["literal"] == f'ami = "{newest}"'
    assert 'name   = "image-watermark.watermark-key"' in ways["data-source"]
    assert f'owners      = ["{PIPELINE}"]' in ways["data-source"]
    filters = json.loads(ways["renovate"].removeprefix("# amiFilter="))
    assert filters[0] == {"Name": "owner-id", "Values": [PIPELINE]}
    assert filters[-1] == {"region": REGION}
    assert other not in json.dumps(run.report)


def test_an_instance_is_answered_where_it_runs(
    estate: Estate, server: Server, ask: Ask, tmp_path: Path
) -> None:
    own = estate.home_made()
    runs = estate.world.run_instance(WORKLOAD, REGION, own)
    live = ask("suggest", runs, "--region", REGION, "--format", "json")
    assert live.code == 0, live.stderr
    assert suggested(live) == [[estate.golden]]
    take(ask, tmp_path)
    asked = len(server.requests)
    stored = ask("suggest", runs, "--store", "inventory", "--format", "json")
    assert stored.code == 0, stored.stderr
    assert len(server.requests) == asked
    assert suggested(stored) == suggested(live)
    assert [each["account"] for each in stored.report["places"]] == [WORKLOAD]
    found = ask("suggest", runs, "--format", "json")  # a night lies here, and no place is named
    assert found.report["suggestions"] == stored.report["suggestions"]
    assert "--live asks AWS" in found.stderr


def test_of_a_public_image_an_instance_or_ec2_tells_what_it_is(
    estate: Estate, ask: Ask, tmp_path: Path
) -> None:
    """It stands in no list; a store knows of it what EC2 tells of an instance."""
    arm = estate.build("arm", architecture="arm64")
    estate.world.run_instance(WORKLOAD, REGION, estate.base)
    live = ask("suggest", estate.base, "--region", REGION, "--format", "json")
    assert suggested(live) == [[estate.golden]]
    assert "as before: x86_64, hvm" in json.dumps(live.report)
    take(ask, tmp_path)
    where = ("--store", "inventory", "--account", WORKLOAD, "--format", "json")
    stored = ask("suggest", estate.base, *where)
    assert suggested(stored) == [[arm, estate.golden]]  # for which machine, that does not tell


def test_a_place_that_was_not_seen_whole_is_a_gap_of_a_store(
    estate: Estate, ask: Ask, faults: Faulty, tmp_path: Path
) -> None:
    own = estate.home_made()
    faults.denied.add((PIPELINE, REGION))
    (tmp_path / "accounts").write_text(f"{PIPELINE}\n{WORKLOAD}\n")
    fleet = ("--accounts", "accounts", "--region", REGION, "--as-of", "2026-11-28")
    assert ask("inventory", *fleet).code == 3
    seen = ask("suggest", own, "--store", "inventory", "--format", "json")
    assert seen.code == 0, seen.stdout  # what could stand there, that place itself told whole
    assert suggested(seen) == [[estate.golden]]
    faults.denied = {(WORKLOAD, REGION)}
    assert ask("inventory", *fleet[:-1], "2026-11-29").code == 3
    stale = ask("suggest", own, "--store", "inventory", "--format", "json")
    assert stale.code == 3, stale.stdout
    assert stale.report["places"][0]["state"] == "denied"
    (gap,) = stale.report["suggestions"][0]["gaps"]
    assert "kept from" in gap


def test_what_fails_in_a_plan_is_answered_by_its_address(
    estate: Estate, ask: Ask, tmp_path: Path
) -> None:
    bad, parameter = estate.home_made(), "/golden/web"
    estate.world.put_parameter(WORKLOAD, REGION, parameter, estate.golden, "aws:ec2:image")
    changes = [instance("aws_instance.bad", bad), instance("aws_instance.good", estate.golden)]
    (tmp_path / "plan.json").write_bytes(dump(plan(*changes)))
    run = ask("suggest", "aws_instance.bad", "--plan", "plan.json", "--format", "json")
    assert run.code == 0, run.stderr
    assert suggested(run) == [[estate.golden]]
    assert run.report["suggestions"][0]["target"] == "aws_instance.bad"
    ways = {each["kind"]: each["text"] for each in run.report["suggestions"][0]["ways"]}
    assert ways["parameter"] == f'ami = "resolve:ssm:{parameter}"'
    every = ask("suggest", "--plan", "plan.json")
    assert every.stdout.count(" in 222222222222/us-east-1:") == 1
    assert f"{estate.golden} (golden, owner {PIPELINE}" in every.stdout
    passes = ask("suggest", "aws_instance.good", "--plan", "plan.json")
    assert "passes, so nothing has to be replaced" in passes.stderr
    unknown = ask("suggest", "aws_instance.baad", "--plan", "plan.json")
    assert unknown.code == 2
    assert "did you mean 'aws_instance.bad'?" in unknown.stderr


def test_what_stands_in_a_state_is_answered_too(estate: Estate, ask: Ask, tmp_path: Path) -> None:
    bad = estate.home_made()
    arn = f"arn:aws:ec2:{REGION}:{WORKLOAD}:instance/i-0123456789abcdef0"
    resource = {
        "address": "aws_instance.old", "mode": "managed", "type": "aws_instance", "name": "old",
        "provider_name": "registry.terraform.io/hashicorp/aws", "schema_version": 1,
        "values": {"ami": bad, "arn": arn, "region": REGION}, "sensitive_values": {},
    }  # fmt: skip
    values = {"root_module": {"resources": [resource]}}
    state = {"format_version": "1.0", "terraform_version": "1.14.0", "values": values}
    (tmp_path / "state.json").write_text(json.dumps(state))
    run = ask("suggest", "aws_instance.old", "--state", "state.json", "--format", "json")
    assert run.code == 0, run.stderr
    assert suggested(run) == [[estate.golden]]


def test_what_does_not_pass_and_cannot_be_asked_about_is_no_pass(
    estate: Estate, ask: Ask, tmp_path: Path
) -> None:
    bad = estate.home_made()
    secret = instance("aws_instance.secret", bad, sensitive={"ami": True})
    (tmp_path / "plan.json").write_bytes(dump(plan(secret)))
    run = ask("suggest", "aws_instance.secret", "--plan", "plan.json")
    assert run.code == 2
    assert "no suggestion for aws_instance.secret: its value is sensitive" in run.stdout
    assert "everything passes" not in run.stdout
    assert bad not in run.stdout + run.stderr
    both = plan(secret, instance("aws_instance.bad", bad))
    (tmp_path / "plan.json").write_bytes(dump(both))
    run = ask("suggest", "--plan", "plan.json", "--format", "json")
    assert run.code == 3
    assert suggested(run) == [[estate.golden]]
    (line,) = run.report["unasked"]
    assert line.startswith("aws_instance.secret: ")


def test_where_lines_are_equally_near_each_is_told(estate: Estate, ask: Ask) -> None:
    db = estate.build("db-1", "golden-db")
    run = ask("suggest", estate.home_made(), "--region", REGION, "--format", "json")
    assert run.code == 0
    assert [sorted(each) for each in suggested(run)] == [sorted([estate.golden, db])]
    assert run.report["suggestions"][0]["ways"] == []
    assert run.report["summary"]["ambiguous"] == 1
    assert (
        "2 golden images pass, of several lines or machines"
        in ask("suggest", estate.home_made(), "--region", REGION).stdout
    )


def test_nothing_that_would_not_run_or_pass_is_suggested(estate: Estate, ask: Ask) -> None:
    estate.world.deregister(estate.golden, REGION)
    w = estate.world
    arm = estate.build("arm", architecture="arm64")
    disabled = estate.build("disabled")
    w.deprecate(disabled, REGION)
    made = w.create_image(WORKLOAD, REGION, w.run_instance(WORKLOAD, REGION, disabled), name="made")
    hidden = estate.build("not shared")
    w.image(REGION, hidden).shared_with.clear()
    uefi = estate.build("uefi")
    w.image(REGION, uefi).overlay["BootMode"] = "uefi"
    forged = w.register_image(STRANGER, REGION, name="forged")
    w.attach_watermark(STRANGER, REGION, forged, "golden-web")
    w.share(forged, REGION, WORKLOAD)
    run = ask("suggest", estate.home_made(), "--region", REGION, "--format", "json")
    assert run.code == 2
    assert "no golden image there could replace it and pass" in run.stderr
    near = {each["image_id"]: each["why"] for each in run.report["suggestions"][0]["near"]}
    assert near[arm] == "its architecture is arm64, not x86_64"
    assert "deprecated" in near[disabled]
    assert "not a direct copy of the image it was attached to" in near[made]
    assert near[uefi] == "its boot mode is uefi, not not set"
    assert f"account {STRANGER} attached the watermark" in near[forged]
    assert hidden not in near
    text = ask("suggest", estate.home_made(), "--region", REGION).stdout
    assert f"not {arm} (arm): its architecture is arm64" in text


def test_a_candidate_that_the_policy_fails_is_none(
    estate: Estate, ask: Ask, tmp_path: Path
) -> None:
    older = estate.build("web-1")
    newest = estate.build("web-2")
    (tmp_path / "assay.yaml").write_text(
        f"{POLICY}revoked: {{images: [{{id: {newest}, region: {REGION}, reason: broken}}]}}\n"
    )
    run = ask("suggest", older, "--region", REGION, "--format", "json")
    assert suggested(run) == [[estate.golden]]
    (near,) = run.report["suggestions"][0]["near"]
    assert near["image_id"] == newest
    assert near["why"].startswith("revoked: ")


def test_of_an_image_that_is_golden_itself_it_is_not_said_that_none_passes(
    estate: Estate, ask: Ask
) -> None:
    run = ask("suggest", estate.golden, "--region", REGION)
    assert run.code == 2
    assert "no golden image there could replace it and pass\n" in run.stdout


def test_a_copy_in_the_account_itself_is_golden_enough(estate: Estate, ask: Ask) -> None:
    copy = estate.copy()
    estate.world.deregister(estate.golden, REGION)
    run = ask("suggest", estate.home_made(), "--region", REGION, "--format", "json")
    assert suggested(run) == [[copy]]
    assert f"it is a copy of {estate.golden}" in json.dumps(run.report)


def test_a_list_that_could_not_be_read_is_a_gap(
    estate: Estate, ask: Ask, faults: Faulty, tmp_path: Path
) -> None:
    own = estate.home_made()
    faults.denied.add((WORKLOAD, REGION))
    run = ask("suggest", own, "--region", REGION, "--format", "json")
    assert run.code == 3, run.stderr
    assert suggested(run) == [[]]
    assert run.report["suggestions"][0]["gaps"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("aws_instance.x",), "there is no plan, code or state to find aws_instance.x in"),
        ((), "nothing to suggest for"),
        (("ami-0123456789abcdef0",), "no Region to look for ami-0123456789abcdef0"),
        (("i-0123456789abcdef0", "--region", REGION), "there is no i-0123456789abcdef0"),
        (("i-0123456789abcdef0", "--store", "nowhere"), "holds no night"),
    ],
)
def test_what_cannot_be_asked_is_told(ask: Ask, arguments: tuple[str, ...], said: str) -> None:
    run = ask("suggest", *arguments)
    assert run.code == 2
    assert said in run.stderr
