"""`assay push securityhub` against emulated accounts: what is imported, what archived, and what is lost."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator, FormatChecker

from tests import command
from tests.command import Run, talking_to
from tests.emulator import Server, serve
from tests.emulator.faults import Fault, Request
from tests.fleet.test_audit import Fleet
from tests.fleet.test_inventory import BOTH, CI, DUBLIN, POLICY, TEAM
from tests.worlds import PIPELINE, REGION, WORKLOAD

NIGHT, NEXT = "2026-11-28", "2026-11-29"
IMPORT, ASK = "BatchImportFindings", "GetFindings"
HERE = (WORKLOAD, REGION)
Findings = Mapping[tuple[str, str, str], dict[str, Any]]


class Hub:
    """The emulated fleet, what goes wrong with it, and what stands in Security Hub."""

    def __init__(self, fleet: Fleet, folder: Path) -> None:
        self.fleet = fleet
        self.governance = fleet.world.governance
        self.folder = folder
        self.denied: set[tuple[str, str, str]] = set()
        """By service, account and Region."""
        self.batches: list[int] = []
        self.server: Server

    def __call__(self, request: Request) -> Fault | None:
        if request.operation == IMPORT:
            self.batches.append(len(request.params["Findings"]))
        if (request.service, request.account, request.region) in self.denied:
            ec2 = request.service == "ec2"
            return Fault(403, "UnauthorizedOperation" if ec2 else "AccessDeniedException")
        return None

    def ask(self, *arguments: str) -> Run:
        environment = {**talking_to(self.server.url, CI), "ASSAY_CACHE_DIR": str(self.folder / "c")}
        return command.assay(*arguments, cwd=self.folder, env=environment)

    def store(self, night: str = NIGHT, code: int = 0) -> None:
        run = self.ask("inventory", "--accounts", "accounts", *BOTH, "--as-of", night)
        assert run.code == code, run.stderr

    def push(self, *options: str, code: int = 0) -> Run:
        run = self.ask("push", "securityhub", "--yes", *options)
        assert run.code == code, run.stdout + run.stderr
        return run

    def findings(self) -> dict[str, dict[str, Any]]:
        """By the address of what they are about."""
        every = self.governance.findings.values()
        found = {each["ProductFields"]["assay/address"]: each for each in every}
        assert len(found) == len(every)
        return found

    def writes(self) -> int:
        return len(self.server.calls(IMPORT))


@pytest.fixture(name="hub")
def _hub(tmp_path: Path) -> Iterator[Hub]:
    (tmp_path / "assay.yaml").write_text(POLICY)
    (tmp_path / "accounts").write_text(f"{PIPELINE}\n{WORKLOAD}\n{TEAM}\n")
    hub = Hub(Fleet(), tmp_path)
    with serve(hub.fleet.world, hub) as server:
        hub.server = server
        yield hub


def pushed(run: Run) -> dict[tuple[str, str], dict[str, Any]]:
    """By account and Region; the document is what its schema says."""
    text = resources.files("assay.report.push").joinpath("push.schema.json").read_text("utf-8")
    Draft7Validator(json.loads(text), format_checker=FormatChecker()).validate(run.report)
    return {(each["account"], each["region"]): each for each in run.report["pushed"]}


def test_without_yes_nothing_is_written(hub: Hub) -> None:
    hub.fleet.run(hub.fleet.home_made)
    hub.store()
    run = hub.ask("push", "securityhub")
    assert run.code == 0, run.stderr
    assert f"{WORKLOAD}/{REGION}: 1 would be imported, 0 archived" in run.stdout
    assert "1 finding would be imported and 0 archived in 6 places" in run.stdout
    assert "nothing was written; use --yes to write" in run.stdout
    run = hub.ask("push", "securityhub", "--format", "json")
    assert pushed(run)[HERE]["to_import"] == 1
    assert (run.report["dry_run"], run.report["summary"]["imported"]) == (True, 0)
    assert (hub.writes(), hub.governance.findings) == (0, {})


def test_each_account_imports_its_own_by_its_own_role(hub: Hub) -> None:
    bad, good = hub.fleet.run(hub.fleet.home_made), hub.fleet.run(hub.fleet.copy)
    afar = hub.fleet.golden.copy(region=DUBLIN)
    team = hub.fleet.run(afar, TEAM, DUBLIN)
    hub.store()
    run = hub.push("--format", "json")
    assert set(hub.governance.findings) == {
        (*HERE, hub.findings()[bad]["Id"]),
        (*HERE, hub.findings()[good]["Id"]),
        (TEAM, DUBLIN, hub.findings()[team]["Id"]),
    }
    for (account, region, _), each in hub.governance.findings.items():
        assert each["AwsAccountId"] == account != CI
        assert (
            each["ProductArn"]
            == f"arn:aws:securityhub:{region}:{account}:product/{account}/default"
        )
    status = {address: each["Compliance"]["Status"] for address, each in hub.findings().items()}
    assert status == {bad: "FAILED", good: "PASSED", team: "PASSED"}
    assert run.report["summary"]["imported"] == 3
    assert [(each["to_import"], each["imported"]) for each in pushed(run).values() if each["to_import"]] == [(2, 2), (1, 1)]  # fmt: skip


def test_what_is_live_can_be_pushed_as_well(hub: Hub) -> None:
    bad = hub.fleet.run(hub.fleet.home_made)
    hub.push("live", "--accounts", "accounts", *BOTH)
    assert hub.findings()[bad]["ProductFields"]["assay/kind"] == "audit"


def test_no_call_takes_more_than_a_hundred(hub: Hub) -> None:
    for _ in range(250):
        hub.fleet.run(hub.fleet.copy)
    hub.store()
    hub.push()
    assert hub.batches == [100, 100, 50]
    assert len(hub.governance.findings) == 250
    run = hub.push("--format", "json")  # what is active is asked for in pages of a hundred
    assert pushed(run)[HERE] | {"imported": 250, "to_archive": 0} == pushed(run)[HERE]


def test_what_fails_is_tried_again_and_then_named(hub: Hub) -> None:
    instances = [hub.fleet.run(hub.fleet.copy) for _ in range(3)]
    hub.store()
    hub.push()
    ids = [hub.findings()[each]["Id"] for each in instances]
    hub.governance.findings.clear()
    hub.batches.clear()
    hub.governance.failing = Counter({ids[0]: 1, ids[1]: 99})
    run = hub.push("--format", "json", code=3)
    assert hub.batches == [3, 2, 1]  # only those that failed go again
    assert set(hub.findings()) == {instances[0], instances[2]}
    lost = {"id": ids[1], "reason": "InternalException: Try again.", "archive": False}
    assert pushed(run)[HERE]["not_taken"] == [lost]
    assert run.report["summary"] | {"imported": 2, "not_taken": 1} == run.report["summary"]
    run = hub.push(code=3)
    assert f"not imported: {ids[1]}: InternalException: Try again." in run.stdout
    assert "2 of 3 findings imported" in run.stdout


@pytest.mark.parametrize("operation", [ASK, IMPORT])
def test_an_account_that_is_denied_is_named_and_the_others_go_on(hub: Hub, operation: str) -> None:
    bad, team = hub.fleet.run(hub.fleet.home_made), hub.fleet.run(hub.fleet.copy, TEAM)
    hub.store()
    hub.fleet.world.deny(TEAM, operation)
    run = hub.push("--format", "json", code=3)
    assert set(hub.findings()) == {bad}
    (lost,) = pushed(run)[TEAM, REGION]["not_taken"]
    assert "denied (AccessDeniedException)" in lost["reason"]
    assert f"the reader needs securityhub:{operation}" in lost["reason"]
    assert run.report["summary"]["not_taken"] == 1
    run = hub.push(code=3)
    assert f"{TEAM}/{REGION}: " in run.stdout
    assert f"the reader needs securityhub:{operation}" in run.stdout
    assert team not in hub.findings()


def test_where_no_place_takes_anything_there_is_no_answer(hub: Hub) -> None:
    hub.fleet.run(hub.fleet.home_made)
    hub.store()
    hub.governance.hubs_off |= {
        (a, r) for a in (PIPELINE, WORKLOAD, TEAM) for r in (REGION, DUBLIN)
    }
    for options in ((), ("--yes",)):
        run = hub.ask("push", "securityhub", *options)
        assert run.code == 2
        assert (
            "refused (InvalidAccessException); check that Security Hub is turned on in that account"
            in run.stderr
        )
        assert "1 finding not imported" in run.stdout


def test_what_is_fixed_is_archived_and_what_people_set_stays(hub: Hub) -> None:
    bad, stays = hub.fleet.run(hub.fleet.home_made), hub.fleet.run(hub.fleet.home_made)
    hub.store()
    hub.push()
    for each in hub.governance.findings.values():
        each["Workflow"] = {"Status": "SUPPRESSED"}
        each["Note"] = {"Text": "known", "UpdatedBy": "a person", "UpdatedAt": "2026-11-28"}
    hub.fleet.world.instances[bad].state = "terminated"
    hub.store(NEXT)
    dry = hub.ask("push", "securityhub", "--format", "json")
    assert pushed(dry)[HERE] | {"to_import": 1, "to_archive": 1} == pushed(dry)[HERE]
    run = hub.push()
    assert f"{WORKLOAD}/{REGION}: 1 of 1 imported, 1 of 1 archived" in run.stdout
    states = {address: each["RecordState"] for address, each in hub.findings().items()}
    assert states == {bad: "ARCHIVED", stays: "ACTIVE"}
    assert {each["Workflow"]["Status"] for each in hub.findings().values()} == {"SUPPRESSED"}
    assert {each["Note"]["Text"] for each in hub.findings().values()} == {"known"}
    sent = [each for call in hub.server.calls(IMPORT) for each in call.params["Findings"]]
    assert not [each for each in sent if {"Workflow", "Note"} & set(each)]
    run = hub.push("--format", "json")  # what is archived is not archived again
    assert pushed(run)[HERE]["to_archive"] == 0
    hub.fleet.world.instances[bad].state = "running"
    hub.push("live", "--accounts", "accounts", *BOTH)
    assert hub.findings()[bad]["RecordState"] == "ACTIVE"


@pytest.mark.parametrize("status", ["NEW", "NOTIFIED", "SUPPRESSED", "RESOLVED"])
def test_what_somebody_made_of_a_finding_stays_until_it_comes_up_again(
    hub: Hub, status: str
) -> None:
    """Whether it still fails, is fixed at its place, or is gone; coming up again is Security Hub's own matter."""
    world = hub.fleet.world
    bad = hub.fleet.run(hub.fleet.golden.copy())
    marks = world.image(REGION, world.instances[bad].image_id).watermarks
    golden = list(marks)
    set_by_people = {
        "Workflow": {"Status": status},
        "Note": {"Text": "known", "UpdatedBy": "a person", "UpdatedAt": "2026-11-28"},
        "UserDefinedFields": {"ticket": "SEC-1421"},
        "VerificationState": "TRUE_POSITIVE",
    }

    def stands(compliance: str, record: str) -> str:
        hub.push("live", "--accounts", "accounts", *BOTH)
        found = hub.findings()[bad]
        assert (found["Compliance"]["Status"], found["RecordState"]) == (compliance, record)
        for name in ("Note", "UserDefinedFields", "VerificationState"):
            assert found[name] == set_by_people[name]
        return str(found["Workflow"]["Status"])

    marks.clear()
    hub.push("live", "--accounts", "accounts", *BOTH)
    hub.findings()[bad].update(set_by_people)
    assert stands("FAILED", "ACTIVE") == status
    marks[:] = golden
    assert stands("PASSED", "ACTIVE") == status
    world.instances[bad].state = "terminated"
    assert stands("PASSED", "ARCHIVED") == status
    world.instances[bad].state = "running"
    marks.clear()
    assert stands("FAILED", "ACTIVE") == ("SUPPRESSED" if status == "SUPPRESSED" else "NEW")


def test_an_archive_that_fails_is_named(hub: Hub) -> None:
    bad = hub.fleet.run(hub.fleet.home_made)
    hub.store()
    hub.push()
    hub.fleet.world.instances[bad].state = "terminated"
    hub.fleet.run(hub.fleet.copy)
    hub.store(NEXT)
    id = hub.findings()[bad]["Id"]
    hub.governance.failing[id] = 99
    run = hub.push(code=3)
    assert f"not archived: {id}: InternalException: Try again." in run.stdout
    assert hub.findings()[bad]["RecordState"] == "ACTIVE"


def test_nothing_is_archived_in_a_place_that_was_not_seen(hub: Hub) -> None:
    bad, team = hub.fleet.run(hub.fleet.home_made), hub.fleet.run(hub.fleet.home_made, TEAM)
    hub.push("live", "--accounts", "accounts", *BOTH)
    for each in (bad, team):
        hub.fleet.world.instances[each].state = "terminated"
    hub.denied.add(("ec2", TEAM, REGION))
    run = hub.push("live", "--accounts", "accounts", *BOTH, code=3)
    states = {address: each["RecordState"] for address, each in hub.findings().items()}
    unseen = f"({TEAM}/{REGION})"
    assert states == {bad: "ARCHIVED", team: "ACTIVE", unseen: "ACTIVE"}
    assert hub.findings()[unseen]["Compliance"]["Status"] == "WARNING"
    assert f"not seen: {TEAM}/{REGION}: denied" in run.stdout
    hub.denied.clear()
    hub.push("live", "--accounts", "accounts", *BOTH)
    states = {address: each["RecordState"] for address, each in hub.findings().items()}
    assert set(states.values()) == {"ARCHIVED"}


def test_a_place_of_which_an_older_night_tells_archives_nothing(hub: Hub) -> None:
    team = hub.fleet.run(hub.fleet.home_made, TEAM)
    hub.store()
    hub.push()
    hub.fleet.world.instances[team].state = "terminated"
    hub.denied.add(("ec2", TEAM, REGION))
    hub.store(NEXT, code=3)
    hub.push(code=3)
    assert hub.findings()[team]["RecordState"] == "ACTIVE"


def test_an_account_whose_regions_are_not_known_stops_no_other_and_archives_nothing(
    hub: Hub,
) -> None:
    """What is said of the account itself has no Region, and goes where nobody has looked."""
    old = hub.fleet.run(hub.fleet.home_made, TEAM)
    hub.store()
    hub.push()
    new = hub.fleet.run(hub.fleet.home_made)
    lost = [(service, TEAM, REGION) for service in ("ec2", "account")]
    hub.denied.update(lost)
    run = hub.ask("inventory", "--accounts", "accounts", "--as-of", NEXT)
    assert f"not seen: {TEAM}/*: denied" in run.stdout
    assert old not in json.dumps(
        hub.ask("push", "securityhub", "--format", "json").report["pushed"]
    )
    run = hub.push("--format", "json", code=3)
    assert pushed(run)[TEAM, REGION]["archived"] == 0
    assert (TEAM, "*") not in pushed(run)
    found = hub.findings()
    assert found[new]["RecordState"] == "ACTIVE"
    assert found[old]["RecordState"] == "ACTIVE"
    assert found[f"({TEAM}/*)"]["Compliance"] == {"Status": "WARNING"}


def test_a_second_push_of_the_same_adds_nothing(hub: Hub) -> None:
    """Of two places that have a template of one name, too, and night after night."""
    for account in (WORKLOAD, TEAM):
        hub.fleet.world.create_launch_template(account, REGION, "web", hub.fleet.home_made)
        hub.fleet.run(hub.fleet.copy, account)
    hub.store()
    hub.push()
    first = {at: dict(each) for at, each in hub.governance.findings.items()}
    hub.push()
    hub.store(NEXT)
    hub.push()
    hub.push("live", "--accounts", "accounts", *BOTH)
    second = hub.governance.findings
    assert set(second) == set(first)
    assert {each["RecordState"] for each in second.values()} == {"ACTIVE"}
    assert {at: each["CreatedAt"] for at, each in second.items()} == {
        at: each["CreatedAt"] for at, each in first.items()
    }


def test_an_older_night_changes_nothing_that_was_judged_later(hub: Hub) -> None:
    old = hub.fleet.run(hub.fleet.home_made)
    hub.store()
    new = hub.fleet.run(hub.fleet.home_made)
    hub.store(NEXT)
    hub.push()
    before = json.dumps(hub.findings(), sort_keys=True)
    run = hub.push("--night", NIGHT, "--format", "json")
    assert pushed(run)[HERE] | {"kept": 2, "to_import": 0, "to_archive": 0} == pushed(run)[HERE]
    assert json.dumps(hub.findings(), sort_keys=True) == before
    assert set(hub.findings()) == {old, new}


def test_findings_of_others_and_of_plans_are_left_alone(hub: Hub) -> None:
    bad = hub.fleet.run(hub.fleet.home_made)
    hub.store()
    hub.push()
    mine = hub.findings()[bad]
    others: list[dict[str, Any]] = [
        {
            **mine,
            "Id": "of-a-plan",
            "ProductFields": {**mine["ProductFields"], "assay/kind": "check"},
        },
        {**mine, "Id": "of-nobody", "ProductFields": {}},
        {**mine, "Id": "of-another", "GeneratorId": "another"},
    ]
    hub.governance.findings.update({(*HERE, each["Id"]): each for each in others})
    hub.fleet.world.instances[bad].state = "terminated"
    hub.store(NEXT)
    hub.push()
    states = {id: each["RecordState"] for (*_, id), each in hub.governance.findings.items()}
    assert states.pop(mine["Id"]) == "ARCHIVED"
    assert set(states.values()) == {"ACTIVE"}


def test_what_cannot_be_meant_is_one_line(hub: Hub) -> None:
    run = hub.ask("push", "securityhub", "--yes")
    assert (run.code, run.stdout) == (2, "")
    assert "holds no night" in run.stderr
    run = hub.ask("push", "securityhub", "--accounts", "accounts")
    assert "assay push securityhub live --accounts" in run.stderr
    assert (run.code, run.stderr.count("\n")) == (2, 1)
    assert hub.ask("push", "elsewhere").code == 2
