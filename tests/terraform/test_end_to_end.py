"""From `.tf` to verdict: the real Terraform plans against the emulator, and assay judges the plan.

assay runs as people run it: a process with arguments, environment, streams and an exit code.
"""

import base64
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from tests.command import POLICY, Run, run
from tests.emulator import Fault, Request, Server, Watermark, World, access_key, serve
from tests.terraform.binary import Terraform
from tests.worlds import PIPELINE, STRANGER, WORKLOAD, GoldenWorld
from tests.worlds import REGION as EAST

pytestmark = pytest.mark.terraform

DUBLIN = "eu-west-1"
AS_OF = "2026-11-21T00:00:00Z"

SECRET_KEY = "secret-key-of-the-provider-7f3a"
LITERAL_SECRET_KEY = "a-literal-secret-key-in-a-provider-block"  # as fleet/main.tf has it
PASSWORD = "correct-horse-battery-staple-9d1c"
TAG_SECRET = "token-in-a-tag-of-the-plan-55e0"
IMAGE_TAG_SECRET = "token-in-a-tag-of-an-image-b07b"
TEMPLATE_SECRET = "password-in-user-data-of-a-template-c4c4"
READER_SECRET = "secret-key-of-the-reader-1a2b"


# --------------------------------------------------------------------------------- the world


@dataclass(frozen=True, slots=True)
class Fleet:
    """An emulated AWS and what the configurations need to know of it."""

    world: World
    base: str
    images: Mapping[str, str]
    sealed: Mapping[str, str]
    """What the plan marks as sensitive: AMI ids, a parameter's name and a template's name."""
    sealed_ids: frozenset[str]
    """Every AMI id that only sensitive values lead to."""
    web_template_id: str


def make_fleet() -> Fleet:
    at = GoldenWorld()
    world, golden, copy = at.world, at.golden, at.copy()
    disabled = at.copy()
    world.disable(disabled, EAST)
    retired = world.copy_image(PIPELINE, EAST, golden, EAST, name="retired")
    world.share(retired, EAST, WORKLOAD)
    world.deprecate(retired, EAST)
    foreign = at.home_made(STRANGER)
    world.attach_watermark(STRANGER, EAST, foreign, "golden-web")
    world.share(foreign, EAST, WORKLOAD)
    images = {
        "golden": golden,
        "copy": copy,
        "derived": at.derived(copy),
        "disabled": disabled,
        "retired": retired,
        "foreign": foreign,
        "home_made": at.home_made(),
        "forged": forged_image(at),
        "abroad": at.copy(region=DUBLIN),
    }
    world.put_parameter(WORKLOAD, EAST, "/golden/web", copy, "aws:ec2:image")
    data = {"ImageId": golden, "UserData": encoded(TEMPLATE_SECRET)}
    web = world.add_launch_template(WORKLOAD, EAST, "web", data).template_id
    world.create_launch_template_version(web, images["home_made"])
    world.create_launch_template(WORKLOAD, EAST, "aliased", "resolve:ssm:/golden/web")
    for image in world.images.values():
        image.tags["Token"] = IMAGE_TAG_SECRET
    return Fleet(world, at.base, images, *seal(at), web)


def forged_image(at: GoldenWorld) -> str:
    """An image with a mark that says it descends from the golden image; EC2's record does not."""
    forged = at.home_made()
    made = at.world.image(EAST, at.golden).creation_date
    mark = Watermark(f"{PIPELINE}:golden-web", EAST, at.golden, made, made)
    at.world.image(EAST, forged).watermarks.append(mark)
    return forged


def seal(at: GoldenWorld) -> tuple[dict[str, str], frozenset[str]]:
    """Images that the plan reaches through sensitive values and in no other way."""
    by_parameter, by_alias, by_template = at.copy(), at.copy(), at.copy()
    at.world.put_parameter(WORKLOAD, EAST, "/sealed/image", by_parameter)
    at.world.put_parameter(WORKLOAD, EAST, "/sealed/alias", by_alias, "aws:ec2:image")
    at.world.create_launch_template(WORKLOAD, EAST, "sealed-template", by_template)
    by_id = {"golden": at.copy(), "home_made": at.home_made(), "missing": "ami-0deadbeefdeadbeef"}
    by_name = {"alias": "/sealed/alias", "template": "sealed-template"}
    return by_id | by_name, frozenset({*by_id.values(), by_parameter, by_alias, by_template})


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.fixture(scope="module")
def fleet() -> Fleet:
    return make_fleet()


@pytest.fixture(scope="module")
def server(fleet: Fleet) -> Iterator[Server]:
    with serve(fleet.world) as running:
        yield running


# --------------------------------------------------------------------------------- the plans


def written(folder: Path, plan: bytes) -> Path:
    """A plan as a file, with the policy beside it."""
    (folder / "assay.yaml").write_text(POLICY, encoding="utf-8")
    path = folder / "plan.json"
    path.write_bytes(plan)
    return path


def planning(terraform: Terraform, server: Server) -> Terraform:
    """With the team's credentials, as a pipeline has them: a provider block names none."""
    environment = {
        "AWS_ENDPOINT_URL": server.url,
        "AWS_ACCESS_KEY_ID": access_key(WORKLOAD),
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
    }
    return replace(terraform, environment={**terraform.environment, **environment})


@pytest.fixture(scope="module")
def plan(
    terraform: Terraform, fleet: Fleet, server: Server, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    made = planning(terraform, server).plan(
        "fleet",
        {
            "access_key": access_key(WORKLOAD),
            "secret_key": SECRET_KEY,
            "region": EAST,
            "images": dict(fleet.images),
            "web_template_id": fleet.web_template_id,
            "password": PASSWORD,
            "tag_secret": TAG_SECRET,
            "sealed": dict(fleet.sealed),
        },
    )
    return written(tmp_path_factory.mktemp("fleet"), made)


# ------------------------------------------------------------------------------------- assay


def assay(folder: Path, *arguments: str, **environment: str) -> Run:
    """Run assay with nothing of this process's environment: the fixtures below outlive a test's."""
    alone = {"PATH": os.defpath, "HOME": str(folder), "AWS_EC2_METADATA_DISABLED": "true"}
    return run(arguments, folder, {**alone, **environment})


def reader(server: Server) -> dict[str, str]:
    """The environment of somebody who may read in the team's account."""
    return {
        "AWS_ENDPOINT_URL": server.url,
        "AWS_ACCESS_KEY_ID": access_key(WORKLOAD),
        "AWS_SECRET_ACCESS_KEY": READER_SECRET,
    }


def check(plan: Path, server: Server, *arguments: str) -> Run:
    told = ("check", plan.name, "--policy", "assay.yaml", "--as-of", AS_OF, *arguments)
    return assay(plan.parent, *told, **reader(server))


@pytest.fixture(scope="module")
def as_json(plan: Path, server: Server) -> Run:
    return check(plan, server, "--format", "json")


@pytest.fixture(scope="module")
def as_text(plan: Path, server: Server) -> Run:
    return check(plan, server)


@pytest.fixture(scope="module")
def verdicts(as_json: Run) -> dict[tuple[str, str], Any]:
    assert not as_json.stderr
    found = as_json.report["verdicts"]
    keyed = {(verdict["address"], verdict["attribute"]): verdict for verdict in found}
    assert len(keyed) == len(found), "one attribute of one address has two verdicts"
    return keyed


# -------------------------------------------------------------------------------- the verdicts

MIXED = "mixed_instances_policy[0].launch_template[0]"
MIXED_BY_NAME = f"{MIXED}.launch_template_specification[0].launch_template_name"
MIXED_OVERRIDE = f"{MIXED}.override[1].launch_template_specification[0].launch_template_id"
SERVICE = "module.service"

# Address, attribute, outcome, and the rule that made it so; a pass has none. The addresses are as
# Terraform writes them: quotes, backslashes and ${ are escaped inside keys.
EXPECTED = [
    ("aws_instance.golden", "ami", "pass", None),
    ("aws_instance.copy", "ami", "pass", None),
    ("aws_instance.derived", "ami", "pass", None),
    ("aws_instance.home_made", "ami", "fail", "unmarked"),
    ("aws_instance.foreign", "ami", "fail", "unmarked"),
    ("aws_instance.disabled", "ami", "fail", "not-launchable"),
    ("aws_instance.retired", "ami", "pass", None),
    ("aws_instance.forged", "ami", "fail", "lineage-mismatch"),
    ("aws_instance.abroad", "ami", "pass", None),
    ("aws_instance.wrong_region", "ami", "undetermined", "not-visible"),
    ("aws_instance.looked_up", "ami", "pass", None),
    ("aws_instance.unknown", "ami", "undetermined", "unresolved"),
    ("aws_instance.counted[0]", "ami", "pass", None),
    ("aws_instance.counted[1]", "ami", "fail", "unmarked"),
    ('aws_instance.awkward["a.b"]', "ami", "pass", None),
    (r'aws_instance.awkward["say \"hi\""]', "ami", "fail", "unmarked"),
    ('aws_instance.awkward["x[0]"]', "ami", "pass", None),
    (r'aws_instance.awkward["[\"]"]', "ami", "fail", "unmarked"),
    ('aws_instance.awkward["grüße ✓"]', "ami", "fail", "lineage-mismatch"),
    (r'aws_instance.awkward["back\\slash"]', "ami", "pass", None),
    ('aws_instance.awkward["$${not.a.template}"]', "ami", "fail", "not-launchable"),
    (r'aws_instance.awkward["module.m[\"k\"].aws_x.y"]', "ami", "pass", None),
    ('aws_instance.awkward[""]', "ami", "fail", "unmarked"),
    (
        f'{SERVICE}["blue.green"].module.host["copy.of[it]"].aws_instance.this[0]',
        "ami", "pass", None,
    ),
    (f'{SERVICE}["blue.green"].module.host["own"].aws_instance.this[0]', "ami", "pass", None),
    (
        rf'{SERVICE}["re\"d]"].module.host["copy.of[it]"].aws_instance.this[0]',
        "ami", "pass", None,
    ),
    (
        rf'{SERVICE}["re\"d]"].module.host["own"].aws_instance.this[0]',
        "ami", "fail", "unmarked",
    ),
    (
        'module.service_abroad.module.host["dublin"].aws_instance.this[0]',
        "ami", "pass", None,
    ),
    ("aws_launch_template.golden", "image_id", "pass", None),
    ("aws_launch_template.home_made", "image_id", "fail", "unmarked"),
    ("aws_launch_template.alias", "image_id", "pass", None),
    ("aws_launch_configuration.golden", "image_id", "pass", None),
    ("aws_launch_configuration.foreign", "image_id", "fail", "unmarked"),
    ("aws_spot_instance_request.derived", "ami", "pass", None),
    ("aws_spot_instance_request.home_made", "ami", "fail", "unmarked"),
    ("aws_instance.by_template_id", "launch_template[0].id", "pass", None),
    ("aws_instance.by_template_id_latest", "launch_template[0].id", "fail", "unmarked"),
    ("aws_instance.by_template_name", "launch_template[0].name", "pass", None),
    ("aws_instance.own_image_wins", "ami", "pass", None),
    ("aws_autoscaling_group.by_template_id", "launch_template[0].id", "fail", "unmarked"),
    ("aws_autoscaling_group.by_template_name", "launch_template[0].name", "pass", None),
    ("aws_autoscaling_group.mixed", MIXED_BY_NAME, "pass", None),
    ("aws_autoscaling_group.mixed", MIXED_OVERRIDE, "fail", "unmarked"),
    ("aws_instance.sealed", "ami", "pass", None),
    ("aws_instance.sealed_home_made", "ami", "fail", "unmarked"),
    ("aws_instance.sealed_missing", "ami", "undetermined", "not-visible"),
    ("aws_launch_template.sealed_by_parameter", "image_id", "pass", None),
    ("aws_launch_template.sealed_alias", "image_id", "pass", None),
    ("aws_autoscaling_group.sealed_template", "launch_template[0].name", "pass", None),
]  # fmt: skip
MOVING = {
    "aws_launch_template.alias",
    "aws_launch_template.sealed_alias",
    "aws_instance.by_template_id_latest",
    "aws_instance.by_template_name",
    "aws_autoscaling_group.by_template_id",
    "aws_autoscaling_group.mixed",
}
FORGED = {row[0] for row in EXPECTED if row[3] == "lineage-mismatch"}
SEALED = {row[0] for row in EXPECTED if ".sealed" in row[0]}


@pytest.mark.parametrize(("address", "attribute", "outcome", "rule"), EXPECTED)
def test_each_reference_gets_its_verdict(
    verdicts: Mapping[tuple[str, str], Any],
    address: str,
    attribute: str,
    outcome: str,
    rule: str | None,
) -> None:
    verdict = verdicts[address, attribute]
    decisive = {
        result["rule"]
        for result in verdict["results"]
        if result["severity"] == "error" and result["outcome"] != "pass"
    }
    assert (verdict["outcome"], decisive) == (outcome, {rule} if rule else set())


def test_nothing_else_is_judged(verdicts: Mapping[tuple[str, str], Any]) -> None:
    assert set(verdicts) == {(address, attribute) for address, attribute, _, _ in EXPECTED}


def test_the_exit_code_is_that_of_the_worst_verdict(as_json: Run, as_text: Run) -> None:
    assert (as_json.code, as_text.code) == (1, 1)
    assert as_json.report["outcome"] == "fail"
    outcomes = [row[2] for row in EXPECTED]
    summary = as_json.report["summary"]
    counted = {name: summary[name] for name in ("pass", "fail", "undetermined")}
    assert counted == {name: outcomes.count(name) for name in counted}
    assert summary["references"] == len(EXPECTED)


def test_text_shows_every_address_with_its_outcome(as_text: Run) -> None:
    assert not as_text.stderr
    shown = as_text.stdout.splitlines()
    for address, attribute, outcome, _ in EXPECTED:
        start = f"{outcome.upper()} {address}  "
        found = [line for line in shown if line.startswith(start)]
        assert any(f"  {attribute} = " in line for line in found), (start, attribute)


@pytest.mark.parametrize(
    ("rule", "addresses"), [("unpinned", MOVING), ("deprecated", {"aws_instance.retired"})]
)
def test_what_is_only_a_warning_is_reported_where_it_applies(
    verdicts: Mapping[tuple[str, str], Any], rule: str, addresses: set[str]
) -> None:
    warned = {
        address
        for (address, _), verdict in verdicts.items()
        for result in verdict["results"]
        if (result["rule"], result["severity"], result["outcome"]) == (rule, "warning", "fail")
    }
    assert warned == addresses


# ------------------------------------------------------------------------ why a verdict is so


def lineage(verdict: Any) -> list[tuple[str, str]]:
    return [(step["image_id"], step["region"]) for step in verdict["lineage"]]


def test_the_lineage_leads_from_the_image_used_to_its_root(
    verdicts: Mapping[tuple[str, str], Any], fleet: Fleet
) -> None:
    images = fleet.images
    origin = [(images["golden"], EAST), (fleet.base, EAST)]
    derived = verdicts["aws_instance.derived", "ami"]
    assert lineage(derived) == [(images["derived"], EAST), (images["copy"], EAST), *origin]
    assert derived["lineage"][0]["how"] == "CreateImage"
    assert derived["lineage"][-1]["owner"] == "amazon"
    assert lineage(verdicts["aws_instance.abroad", "ami"]) == [(images["abroad"], DUBLIN), *origin]
    assert lineage(verdicts["aws_instance.forged", "ami"]) == [(images["forged"], EAST)]


@pytest.mark.parametrize(
    ("address", "attribute", "image"),
    [
        ("aws_instance.looked_up", "ami", "golden"),
        ("aws_instance.own_image_wins", "ami", "golden"),
        ("aws_instance.by_template_id", "launch_template[0].id", "golden"),
        ("aws_instance.by_template_id_latest", "launch_template[0].id", "home_made"),
        ("aws_instance.by_template_name", "launch_template[0].name", "golden"),
        ("aws_launch_template.alias", "image_id", "copy"),
        ("aws_autoscaling_group.mixed", MIXED_BY_NAME, "copy"),
        ("aws_autoscaling_group.mixed", MIXED_OVERRIDE, "home_made"),
    ],
)
def test_template_alias_and_lookup_lead_to_their_image(
    verdicts: Mapping[tuple[str, str], Any], fleet: Fleet, address: str, attribute: str, image: str
) -> None:
    assert verdicts[address, attribute]["image_id"] == fleet.images[image]


def test_each_reference_is_placed_by_its_own_provider(
    verdicts: Mapping[tuple[str, str], Any],
) -> None:
    abroad = {address for (address, _), verdict in verdicts.items() if verdict["region"] == DUBLIN}
    assert abroad == {
        "aws_instance.abroad",
        "aws_instance.wrong_region",
        'module.service_abroad.module.host["dublin"].aws_instance.this[0]',
    }
    assert {verdict["region"] for verdict in verdicts.values()} == {EAST, DUBLIN}
    accounts = {verdict["account"]: verdict["region"] for verdict in verdicts.values()}
    assert accounts == {WORKLOAD: EAST, None: DUBLIN}  # that provider names keys of its own


def test_a_same_named_mark_of_another_account_is_named_as_such(
    verdicts: Mapping[tuple[str, str], Any],
) -> None:
    results = verdicts["aws_instance.foreign", "ami"]["results"]
    unmarked = next(result for result in results if result["rule"] == "unmarked")
    assert any(f"{STRANGER}:golden-web" in line for line in unmarked["evidence"])


def test_an_unknown_image_is_traced_to_what_the_configuration_names(
    verdicts: Mapping[tuple[str, str], Any],
) -> None:
    results = verdicts["aws_instance.unknown", "ami"]["results"]
    unresolved = next(result for result in results if result["rule"] == "unresolved")
    assert "terraform_data.picked_at_apply" in unresolved["message"]


def test_evidence_of_an_endpoint_that_is_not_aws_is_said_to_be_so(
    as_json: Run, as_text: Run, server: Server
) -> None:
    assert server.url in as_json.report["catalog"]["endpoint"]
    assert server.url in as_text.stdout


# ------------------------------------------------------------------------------ only one outcome


@pytest.mark.parametrize(
    ("configuration", "outcome", "code"), [("golden", "pass", 0), ("unknown", "undetermined", 3)]
)
def test_a_plan_with_one_outcome_exits_with_its_code(
    terraform: Terraform,
    fleet: Fleet,
    server: Server,
    tmp_path: Path,
    configuration: str,
    outcome: str,
    code: int,
) -> None:
    variables = {"image": fleet.images["golden"]}
    path = written(tmp_path, planning(terraform, server).plan(configuration, variables))
    ended = check(path, server, "--format", "json")
    assert {verdict["outcome"] for verdict in ended.report["verdicts"]} == {outcome}
    assert (ended.report["outcome"], ended.code) == (outcome, code)


# ------------------------------------------------------------------------------ denied, recorded


def test_where_the_parents_are_visible_nobody_needs_get_image_ancestry(
    plan: Path, fleet: Fleet, verdicts: Mapping[tuple[str, str], Any]
) -> None:
    def deny_ancestry(request: Request) -> Fault | None:
        denied = request.operation == "GetImageAncestry"
        return Fault(403, "UnauthorizedOperation", "You are not authorized") if denied else None

    with serve(fleet.world, deny_ancestry) as server:
        ended = check(plan, server, "--format", "json")
    before = {key: verdict["outcome"] for key, verdict in verdicts.items()}
    after = {(v["address"], v["attribute"]): v["outcome"] for v in ended.report["verdicts"]}
    assert after == before
    doubted = {request.params["ImageId"] for request in server.calls("GetImageAncestry")}
    assert doubted == {v["image_id"] for key, v in verdicts.items() if key[0] in FORGED}


def test_what_may_not_be_asked_is_never_a_pass(
    plan: Path, fleet: Fleet, verdicts: Mapping[tuple[str, str], Any]
) -> None:
    def deny_images(request: Request) -> Fault | None:
        denied = request.operation == "DescribeImages"
        return Fault(403, "UnauthorizedOperation", "You are not authorized") if denied else None

    with serve(fleet.world, deny_images) as server:
        ended = check(plan, server, "--format", "json")
    outcomes = {verdict["outcome"] for verdict in verdicts.values() if verdict["image_id"]}
    assert outcomes >= {"pass", "fail"}
    after = {v["outcome"] for v in ended.report["verdicts"] if v["image_id"]}
    assert after == {"undetermined"}


@pytest.fixture(scope="module")
def recording(plan: Path, server: Server) -> tuple[Run, Path]:
    file = plan.parent / "catalog.json"
    ended = assay(plan.parent, "record", plan.name, "-o", file.name, **reader(server))
    return ended, file


NO_NETWORK = """
import os, sys

def refuse(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto"):
        os.write(2, b"the network was used")
        os._exit(99)

sys.addaudithook(refuse)
"""


def without_network(plan: Path, folder: Path, *arguments: str, **environment: str) -> Run:
    """Check in a process that dies at its first step into the network."""
    (folder / "sitecustomize.py").write_text(NO_NETWORK, encoding="utf-8")
    told = ("check", plan.name, "--policy", "assay.yaml", "--as-of", AS_OF, "--format", "json")
    return assay(plan.parent, *told, *arguments, PYTHONPATH=str(folder), **environment)


def test_a_recorded_catalogue_gives_the_same_verdicts_without_the_network(
    plan: Path, recording: tuple[Run, Path], as_json: Run, tmp_path: Path
) -> None:
    recorded, file = recording
    assert (recorded.code, recorded.stdout) == (0, "")
    ended = without_network(plan, tmp_path, "--catalog", file.name)
    assert (ended.code, ended.stderr) == (1, "")
    told, before = ended.report, as_json.report
    assert told["catalog"]["kind"] == "recorded"
    for part in ("outcome", "verdicts", "summary", "inputs", "policy", "as_of"):
        assert told[part] == before[part]


def test_without_a_catalogue_the_test_above_would_meet_the_network(
    plan: Path, server: Server, tmp_path: Path
) -> None:
    ended = without_network(plan, tmp_path, **reader(server))
    assert (ended.code, ended.stderr) == (99, "the network was used")


# ------------------------------------------------------------------------------------ secrets

PLAN_SECRETS = (PASSWORD, SECRET_KEY, LITERAL_SECRET_KEY, TAG_SECRET)
AWS_SECRETS = (IMAGE_TAG_SECRET, TEMPLATE_SECRET, READER_SECRET)
USER_DATA = f"#!/bin/sh\nexport PASSWORD={PASSWORD}\n"


def test_no_secret_leaves_assay(
    plan: Path, as_json: Run, as_text: Run, recording: tuple[Run, Path]
) -> None:
    text = plan.read_text(encoding="utf-8")
    in_plan = (*PLAN_SECRETS, encoded(USER_DATA))
    missing = [secret for secret in in_plan if secret not in text]
    assert not missing, "the plan does not hold what assay could leak"
    told = [part for ended in (as_json, as_text) for part in (ended.stdout, ended.stderr)]
    recorded, file = recording
    told += [recorded.stdout, recorded.stderr, file.read_text(encoding="utf-8")]
    for secret in (*in_plan, *AWS_SECRETS, encoded(TEMPLATE_SECRET)):
        assert not any(secret in part for part in told), secret


def test_sensitive_images_are_judged_and_not_shown(
    as_json: Run, as_text: Run, fleet: Fleet, verdicts: Mapping[tuple[str, str], Any]
) -> None:
    hidden = {
        address for (address, _), verdict in verdicts.items() if verdict["value"] == "(sensitive)"
    }
    assert hidden == SEALED
    for ended in (as_json, as_text):
        for secret in fleet.sealed_ids | set(fleet.sealed.values()):
            assert secret not in ended.stdout + ended.stderr
    for address in SEALED:
        line = next(line for line in as_text.stdout.splitlines() if f" {address}  " in line)
        assert " = (sensitive)" in line
