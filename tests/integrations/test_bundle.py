"""The bundle that `make lambda` makes, with nothing else on the path, against AWS as it is emulated."""

import os
import shutil
import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from tests.command import talking_to
from tests.emulator import Server
from tests.integrations.bundle import function, made, unpacked
from tests.integrations.conftest import PARAMETER, POLICY, TOPIC
from tests.integrations.test_config_rule import changed
from tests.integrations.test_config_rule import event as config_event
from tests.integrations.test_events import call, state
from tests.worlds import REGION, WORKLOAD, GoldenWorld

CONFIG_RULE, EVENTS = "assay.integrations.config_rule", "assay.integrations.events"
NOBODY = 65534
LAMBDA_MOST = 250 * 1024 * 1024
"""Lambda quotas: bytes of a deployment package, unpacked."""


@pytest.fixture(scope="module", name="archive")
def _archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("bundle") / "assay-lambda.zip")


@pytest.fixture(scope="module", name="tree")
def _tree(archive: Path) -> Path:
    return unpacked(archive, archive.parent / "task")


@pytest.fixture(name="around")
def _around(server: Server) -> dict[str, str]:
    return {
        **talking_to(server.url, WORKLOAD),
        "AWS_REGION": REGION,
        "ASSAY_POLICY": f"ssm:{PARAMETER}:1",
        "ASSAY_POLICY_SHA256": sha256(POLICY.encode()).hexdigest(),
        "ASSAY_TOPIC_ARN": TOPIC,
    }


def test_the_rule_judges_what_changes(
    world: GoldenWorld,
    tree: Path,
    around: dict[str, str],
    latest: Callable[[], dict[str, tuple[str, str]]],
) -> None:
    good = world.world.run_instance(WORKLOAD, REGION, world.copy())
    bad = world.world.run_instance(WORKLOAD, REGION, world.home_made())
    ran = function(
        tree, CONFIG_RULE, around, [config_event(changed(good)), config_event(changed(bad))]
    )
    assert ran.answers == [{"COMPLIANT": 1}, {"NON_COMPLIANT": 1}]
    assert ran.foreign == []
    assert {id: told for id, (told, _) in latest().items()} == {
        good: "COMPLIANT",
        bad: "NON_COMPLIANT",
    }


def test_launches_are_judged_and_told(
    world: GoldenWorld, tree: Path, around: dict[str, str]
) -> None:
    good = world.world.run_instance(WORKLOAD, REGION, world.copy())
    bad = world.world.run_instance(WORKLOAD, REGION, world.home_made())
    ran = function(tree, EVENTS, around, [state(good, "pending"), call(good, bad)])
    assert [each["outcome"] for each in ran.answers] == ["pass", "fail"]
    assert ran.foreign == []
    assert len(world.world.governance.messages) == 1


def test_a_broken_policy_closes_and_is_explained(
    world: GoldenWorld, tree: Path, around: dict[str, str]
) -> None:
    broken = "version: 1\ngolden:\n  watermark: []\n"
    world.world.put_parameter(WORKLOAD, REGION, PARAMETER, broken, "text")
    around |= {
        "ASSAY_POLICY": f"ssm:{PARAMETER}:2",
        "ASSAY_POLICY_SHA256": sha256(broken.encode()).hexdigest(),
    }
    image = world.world.run_instance(WORKLOAD, REGION, world.copy())
    (told,) = function(tree, EVENTS, around, [state(image)]).answers
    assert told["outcome"] == "undetermined"
    assert "unknown key 'watermark' in golden" in told["instances"][0]["reason"]


def test_the_policy_can_stand_in_s3(world: GoldenWorld, tree: Path, around: dict[str, str]) -> None:
    world.world.objects["policies", "assay.yaml", "1"] = POLICY.encode()
    around |= {"ASSAY_POLICY": "s3://policies/assay.yaml?versionId=1"}
    image = world.world.run_instance(WORKLOAD, REGION, world.copy())
    (told,) = function(tree, EVENTS, around, [state(image)]).answers
    assert told["outcome"] == "pass"


def test_the_models_that_came_along_are_read_though_they_are_not_the_functions_own(
    world: GoldenWorld, tree: Path, around: dict[str, str], tmp_path: Path
) -> None:
    """In Lambda nothing below LAMBDA_TASK_ROOT belongs to the user that runs it."""
    foreign = shutil.copytree(tree, tmp_path / "foreign")
    (model,) = (foreign / "models").iterdir()
    for path in (foreign / "models", model):
        if os.geteuid() == 0:
            os.chown(path, NOBODY, NOBODY)
        else:
            path.chmod(0o777)
    image = world.world.run_instance(WORKLOAD, REGION, world.copy())
    ran = function(foreign, EVENTS, around, [state(image)])
    assert ran.answers[0]["outcome"] == "pass"
    assert str(model) in ran.opened
    assert [each for each in ran.opened if "service-2" in each] == []


def test_without_them_the_answer_is_the_same(
    world: GoldenWorld, tree: Path, around: dict[str, str], tmp_path: Path
) -> None:
    shutil.copytree(tree, tmp_path / "bare", ignore=shutil.ignore_patterns("models"))
    image = world.world.run_instance(WORKLOAD, REGION, world.copy())
    with_models, without = (
        function(each, EVENTS, around, [state(image)]) for each in (tree, tmp_path / "bare")
    )
    assert with_models.answers == without.answers
    assert [each for each in without.opened if "service-2" in each] != []


def test_it_is_small_and_has_its_licences(archive: Path) -> None:
    with zipfile.ZipFile(archive) as found:
        names = [each.filename for each in found.infolist()]
        assert sum(each.file_size for each in found.infolist()) < LAMBDA_MOST / 5
    assert archive.stat().st_size < 12 * 1024 * 1024
    asked = {name.split("/")[2] for name in names if name.startswith("botocore/data/")}
    assert len(asked) < 20
    assert not [name for name in names if name.startswith(("boto3/", "click/", "jinja2/"))]
    for package in ("botocore", "msgspec", "regex"):
        assert any(n.startswith(package) and "LICENSE" in n for n in names), package


def test_it_is_the_same_twice(archive: Path, tmp_path: Path) -> None:
    assert made(tmp_path / "again.zip").read_bytes() == archive.read_bytes()


def test_the_scheduled_push_has_what_it_needs(
    world: GoldenWorld, tree: Path, around: dict[str, str]
) -> None:
    world.world.run_instance(WORKLOAD, REGION, world.home_made())
    (told,) = function(tree, "assay.integrations.security_hub", around, [{}]).answers
    assert (told["account"], told["imported"]) == (WORKLOAD, 1)
