"""The shared cases come out as they should: false passes are closed, false alarms are green."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest

from tests.cases.expected import CLOSED, CODE, EXACT, GREEN, PLANS, REFUSED, UNJUDGED, Outcomes
from tests.cases.world import CasesWorld
from tests.command import POLICY, Run, talking_to
from tests.emulator import Server, serve
from tests.inputs.test_corpus import run_here
from tests.worlds import WORKLOAD

CASES = Path(__file__).resolve().parents[3] / "shared" / "cases"
pytestmark = pytest.mark.skipif(
    not CASES.is_dir(), reason="NOT TESTED: the shared cases are not here (../shared/cases)"
)
WORST = {"pass": 0, "undetermined": 1, "fail": 2}


@pytest.fixture(name="server", scope="module")
def _server() -> Iterator[Server]:
    with serve(CasesWorld()) as server:
        yield server


Check: TypeAlias = Callable[..., Run]


@pytest.fixture(name="cache", scope="module")
def _cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Service models, cut once for all cases; what is learnt of images is thrown away each time."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(name="check")
def _check(server: Server, tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> Check:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "policy.yaml").write_text(POLICY)
    for name, value in talking_to(server.url, WORKLOAD).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("ASSAY_CACHE_DIR", str(cache))
    shutil.rmtree(cache / "ancestry", ignore_errors=True)

    def check(path: Path, *options: str) -> Run:
        return run_here("check", path, "--policy", "policy.yaml", "--format", "json", *options)

    return check


def as_expected(run: Run, expected: Outcomes) -> list[str]:
    """Where the worst verdict of an address is not what it should be; "" stands for none."""
    found: dict[str, str] = {}
    for verdict in run.report["verdicts"]:
        before, now = found.get(verdict["address"], "pass"), verdict["outcome"]
        found[verdict["address"]] = max(before, now, key=WORST.__getitem__)
    return [
        f"{address}: {found.get(address, 'no verdict')}, not {' or '.join(sorted(outcomes))}"
        for address, outcomes in expected.items()
        if found.get(address, "") not in outcomes
    ]


@pytest.mark.parametrize("name", PLANS)
def test_a_plan(check: Check, name: str) -> None:
    run = check(CASES / "plans" / name)
    assert as_expected(run, PLANS[name]) == [], run.stderr
    assert (run.code == 0) is name.startswith(GREEN) or name.startswith("..")
    not_judged = run.report["summary"]["not_judged"]
    assert UNJUDGED.get(name, {}).items() <= not_judged.items()


WITH_CODE = [name for name in PLANS if (CASES / "plans" / name).with_name("main.tf").exists()]


@pytest.mark.parametrize("name", WITH_CODE)
def test_a_plan_with_its_code(check: Check, name: str) -> None:
    """No false alarm and no false pass is left."""
    path = CASES / "plans" / name
    run = check(path, "--source-root", str(path.parent))
    assert as_expected(run, PLANS[name] | EXACT.get(name, {})) == [], run.stderr
    assert (run.code == 0) is name.startswith(GREEN) or name.startswith("..")
    assert "not what was planned" not in run.stderr
    assert all(each["file"] for each in run.report["verdicts"])


def test_a_region_that_a_function_makes_is_exact_with_the_code(check: Check) -> None:
    path = CASES / "plans" / "regfn" / "plan.json"
    run = check(path, "--source-root", str(path.parent))
    assert {each["region"] for each in run.report["verdicts"]} == {"us-west-2"}
    assert {each["region"] for each in check(path).report["verdicts"]} == {None}


def test_what_a_stack_gives_out_is_nobodys_to_tell(check: Check) -> None:
    """The copy beside it is not spoken of."""
    path = CASES / "plans" / "local1" / "plan.json"
    run = check(path, "--source-root", str(path.parent))
    [told] = [v["results"] for v in run.report["verdicts"] if v["address"] == "aws_instance.x"]
    [said] = [each["message"] for each in told if each["rule"] == "unresolved"]
    assert "aws_cloudformation_stack.s" in said
    assert "aws_ami_copy" not in said


def test_most_of_the_plans_have_their_code_beside_them() -> None:
    assert len(WITH_CODE) > 20
    assert {name for name in EXACT if name not in WITH_CODE} == set()


@pytest.mark.parametrize("name", ["ssmwo/plan.json", "c05-woreal/plan.json"])
def test_a_value_that_no_plan_holds_is_named(check: Check, name: str) -> None:
    run = check(CASES / "plans" / name)
    told = [
        {each["rule"]: each["message"] for each in verdict["results"]}
        for verdict in run.report["verdicts"]
        if verdict["address"].startswith("aws_instance")
    ]
    assert told
    assert all("value_wo" in messages["unresolved"] for messages in told)


@pytest.mark.parametrize("name", ["arnspoof", "regfn"])
def test_the_region_that_somebody_says_outranks_what_is_inferred(check: Check, name: str) -> None:
    run = check(CASES / "plans" / name / "plan.json", "--region", "us-west-2")
    assert {v["region"] for v in run.report["verdicts"]} == {"us-west-2"}
    assert run.code == 3


@pytest.mark.parametrize("name", sorted({*CODE, *CLOSED, *REFUSED}))
def test_code(check: Check, name: str) -> None:
    run = check(CASES / "code" / name)
    if name in REFUSED:
        assert run.code == 2
        assert ".tf:" in run.stderr
        return
    assert as_expected(run, CODE.get(name, {})) == [], run.stderr
    if name in CLOSED:
        assert run.code in (1, 3)


@pytest.mark.parametrize("name", ["ssmsecret", "modargs"])
def test_a_parameter_that_can_be_no_image_is_not_asked(
    check: Check, server: Server, name: str
) -> None:
    server.requests.clear()
    run = check(CASES / "code" / name)
    assert run.code in (0, 3)
    assert server.calls("GetParameters") == []
    assert "password" not in run.stdout + run.stderr
