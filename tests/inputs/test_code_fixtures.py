"""Code held against the plans that the real Terraform made of it, for every fixture and policy case."""

import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from assay.inputs.plan.plan import Source, read_plans
from assay.inputs.terraform.directory import Code
from assay.inputs.terraform.of_plans import CodeOfPlans
from assay.kept import Kept
from assay.model import AnyOf, Changeable, Changes, Kind, Made, Planned, Unusable, Value
from tests.terraform.agreement import EQUAL, LOOKUP, MORE, compare

ROOT = Path(__file__).parents[2]
CASES = sorted(
    plan.parent
    for folder in ("fixtures", "policies")
    for plan in (ROOT / folder).rglob("plan.json")
    if (plan.parent / "main.tf").exists()
)


@pytest.fixture(scope="module")
def code() -> Code:
    return Code(Kept(None))


def sources(code: Code, case: Path) -> tuple[Source, Source]:
    data = (case / "plan.json").read_bytes()
    [plan] = read_plans("plan.json", data, kinds=tuple(Kind), region=None, include_unchanged=True)
    variables = json.loads(data).get("variables", {})
    environment = {
        name: value if isinstance(value := given.get("value"), str) else json.dumps(value)
        for name, given in variables.items()
    }
    path = str(case)
    written = code.source(path, kinds=tuple(Kind), region=None, environment=environment)
    return _any_maker(CodeOfPlans.checkout(Kept(None), None, path).at_lines(plan)), _any_maker(
        written
    )


def _any_maker(source: Source) -> Source:
    """Of several copies of one image that could be meant, a plan names the first: any will do."""
    told = tuple(
        replace(each, value=_unnamed(each.value))
        for each in source.references
        if not each.changes_ignored
    )
    return replace(source, references=told)


def _unnamed(value: Value) -> Value:
    match value:
        case Made(source=inner):
            return replace(value, by="", source=_unnamed(inner))
        case Planned(value=inner):
            return replace(value, value=_unnamed(inner))
        case AnyOf(values):
            return AnyOf(tuple(map(_unnamed, values)))
        case Unusable(reason):  # where there is no plan, none is spoken of
            return replace(value, reason=reason.replace("this plan", "the code"))
        case Changeable(changes=changes):
            left = tuple(replace(each, leaves=_unnamed(each.leaves)) for each in changes)
            return replace(value, among=(Changes(left),))
        case Unusable(reason):  # code does not speak of plans
            return replace(value, reason=reason.replace("this plan", "the code"))
    return value


def test_every_case_has_code() -> None:
    assert len(CASES) > 40


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.relative_to(ROOT)))
def test_code_says_what_the_plan_says_or_that_it_does_not_know(code: Code, case: Path) -> None:
    plan, written = sources(code, case)
    found = compare(plan, written)
    changed_elsewhere = (
        "targeted",
        "actions",
        "adopted",
        "unchanged",
        "destroyed",
        "drift",
        "refresh-only",
        "same-plan-builds",  # what Image Builder builds, only a plan tells
        "same-plan-parameters",
    )
    # The id of what will be made is never empty: an apply decides by that, and a plan does not yet
    decided = ("(whole plan)", "aws_instance.undetermined_condition_on_the_copy ")
    wrong = [each for each in found.wrong if not each.startswith(decided)]
    if case.name not in changed_elsewhere:  # there the state, or -target, says other than the code
        assert wrong == []
    for reference, own in found.paired:
        assert (reference.file, reference.line) == (own.file, own.line), reference.address


def test_most_of_it_is_known(code: Code) -> None:
    told = [compare(*sources(code, case)) for case in CASES]
    known = sum(each.count(EQUAL, LOOKUP, MORE) for each in told)
    assert known / sum(len(each.told) for each in told) > 0.8
