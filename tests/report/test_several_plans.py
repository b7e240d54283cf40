"""The same address in two plans of one run: each format says which plan it speaks of."""

import re

import pytest
from msgspec.structs import replace

from assay.model import Report
from assay.run.formats import FORMATS, render
from tests.report import samples


def of_two_plans() -> Report:
    """The demo's plan twice, as two environments of one module have it."""
    one = samples.of_demo()
    (facts,) = one.inputs
    again = [replace(each, subject=replace(each.subject, input=1)) for each in one.verdicts]
    inputs = (replace(facts, path="dev.json"), replace(facts, path="prod.json"))
    return replace(one, inputs=inputs, verdicts=(*one.verdicts, *again))


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_every_finding_names_its_plan(name: str) -> None:
    alone, both = (
        render(report, name, replace(samples.PLAIN, verbose=True))
        for report in (samples.of_demo(), of_two_plans())
    )
    assert "dev.json" not in alone
    for path in ("dev.json", "prod.json"):
        assert path in both
    failing = [line for line in both.splitlines() if "aws_instance.legacy" in line]
    if name in ("text", "github", "azure", "gitlab-codequality"):
        named = [re.findall(r"dev\.json|prod\.json", line) for line in failing]
        assert all(named)
        assert len({each[0] for each in named}) == 2


def test_one_plan_needs_no_name() -> None:
    assert "(plan" not in render(samples.of_demo(), "text", samples.PLAIN)
