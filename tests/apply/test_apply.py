"""What assay says before apply is what apply does: a dozen ways to name images, in one apply.

`make apply-oracle` holds many more configurations to it, in every_configuration.py.
"""

import re
from collections.abc import Callable

import pytest

from tests.apply.compare import Kind, Row, table
from tests.apply.conftest import CONFIGURATIONS, Prepare
from tests.apply.ground import ground
from tests.apply.left_out import KNOWN
from tests.apply.world import ApplyWorld

pytestmark = pytest.mark.terraform

KEY = re.compile(r"\[[^]]*\](?=\.|$)")
UNTOLD_BY_A_PLAN = frozenset(
    {
        "aws_ami_copy.places_other",
        "aws_autoscaling_group.dynamic_group",
        "aws_autoscaling_group.dynamic_mixed",
        "aws_autoscaling_group.groups_chosen",
        "aws_autoscaling_group.groups_one",
        "aws_autoscaling_group.groups_taken",
        "aws_instance.conditions_first",
        "aws_instance.conditions_made",
        "aws_instance.conditions_made_bad",
        "aws_instance.conditions_null",
        "aws_instance.conditions_try_made",
        "aws_instance.copies_chained",
        "aws_instance.copies_element",
        "aws_instance.copies_splat",
        "aws_instance.dynamic_template",
        "aws_instance.locals_bad",
        "aws_instance.locals_block",
        "aws_instance.locals_each",
        "aws_instance.locals_good",
        "aws_instance.locals_interpolated",
        "aws_instance.locals_made",
        "aws_instance.locals_nested",
        "aws_instance.lookups_copy",
        "aws_instance.modules_counted",
        "aws_instance.modules_output",
        "aws_instance.modules_splat",
        "aws_instance.modules_typed",
        "aws_instance.places_copied",
        "aws_instance.places_other",
        "aws_instance.templates_by_id",
        "aws_instance.templates_by_local",
        "aws_launch_configuration.copies_taken",
        "module.passed.aws_instance.this",
        "module.placed.aws_instance.far",
        "module.placed.aws_instance.here",
        "module.service.aws_autoscaling_group.this",
        "module.service.aws_launch_template.this",
    }
)
"""Blocks whose images are known, and told only by their code; to be struck out as soon as a plan
alone tells them."""
UNTOLD = {"plan": UNTOLD_BY_A_PLAN, "saved": frozenset(KNOWN["configurations"])}


def test_what_is_said_before_apply_is_what_apply_does(
    prepare: Prepare, record_property: Callable[[str, object], None]
) -> None:
    world = ApplyWorld()
    with ground(prepare(CONFIGURATIONS), world) as here:
        applied = here.apply("configurations", world.names)
    assert applied.failed is None
    for mode, rows in applied.rows.items():
        record_property("applied", f"configurations, {mode}: {table(rows)}")
        assert [str(row) for row in rows if row.kind is Kind.DIFFERS] == []
        assert addresses(rows, Kind.UNRESOLVED, Kind.ANOTHER) == UNTOLD[mode]
        assert "aws_instance.conditions_replaced_open" in addresses(rows, Kind.OPEN)
    assert len(addresses(applied.rows["saved"], Kind.EQUAL)) > 80


def addresses(rows: list[Row], *kinds: Kind) -> set[str]:
    """The blocks of the rows that are of one of the kinds."""
    return {KEY.sub("", row.address) for row in rows if row.kind in kinds}
