"""Plans read together with the code that they were made of, for every fixture and policy case.

Nothing that passes or fails comes to another outcome. What a plan alone leaves open may come to what
the words of the code say; that is written down here, each with what those words are.
"""

from pathlib import Path
from typing import NamedTuple

import pytest

from assay.catalog.interface import ImageCatalog
from assay.catalog.recorded import RecordedCatalog
from assay.inputs.plan.plan import Source, read_plans
from assay.inputs.plan.with_code import Joining, alone
from assay.inputs.terraform.of_plans import CodeOfPlans
from assay.kept import Kept
from assay.policy.load import load
from assay.run.check import check
from assay.run.expectation import read as read_expectation
from fixtures.places import open_places
from fixtures.worlds import GoldenWorld
from tests.inputs.test_code_fixtures import CASES, ROOT
from tests.judging import Emulated

FAIL, PASS, OPEN = "fail", "pass", "undetermined"
Outcomes = dict[tuple[str, str], str]
"""By address and attribute."""


class Now(NamedTuple):
    """What a reference that a plan alone leaves open comes to, and the words that say so."""

    outcome: str
    why: str


EXACT: dict[str, dict[str, Now]] = {
    "fixtures/conditionals": {
        "aws_instance.undetermined_either": Now(PASS, "`var.blue` is true: the copy of golden"),
        "aws_instance.undetermined_condition_on_the_copy": Now(
            FAIL, 'a copy has an id, so that `!= ""` holds: the variable, which is home-made'
        ),
        "aws_instance.undetermined_local": Now(PASS, "`local.chosen` is the id of `pass_green`"),
    },
    "fixtures/dynamic-blocks": {
        "aws_autoscaling_group.undetermined_golden": Now(PASS, "one block, of `pass_golden.id`"),
        "aws_autoscaling_group.undetermined_home_made": Now(FAIL, "of `fail_home_made.id`"),
    },
    "fixtures/locals-beside": {
        "aws_instance.undetermined_local": Now(PASS, "`local.golden` is the id of the copy"),
        "module.undetermined_service.aws_instance.this": Now(
            PASS, '`var.ami != "" ? var.ami : …`, where the caller passes the id of the copy'
        ),
    },
    "fixtures/open-places": {
        "aws_instance.undetermined_moved": Now(PASS, "`replace(var.home, …)` is eu-west-1"),
        "aws_instance.undetermined_local_alias": Now(PASS, "`local.region` is us-east-1"),
        "aws_instance.undetermined_any_role_alias": Now(
            PASS, "the account of the role is `var.landing.account`"
        ),
    },
    "fixtures/template-versions": {
        "aws_autoscaling_group.undetermined_mended": Now(
            PASS, '`local.versions["mended"]` is the version that this plan makes'
        ),
    },
    "fixtures/through-modules": {
        'aws_instance.undetermined_key["good"]': Now(FAIL, '`each.value` is "bad"'),
        'aws_instance.undetermined_key["bad"]': Now(PASS, '`each.value` is "good"'),
    },
    "fixtures/with-code": {
        "aws_instance.web": Now(PASS, '`local.images["golden"]` is the copy of golden'),
        'aws_launch_template.this["golden"]': Now(PASS, "`each.value` is the copy of that key"),
        'aws_launch_template.this["home-made"]': Now(FAIL, "`each.value` is the copy of that key"),
        "aws_autoscaling_group.blue": Now(PASS, 'a block for the template of key "golden"'),
        "aws_autoscaling_group.green": Now(FAIL, 'a block for the template of key "home-made"'),
    },
}


def judged(
    case: Path, joining: Joining, live: ImageCatalog | None = None
) -> tuple[Outcomes, list[Source]]:
    """What each reference of a case comes to, by the case's own policy and what it has recorded."""
    policies = (folder / "policy.yaml" for folder in (case, *case.parents))
    path = next(path for path in policies if path.exists())
    policy = load(str(path), path.read_bytes())
    expected = read_expectation("expected.json", (case / "expected.json").read_bytes())
    sources = read_plans(
        "plan.json",
        (case / "plan.json").read_bytes(),
        kinds=policy.judge,
        region=policy.region,
        include_unchanged=expected.include_unchanged,
        tags=policy.matches_tags,
        joining=joining,
    )
    recorded = RecordedCatalog.load("catalog.json", (case / "catalog.json").read_bytes())
    as_of = expected.moment or recorded.file.recorded_at
    report = check(sources, live or recorded, policy, as_of)
    references = [(each.subject.reference, each.outcome.value) for each in report.verdicts]
    return {(each.address, each.attribute): outcome for each, outcome in references}, sources


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.relative_to(ROOT)))
def test_with_its_code_a_plan_comes_to_the_same_or_to_what_the_code_says(case: Path) -> None:
    code = CodeOfPlans.checkout(Kept(None), None, str(case))
    before, _ = judged(case, alone)
    now, sources = judged(case, code.join)
    assert [code.at_lines(each).notes for each in sources] == [()]
    assert now.keys() == before.keys()
    exact = EXACT.get(str(case.relative_to(ROOT)), {})
    assert exact.keys() <= {address for address, _ in before}
    for (address, attribute), outcome in before.items():
        wanted = exact[address].outcome if address in exact else outcome
        assert outcome == OPEN or wanted == outcome, address
        assert now[address, attribute] == wanted, f"{address} {attribute}"


def test_what_the_code_settles_is_left_open_by_plans_alone() -> None:
    assert sum(map(len, EXACT.values())) == 18
    assert all(now.outcome in (PASS, FAIL) for each in EXACT.values() for now in each.values())
    assert EXACT.keys() <= {str(case.relative_to(ROOT)) for case in CASES}


def test_a_name_is_asked_for_in_the_region_that_a_function_makes(emulated: Emulated) -> None:
    """Golden in Virginia, and home-made in Dublin, where no plan alone would look."""
    world = GoldenWorld()
    open_places(world)
    emulated.show(world)
    case = ROOT / "fixtures" / "open-places"
    code = CodeOfPlans.checkout(Kept(None), None, str(case))
    now, _ = judged(case, code.join, emulated.catalog)
    assert now["aws_instance.undetermined_moved_alias", "ami"] == FAIL
    assert now["aws_instance.undetermined_local_alias", "ami"] == PASS
    asked = {each.region for each in emulated.server.calls("GetParameters")}
    assert asked == {"eu-west-1", "us-east-1"}
