"""`assay audit` against emulated accounts: what runs and what would be launched, judged as a plan is."""

import json
from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator, FormatChecker

from assay.run.formats import FORMATS
from tests import command
from tests.command import Run, talking_to
from tests.emulator import serve
from tests.fleet.test_inventory import BOTH, CI, DUBLIN, POLICY, TEAM, Faulty
from tests.worlds import PIPELINE, REGION, STRANGER, WORKLOAD, GoldenWorld

Ask = Callable[..., Run]
NIGHT = "2026-11-29"
LIVE = ("audit", "live", "--accounts", "accounts", *BOTH)


class Fleet:
    """Three accounts in two Regions, and something of every kind that uses an image."""

    def __init__(self) -> None:
        self.golden = GoldenWorld()
        self.world = self.golden.world
        for instance in self.world.instances.values():
            instance.state = "terminated"  # the pipeline's builder
        self.copy = self.golden.copy()
        self.home_made = self.golden.home_made()

    def run(self, image: str, account: str = WORKLOAD, region: str = REGION) -> str:
        return self.world.run_instance(account, region, image)

    def scale(self, name: str, template: str, version: str, account: str = WORKLOAD) -> str:
        launch = {"LaunchTemplateId": template, "LaunchTemplateName": name, "Version": version}
        self.world.add_group(account, REGION, name, LaunchTemplate=launch)
        return self.world.groups[account, REGION, name].arn


@pytest.fixture(name="faults")
def _faults() -> Faulty:
    return Faulty()


@pytest.fixture(name="fleet")
def _fleet() -> Fleet:
    return Fleet()


@pytest.fixture(name="ask")
def _ask(fleet: Fleet, faults: Faulty, tmp_path: Path) -> Iterator[Ask]:
    (tmp_path / "assay.yaml").write_text(POLICY)
    (tmp_path / "accounts").write_text(f"{PIPELINE}\n{WORKLOAD}\n{TEAM}\n")
    with serve(fleet.world, faults) as server:
        environment = {**talking_to(server.url, CI), "ASSAY_CACHE_DIR": str(tmp_path / "cache")}

        def ask(*arguments: str) -> Run:
            return command.assay(*arguments, cwd=tmp_path, env=environment)

        yield ask


def store(ask: Ask, night: str = NIGHT) -> Run:
    return ask("inventory", "--accounts", "accounts", *BOTH, "--as-of", night)


def outcomes(run: Run) -> dict[tuple[str, str], str]:
    """By address and attribute."""
    assert run.code != 2, run.stderr
    return {
        (each["address"], each["attribute"]): each["outcome"] for each in run.report["verdicts"]
    }


def assert_valid(run: Run) -> None:
    schema = json.loads(
        resources.files("assay.report").joinpath("report.schema.json").read_text("utf-8")
    )
    Draft7Validator(schema, format_checker=FormatChecker()).validate(run.report)


def of_every_kind(fleet: Fleet) -> dict[tuple[str, str], str]:
    """Something of every kind that uses an image, and what is to become of it."""
    world, good, bad = fleet.world, fleet.copy, fleet.home_made
    web = world.create_launch_template(WORKLOAD, REGION, "web", bad)  # 1: pinned by a group
    world.create_launch_template_version(web, bad)  # 2: nothing launches it
    world.create_launch_template_version(web, good)  # 3: the default
    world.create_launch_template_version(web, bad)  # 4: the latest
    world.set_default_version(web, 3)
    world.put_parameter(WORKLOAD, REGION, "/golden/web", good, "aws:ec2:image")
    world.put_parameter(WORKLOAD, REGION, "/old/web", bad, "aws:ec2:image")
    world.create_launch_template(WORKLOAD, REGION, "named", "resolve:ssm:/golden/web")
    world.add_launch_configuration(WORKLOAD, REGION, "ancient", bad)
    world.add_group(WORKLOAD, REGION, "ancients", LaunchConfigurationName="ancient")
    group = {name: world.groups[WORKLOAD, REGION, name].arn for name in ("ancients",)}
    configuration = world.configurations[WORKLOAD, REGION, "ancient"].arn
    parameter = f"arn:aws:ssm:{REGION}:{WORKLOAD}:parameter"
    pinned = {"LaunchTemplateSpecification": {"LaunchTemplateId": web, "Version": "1"}}
    named = {"LaunchTemplateSpecification": {"LaunchTemplateName": "web", "Version": "$Default"}}
    own = {**named, "Overrides": [{"ImageId": bad}, {"InstanceType": "m6g.large"}]}
    old = world.add_fleet(WORKLOAD, REGION, pinned)
    both = world.add_fleet(WORKLOAD, REGION, own)
    world.add_fleet(WORKLOAD, REGION, pinned, state="deleted")
    spot = world.add_spot_fleet(WORKLOAD, REGION, LaunchSpecifications=[{"ImageId": good}])
    return {
        (fleet.run(good), "ami"): "pass",
        (fleet.run(bad), "ami"): "fail",
        (fleet.run(fleet.golden.golden), "ami"): "pass",
        (fleet.run(fleet.golden.base, TEAM), "ami"): "fail",  # a public image of Amazon's
        ("template/web:1", "image_id"): "fail",
        ("template/web:3", "image_id"): "pass",
        ("template/web:4", "image_id"): "fail",
        ("template/named:1", "image_id"): "pass",
        (fleet.scale("one", web, "1"), "launch_template"): "fail",
        (fleet.scale("default", web, "$Default"), "launch_template"): "pass",
        (fleet.scale("latest", web, "$Latest"), "launch_template"): "fail",
        (group["ancients"], "launch_configuration"): "fail",
        (configuration, "image_id"): "fail",
        (f"ec2-fleet/{old}", "launch_template_config"): "fail",
        (f"ec2-fleet/{both}", "launch_template_config"): "pass",
        (f"ec2-fleet/{both}", "launch_template_config.override.image_id"): "fail",
        (f"spot-fleet/{spot}", "launch_specification.ami"): "pass",
        (f"{parameter}/golden/web", "value"): "pass",
        (f"{parameter}/old/web", "value"): "fail",
    }


def test_whatever_uses_an_image_is_judged_the_same_from_the_store_and_live(
    fleet: Fleet, ask: Ask
) -> None:
    expected = of_every_kind(fleet)
    assert store(ask).code == 0
    stored, live = ask("audit", "--format", "json"), ask(*LIVE, "--format", "json")
    for run in (stored, live):
        assert run.code == 1, run.stderr
        assert outcomes(run) == expected
        assert_valid(run)
        assert run.report["kind"] == "audit"
        assert len(run.report["places"]) == len(run.report["inputs"]) == 6
        assert run.report["summary"]["not_judged"] == {"superseded": 1, "terminated": 1}
    told = [
        {
            (v["address"], v["attribute"], r["rule"]): r["outcome"]
            for v in run.report["verdicts"]
            for r in v["results"]
        }
        for run in (stored, live)
    ]
    assert told[0] == told[1]
    assert f"night {NIGHT}, judged as of " in stored.stderr
    assert "assay audit live asks AWS" in stored.stderr
    places = {each["path"] for each in stored.report["inputs"]}
    assert f"inventory/night={NIGHT}/account={WORKLOAD}/region={REGION}" in places
    assert stored.report["catalog"]["kind"] == "stored"
    assert live.report["catalog"]["kind"] == "live"


def test_an_unmarked_image_of_the_account_itself_fails(fleet: Fleet, ask: Ask) -> None:
    """Allowed AMIs never restricts those, so that nothing else would find it."""
    fleet.world.allowed_images(WORKLOAD, REGION, "audit-mode", [{"ImageProviders": [PIPELINE]}])
    instance = fleet.run(fleet.home_made)
    assert store(ask).code == 0
    for run in (ask("audit", "--format", "json"), ask(*LIVE, "--format", "json")):
        assert run.code == 1, run.stderr
        assert outcomes(run) == {(instance, "ami"): "fail"}
        assert run.rules()[instance] == ["unmarked"]


def test_an_image_that_is_gone_is_judged_by_what_its_instance_tells(fleet: Fleet, ask: Ask) -> None:
    golden, unshared = fleet.golden.golden, fleet.golden.home_made(STRANGER)
    fleet.world.share(unshared, REGION, WORKLOAD)
    copy = fleet.run(fleet.copy)  # a copy of which nobody can tell any more what it was made from
    old, foreign = fleet.run(golden), fleet.run(unshared)
    template = fleet.world.create_launch_template(WORKLOAD, REGION, "web", golden)
    fleet.world.deregister(golden, REGION)
    fleet.world.deregister(fleet.copy, REGION)
    fleet.world.images[REGION, unshared].shared_with.clear()
    assert store(ask).code == 0
    for run in (ask("audit", "--format", "json"), ask(*LIVE, "--format", "json")):
        assert run.code == 1, run.stderr
        found = {v["address"]: v for v in run.report["verdicts"]}
        assert {address: each["outcome"] for address, each in found.items()} == {
            old: "pass",  # its mark was attached to this very image
            copy: "undetermined",
            foreign: "fail",
            "template/web:1": "undetermined",  # what would be launched needs the image
        }
        results = {r["rule"]: r for r in found[old]["results"]}
        told = f"ec2:DescribeInstanceImageMetadata {golden} ({WORKLOAD}/{REGION})"
        assert results["unmarked"]["evidence"] == [told]
        assert results["not-launchable"]["message"].startswith("the image is deregistered")
        assert run.rules("undetermined")[copy] == ["lineage-mismatch"]
        (open_,) = [r for r in found[copy]["results"] if r["rule"] == "lineage-mismatch"]
        assert open_["fix"].startswith("use a golden image that EC2 still shows to this account")
        assert template


def test_of_a_suspended_account_it_is_said_how_to_leave_it_out(fleet: Fleet, ask: Ask) -> None:
    """No permission and no later night would help."""
    fleet.world.organize(CI)
    for account in (WORKLOAD, PIPELINE):
        fleet.world.join(account)
    fleet.world.join("444444444444", state="SUSPENDED")
    fleet.run(fleet.copy)
    whole = ("--organization", "--region", REGION)
    assert ask("inventory", *whole).code == 3
    for run in (ask("audit", "--format", "json"), ask("audit", "live", *whole, "--format", "json")):
        assert run.code == 3
        (lost,) = [v for v in run.report["verdicts"] if v["outcome"] != "pass"]
        assert lost["address"] == "(444444444444/*)"
        (result,) = lost["results"]
        assert result["fix"].startswith("leave the account out with --exclude")
        assert " or run assay inventory" not in result["fix"]
    assert ask("audit", "live", *whole, "--exclude", "444444444444").code == 0


def test_a_place_that_was_not_seen_is_named_and_no_pass(
    fleet: Fleet, faults: Faulty, ask: Ask
) -> None:
    instance = fleet.run(fleet.copy)
    faults.denied.add((TEAM, DUBLIN))
    assert store(ask).code == 3
    gone = f"({TEAM}/{DUBLIN})"
    for arguments in (("audit",), LIVE):
        run = ask(*arguments, "--format", "json")
        assert run.code == 3, run.stderr
        assert outcomes(run) == {(instance, "ami"): "pass", (gone, "uses"): "undetermined"}
        assert_valid(run)
        states = {(p["account"], p["region"]): p["state"] for p in run.report["places"]}
        assert states[TEAM, DUBLIN] == "denied"
        assert set(states.values()) == {"seen", "denied"}
        text = ask(*arguments)
        assert f"UNDETERMINED {gone}  lookup-failed  uses" in text.stdout
        assert f"not seen: {TEAM}/{DUBLIN} (denied)" in text.stdout
        assert "not seen, denied: " in text.stdout
        later = (
            ""
            if "live" in arguments
            else ", then run assay inventory again or use assay audit live"
        )
        assert f"    fix: give the reader the permissions that are named{later}\n" in text.stdout
    assert ask("audit", "--undetermined", "warning").code == 0
    assert ask("audit", "--exit-zero").code == 0
    fleet.run(fleet.home_made)
    assert ask(*LIVE).code == 1  # what fails outranks what was not seen


def test_what_an_earlier_night_saw_is_judged_and_told_to_be_old(
    fleet: Fleet, faults: Faulty, ask: Ask
) -> None:
    instance = fleet.run(fleet.home_made, TEAM)
    assert store(ask, "2026-11-28").code == 0
    faults.denied.add((TEAM, REGION))
    assert store(ask).code == 3
    run = ask("audit", "--format", "json")
    assert run.code == 1
    assert outcomes(run)[instance, "ami"] == "fail"
    message = ask("audit", "-q").stdout
    assert "what is known of it was read" in message


def test_nothing_that_uses_an_image_is_a_pass_only_where_everything_was_seen(ask: Ask) -> None:
    assert store(ask).code == 0
    for arguments in (("audit",), LIVE):
        run = ask(*arguments)
        assert run.code == 0, run.stderr
        assert "no AMI reference to judge" in run.stdout
        assert "places seen: 6 of 6" in run.stdout


def test_where_nothing_was_seen_there_is_no_verdict(faults: Faulty, ask: Ask) -> None:
    faults.denied |= {(a, r) for a in (PIPELINE, WORKLOAD, TEAM) for r in (REGION, DUBLIN)}
    run = ask(*LIVE)
    assert run.code == 2
    assert "none of the 6 places could be seen" in run.stderr
    run = ask("audit")
    assert run.code == 2
    assert "holds no night" in run.stderr


def test_a_night_of_the_past_is_judged_as_it_was(fleet: Fleet, ask: Ask) -> None:
    instance = fleet.run(fleet.copy)
    assert store(ask, "2026-11-28").code == 0
    mark = f"{PIPELINE}:golden-web"
    fleet.world.detach_watermark(WORKLOAD, REGION, fleet.copy, mark)
    assert store(ask, "2026-11-29").code == 0
    before = ask("audit", "--night", "2026-11-28", "--format", "json")
    assert before.code == 0, before.stderr
    assert outcomes(before) == {(instance, "ami"): "pass"}
    assert "night 2026-11-28, judged as of " in before.stderr
    assert ask("audit").code == 1
    run = ask("audit", "--night", "2026-11-01")
    assert run.code == 2
    assert "has no night 2026-11-01; the nearest night is 2026-11-28" in run.stderr


def state(*instances: dict[str, Any], **more: Any) -> str:
    """What `terraform show -json` prints of a state."""
    resources = [
        {
            "address": f"aws_instance.web[{number}]", "mode": "managed", "type": "aws_instance",
            "name": "web", "index": number, "values": values, "sensitive_values": {},
            "provider_name": "registry.terraform.io/hashicorp/aws",
        }
        for number, values in enumerate(instances)
    ]  # fmt: skip
    child = {"address": "module.a", "resources": more.pop("below", [])}
    values = {"root_module": {"resources": resources, "child_modules": [child]}}
    return json.dumps({"format_version": "1.0", "terraform_version": "1.11.4", "values": values})


def instance(image: str, region: str = REGION) -> dict[str, Any]:
    arn = f"arn:aws:ec2:{region}:{WORKLOAD}:instance/i-0a"
    return {"ami": image, "arn": arn, "id": "i-0a", "launch_template": []}


def test_states_are_judged_beside_what_runs(fleet: Fleet, ask: Ask, tmp_path: Path) -> None:
    secret = {
        "address": "module.a.aws_instance.hidden", "mode": "managed", "type": "aws_instance",
        "name": "hidden", "values": {**instance(fleet.home_made), "user_data": "hunter2"},
        "sensitive_values": {"ami": True, "user_data": True},
        "provider_name": "registry.terraform.io/hashicorp/aws",
    }  # fmt: skip
    text = state(instance(fleet.copy), instance(fleet.home_made), below=[secret])
    (tmp_path / "a.json").write_text(text)
    (tmp_path / "b.json").write_bytes(state(instance(fleet.copy, DUBLIN)).encode("utf-16"))
    assert store(ask).code == 0
    for where in (("audit",), LIVE):
        run = ask(*where, "--state", "a.json", "--state", "b.json", "--format", "json")
        assert run.code == 1, run.stderr
        assert_valid(run)
        found = [
            (each["input"], each["address"], each["outcome"]) for each in run.report["verdicts"]
        ]
        assert found == [
            ("a.json", "aws_instance.web[0]", "pass"),
            ("a.json", "aws_instance.web[1]", "fail"),
            ("a.json", "module.a.aws_instance.hidden", "fail"),
            ("b.json", "aws_instance.web[0]", "undetermined"),  # it is in another Region
        ]
        assert [each["kind"] for each in run.report["inputs"]][-2:] == ["state", "state"]
        hidden = run.report["verdicts"][2]
        assert hidden["value"] == "(sensitive)"
        assert "hunter2" not in run.stdout + run.stderr
        assert fleet.home_made not in json.dumps(hidden)
    assert "(state a.json)" in ask("audit", "--state", "a.json", "--state", "b.json").stdout


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"format_version": "1.2", "planned_values": {}}', "a plan, not a state; judge it with: assay check"),
        ('{"version": 4, "lineage": "x", "resources": []}', "a state as Terraform keeps it; print it as JSON: terraform show -json s.json"),
        ('{"format_version": "1.0"}', "there is no state, or an empty one; print it where its code is"),
        ('{"format_version": "1.0", "values": null}', "there is no state, or an empty one"),
        ('{"format_version": "1.0", "values": {"outputs": {}}}', "there is no state, or an empty one"),
        ('{"format_version": "1.0", "values": {"root_module": []}}', "its values cannot be read"),
        ('{"encryption_version": "v0"}', "what OpenTofu has encrypted"),
        ('{"format_version": "9.0", "values": {"root_module": {}}}', "format_version 9.0 is not one that this version of assay reads"),
        ('{"format_version": "1.0", "values": {"root_module": {"resources": 7}}}', "its values cannot be read"),
        ('{"format_version": "1.0", "values": {"root', "not valid JSON, or cut off"),
        ("[]", "not the shape of a Terraform state"),
        ("{}", "JSON, but not a Terraform state"),
        ("aws_instance.web:", "text, not JSON"),
        ("", "empty; print it where its code is"),
        ("PK\x03\x04", "a saved plan; judge it with: assay check s.json"),
    ],
)  # fmt: skip
def test_what_is_no_state_is_told_with_its_cure(
    ask: Ask, tmp_path: Path, content: str, said: str
) -> None:
    (tmp_path / "s.json").write_text(content)
    run = ask("audit", "--state", "s.json")
    assert run.code == 2
    assert run.stdout == ""
    assert run.stderr.startswith("assay: s.json: ")
    assert said in run.stderr
    assert len(run.stderr.splitlines()) == 1


def test_a_state_that_is_given_to_check_is_told_the_other_command(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "s.json").write_text(state())
    run = ask("check", "s.json", "--offline")
    assert run.code == 2
    assert "a state in JSON is judged by: assay audit --state FILE" in run.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("--region", REGION),
            "--region works only with live: assay audit live --region",
        ),
        (("--organization",), "--organization works only with live"),
        (("live", "--night", NIGHT), "--night reads a store, but live asks AWS"),
        (
            ("--store", "nowhere"),
            "nowhere: holds no night; run assay inventory first, or judge what AWS lists now: assay audit live",
        ),
        (("--state", "gone.json"), "gone.json: cannot be read"),
        (("--state", "a", "-o", "json=a"), "-o a would overwrite a"),
    ],
)
def test_usage_that_is_wrong_is_told(ask: Ask, arguments: tuple[str, ...], said: str) -> None:
    run = ask("audit", *arguments)
    assert run.code == 2
    assert said in run.stderr


def test_no_audit_is_verified_as_a_check_is(ask: Ask, tmp_path: Path) -> None:
    assert store(ask).code == 0
    assert ask("audit", "-o", "json=a.json").code == 0
    (tmp_path / "c.json").write_text("{}")
    run = ask("report", "verify", "a.json", "--plan", "c.json", "--catalog", "c.json")
    assert run.code == 2
    assert "a.json: is an audit, whose inputs cannot be judged again" in run.stderr


def test_scopes_and_exceptions_hold_for_what_runs(fleet: Fleet, ask: Ask, tmp_path: Path) -> None:
    excused, other = fleet.run(fleet.home_made), fleet.run(fleet.home_made, TEAM)
    template = fleet.world.create_launch_template(WORKLOAD, REGION, "web", fleet.copy)
    assert template
    (tmp_path / "assay.yaml").write_text(
        POLICY
        + f"""
scopes:
  - name: strict
    match: {{resource_type: aws_launch_template}}
    require: {{max_depth: 0}}
  - name: team
    match: {{account: "{TEAM}"}}
    rules: {{unmarked: warning}}
exceptions:
  - match: {{address: "{excused}"}}
    rules: [unmarked]
    reason: a vendor's
    approved_by: security
    expires: 2099-01-01
"""
    )
    fleet.world.share(fleet.home_made, REGION, TEAM)
    assert store(ask).code == 0
    run = ask("audit", "--format", "json")
    assert outcomes(run) == {
        (excused, "ami"): "pass",
        (other, "ami"): "pass",
        ("template/web:1", "image_id"): "fail",
    }
    assert run.rules()["template/web:1"] == ["too-deep"]
    assert run.report["summary"]["excepted"] == 1


def test_every_format_tells_what_fails_and_what_was_not_seen(
    fleet: Fleet, faults: Faulty, ask: Ask, tmp_path: Path
) -> None:
    """That each is valid, tests/report holds for the sample `audit`."""
    bad = fleet.run(fleet.home_made)
    faults.denied.add((TEAM, DUBLIN))
    assert store(ask).code == 3
    outputs = [word for name in FORMATS for word in ("-o", f"{name}={name}.out")]
    run = ask("audit", *outputs)
    assert run.code == 1
    for name in FORMATS:
        text = (tmp_path / f"{name}.out").read_text()
        assert bad in text, name
        assert TEAM in text, name
        assert DUBLIN in text, name


def test_what_is_revoked_is_found_and_ruled_out_from_the_store_as_live(
    fleet: Fleet, ask: Ask, tmp_path: Path
) -> None:
    """Of a golden image's line a night knows the whole, down to the public image that it begins with."""
    of_golden = fleet.golden.derived(fleet.copy)
    good, deep = fleet.run(fleet.copy), fleet.run(of_golden)
    revoked = {
        "nothing here": (f'watermarks: ["{PIPELINE}:golden-old"]', "pass"),
        "another image": (f'images: [{{id: "ami-0f0f0f0f0f0f0f0f0", region: {REGION}}}]', "pass"),
        "the base": (f'images: [{{id: "{fleet.golden.base}", region: {REGION}}}]', "fail"),
    }
    assert store(ask).code == 0
    for what, outcome in revoked.values():
        (tmp_path / "assay.yaml").write_text(f"{POLICY}\nrevoked:\n  {what}\n")
        for where in (("audit",), LIVE):
            found = {
                id: each for (id, _), each in outcomes(ask(*where, "--format", "json")).items()
            }
            mine = {each: found[each] for each in found if each in (good, deep)}
            assert mine == {good: outcome, deep: outcome}, (what, where)


def test_a_template_that_names_a_public_image_is_no_pass(fleet: Fleet, ask: Ask) -> None:
    """No list has public images: what a night does not know of one is undetermined, never absent."""
    public = fleet.golden.home_made(STRANGER)
    fleet.world.make_public(public, REGION)
    fleet.world.create_launch_template(WORKLOAD, REGION, "web", public)
    assert store(ask).code == 0
    run = ask("audit", "--format", "json")
    assert run.code == 3
    assert outcomes(run) == {("template/web:1", "image_id"): "undetermined"}
    assert "public images are not listed" in run.stdout
    assert ask(*LIVE).code == 1


def fixes(run: Run) -> dict[str, str]:
    """By address, what the rules that fail say to do."""
    return {
        each["address"]: "; ".join(
            result["fix"] or "" for result in each["results"] if result["outcome"] == "fail"
        )
        for each in run.report["verdicts"]
    }


def test_a_fix_names_the_golden_image_that_could_stand_there(fleet: Fleet, ask: Ask) -> None:
    """Of the account's own copy and the golden image that is shared with it, the newer; where there is none, none."""
    used, gone = fleet.run(fleet.home_made), fleet.golden.home_made()
    lost = fleet.run(gone)
    fleet.world.deregister(gone, REGION)
    fleet.world.create_launch_template(WORKLOAD, REGION, "web", fleet.home_made)
    of_the_team = fleet.run(fleet.golden.home_made(TEAM), TEAM)
    expected = f"use {fleet.copy} (copy in {REGION}), which passes in {WORKLOAD}/{REGION}: "
    assert store(ask).code == 0
    for arguments in (("audit",), LIVE):
        run = ask(*arguments, "--format", "json")
        assert run.code == 1, run.stderr
        found = fixes(run)
        for address in (used, lost, "template/web:1"):
            assert expected in found[address], (arguments, address)
        assert "which passes in" not in found[of_the_team]
        assert expected in ask(*arguments).stdout
        findings = json.loads(ask(*arguments, "--format", "asff").stdout)
        told = [
            each["Remediation"]["Recommendation"]["Text"]
            for each in findings
            if "Remediation" in each
        ]
        assert sum(expected in each for each in told) == 3


def test_where_several_golden_images_could_stand_none_is_named(fleet: Fleet, ask: Ask) -> None:
    """Nor one that the policy would not let pass there."""
    other = fleet.world.register_image(PIPELINE, REGION, name="db")
    fleet.world.attach_watermark(PIPELINE, REGION, other, "golden-db")
    fleet.world.share(other, REGION, WORKLOAD)
    used = fleet.run(fleet.home_made)
    assert store(ask).code == 0
    for arguments in (("audit",), LIVE):
        assert "which passes in" not in fixes(ask(*arguments, "--format", "json"))[used]


def test_a_scope_decides_what_could_stand_in_it(fleet: Fleet, ask: Ask, tmp_path: Path) -> None:
    """The same image in two accounts, one of which may launch nothing but its own."""
    fleet.world.share(fleet.home_made, REGION, TEAM)
    fleet.world.share(fleet.golden.golden, REGION, TEAM)
    here, there = fleet.run(fleet.home_made), fleet.run(fleet.home_made, TEAM)
    scope = f'scopes: [{{name: own, match: {{account: "{TEAM}"}}, require: {{owners: [self]}}}}]\n'
    (tmp_path / "assay.yaml").write_text(POLICY + scope)
    assert store(ask).code == 0
    for arguments in (("audit",), LIVE):
        found = fixes(ask(*arguments, "--format", "json"))
        assert f"use {fleet.copy}" in found[here]
        assert "which passes in" not in found[there]


EXISTING = {
    "i-": ("EC2 instance", "AwsEc2Instance", "ec2:{at}:instance/i-"),
    "template/": ("EC2 launch template", "AwsEc2LaunchTemplate", "ec2:{at}:launch-template/lt-"),
    "autoScalingGroup:": ("Auto Scaling group", "AwsAutoScalingAutoScalingGroup", "autoscaling:{at}:autoScalingGroup:"),
    "launchConfiguration:": ("launch configuration", "AwsAutoScalingLaunchConfiguration", "autoscaling:{at}:launchConfiguration:"),
    "parameter/": ("SSM parameter", "Other", "ssm:{at}:parameter/"),
    "ec2-fleet/": ("EC2 Fleet", "Other", "ec2:{at}:fleet/fleet-"),
    "spot-fleet/": ("Spot Fleet", "Other", "ec2:{at}:spot-fleet-request/sfr-"),
}  # fmt: skip
"""By what its address has: what OCSF and ASFF call its type, and its ARN."""


def test_ocsf_and_asff_name_what_exists_by_its_type_and_arn(
    fleet: Fleet, ask: Ask, tmp_path: Path
) -> None:
    expected = of_every_kind(fleet)
    (tmp_path / "s.json").write_text(state(instance(fleet.home_made)))
    assert store(ask).code == 0
    how = ("audit", "--state", "s.json", "--format")
    events = [json.loads(each) for each in ask(*how, "ocsf").stdout.splitlines()]
    findings = json.loads(ask(*how, "asff").stdout)
    assert len(events) == len(findings) == len(expected) + 1
    met = set()
    for event, finding in zip(events, findings, strict=True):
        (resource,), account = event["resources"], event["cloud"]["account"]["uid"]
        if event["unmapped"]["input"]["path"] == "s.json":
            assert (resource["type"], resource["uid"]) == (
                "Terraform resource",
                "aws_instance.web[0]",
            )
            assert [each["Type"] for each in finding["Resources"]] == ["Other"]
            continue
        key = next(each for each in EXISTING if each in resource["name"])
        name, kind, arn = EXISTING[key]
        arn = f"arn:aws:{arn.format(at=f'{REGION}:{account}')}"
        met.add(key)
        assert resource["type"] == name
        assert resource["data"]["arn"].startswith(arn), resource
        user, *image = finding["Resources"]
        assert (user["Type"], user["Id"], user["Region"]) == (kind, resource["data"]["arn"], REGION)
        assert user["Details"]["Other"]["address"] == resource["name"]
        [image] = image
        assert image["Id"] == f"arn:aws:ec2:{REGION}::image/{resource['data']['image_id']}"
        if kind == "AwsEc2Instance":
            assert user["Details"][kind] == {"ImageId": resource["data"]["image_id"]}
    assert met == EXISTING.keys()


def test_a_place_that_was_not_seen_is_a_resource_of_its_own(faults: Faulty, ask: Ask) -> None:
    faults.denied.add((TEAM, DUBLIN))
    assert store(ask).code == 3
    [event] = [json.loads(each) for each in ask("audit", "--format", "ocsf").stdout.splitlines()]
    [finding] = json.loads(ask("audit", "--format", "asff").stdout)
    told = event["resources"][0]
    assert (told["type"], told["uid"]) == ("AWS account and Region", f"({TEAM}/{DUBLIN})")
    assert [each["Type"] for each in finding["Resources"]] == ["Other"]


def documented_exception() -> str:
    """The lines that the page about a fleet gives for the builders of a pipeline."""
    page = (Path(__file__).parents[2] / "docs" / "fleet.md").read_text("utf-8")
    [block] = [each for each in page.split("```yaml\n")[1:] if each.startswith("exceptions:")]
    return block.partition("```")[0]


def test_the_documented_exception_is_for_builders_of_the_pipeline_and_nothing_else(
    fleet: Fleet, ask: Ask, tmp_path: Path
) -> None:
    builder = fleet.run(fleet.golden.base, PIPELINE)
    theirs = fleet.golden.home_made(STRANGER)
    fleet.world.share(theirs, REGION, PIPELINE)
    others = {fleet.run(fleet.golden.base), fleet.run(theirs, PIPELINE)}
    assert store(ask).code == 0
    runs = (("audit",), (*LIVE, "--as-of", NIGHT))
    for arguments in runs:
        run = ask(*arguments, "--format", "json")
        assert set(outcomes(run).values()) == {"fail"}
    (tmp_path / "assay.yaml").write_text(POLICY + documented_exception())
    for arguments in runs:
        run = ask(*arguments, "--format", "json")
        assert run.code == 1
        failing = {address for (address, _), outcome in outcomes(run).items() if outcome == "fail"}
        assert failing == others
        [excepted] = [each for each in run.report["verdicts"] if each["address"] == builder]
        assert (excepted["outcome"], excepted["exception"]["reason"]) == ("pass", "image pipeline")
    for each in others:
        fleet.world.instances[each].state = "terminated"
    assert ask(*runs[1]).code == 0
    assert ask(*LIVE, "--as-of", "2027-12-01").code == 1  # it has an end
