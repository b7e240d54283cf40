"""The tags of a resource, as planned: those that a policy's scopes and exceptions match on."""

import json
from typing import Any

import pytest

from assay.inputs.plan.plan import read_plans
from assay.model import AmiReference, Kind
from assay.policy.matching import Scopes
from tests.plans import dump, instance, plan, resource
from tests.policy.builders import USED, document, subject


def planned(*changes: dict[str, Any], tags: bool = True) -> list[AmiReference]:
    [source] = read_plans(
        "plan.json", dump(plan(*changes)), kinds=set(Kind), region=None, tags=tags
    )
    return list(source.references)


def tags_of(after: dict[str, Any], *, type: str = "aws_instance", **more: Any) -> dict[str, str]:
    [reference] = planned(resource(f"{type}.a", after, **more))
    return dict(reference.tags)


AMI = {"ami": USED, "launch_template": []}


@pytest.mark.parametrize(
    ("after", "wanted"),
    [
        ({}, {}),
        ({"tags": None}, {}),
        ({"tags": {}}, {}),
        ({"tags": {"env": "prod"}}, {"env": "prod"}),
        ({"tags_all": {"env": "prod"}}, {"env": "prod"}),
        ({"tags": {"env": "prod"}, "tags_all": None}, {"env": "prod"}),
        ({"tags": {"env": "prod"}, "tags_all": {"env": "prod", "by": "default"}},
         {"env": "prod", "by": "default"}),
        ({"tags": {"a": "1"}, "tags_all": {"b": "2"}}, {"a": "1", "b": "2"}),
        ({"tags": {"empty": "", "é": "\U0001f600"}}, {"empty": "", "é": "\U0001f600"}),
        ({"tags": {"env": None, "team": "a"}}, {"team": "a"}),
        ({"tags": {"env": 1, "team": True, "x": ["y"], "z": {"a": "b"}}}, {}),
        ({"tags": "env=prod"}, {}),
        ({"tags": [["env", "prod"]]}, {}),
        ({"volume_tags": {"env": "prod"}}, {}),
    ],
)  # fmt: skip
def test_tags_of_hashicorp_aws(after: dict[str, Any], wanted: dict[str, str]) -> None:
    assert tags_of({**AMI, **after}) == wanted


def test_tags_that_are_known_only_after_apply_are_none_yet() -> None:
    after = {**AMI, "tags": {"team": "a"}}
    unknown = {"tags": {"env": True}, "tags_all": True}
    assert tags_of(after, unknown=unknown) == {"team": "a"}
    assert tags_of({"ami": USED}, unknown={"tags": True, "tags_all": True}) == {}


def test_an_unknown_tag_is_matched_by_nothing() -> None:
    by = document(
        scopes=[{"name": "x", "match": {"tags": {"env": "*"}}, "rules": {"unmarked": "off"}}]
    )
    for after, unknown, held in (
        ({**AMI, "tags": {"env": "prod"}}, {}, True),
        (AMI, {"tags": {"env": True}, "tags_all": True}, False),
        (AMI, {"tags": True}, False),
    ):
        [reference] = planned(resource("aws_instance.a", after, unknown=unknown))
        found = Scopes(by).policy_for(subject(tags=reference.tags))
        assert (found is not by) is held


@pytest.mark.parametrize(
    ("listed", "wanted"),
    [
        ([], {}),
        (None, {}),
        ([{"key": "env", "value": "prod"}], {"env": "prod"}),
        ([{"key": "a", "value": "1"}, {"key": "b", "value": ""}], {"a": "1", "b": ""}),
        ([{"key": "env", "value": None}, {"key": None, "value": "x"}], {}),
        ([{"key": "env"}, {"value": "x"}, {}, None, "env", ["env", "prod"]], {}),
        ([{"key": "env", "value": 1}, {"key": 1, "value": "x"}], {}),
        ([{"key": ["env"], "value": "x"}], {}),
    ],
)
def test_the_list_of_hashicorp_awscc(listed: Any, wanted: dict[str, str]) -> None:
    after = {"image_id": USED, "tags": listed}
    assert tags_of(after, type="awscc_ec2_instance") == wanted


def test_the_blocks_of_an_auto_scaling_group() -> None:
    block = {"key": "env", "value": "prod", "propagate_at_launch": True}
    template = [{"id": "lt-0123456789abcdef0", "name": None, "version": "1"}]
    after = {"launch_template": template, "tag": [block], "mixed_instances_policy": []}
    assert tags_of(after, type="aws_autoscaling_group") == {"env": "prod"}


def test_every_reference_of_a_resource_has_its_tags_and_no_other() -> None:
    found = planned(
        resource("aws_instance.a", {**AMI, "tags": {"env": "prod"}}),
        instance("aws_instance.b", USED),
        resource("aws_instance.c", {**AMI, "tags_all": {"env": "dev"}}),
    )
    assert [(each.address, dict(each.tags)) for each in found] == [
        ("aws_instance.a", {"env": "prod"}),
        ("aws_instance.b", {}),
        ("aws_instance.c", {"env": "dev"}),
    ]


def test_tags_are_read_only_where_somebody_asks() -> None:
    """Most plans are large, and most policies match on no tags."""
    [reference] = planned(resource("aws_instance.a", {**AMI, "tags": {"env": "prod"}}), tags=False)
    assert reference.tags == {}


EXCEPTION = {"rules": ["unmarked"], "reason": "r", "approved_by": "me", "expires": "2027-01-31"}
RULES = {"rules": {"unmarked": "off"}}


@pytest.mark.parametrize(
    ("parts", "wanted"),
    [
        ({}, False),
        ({"scopes": [{"name": "x", "match": {"address": "a"}, **RULES}]}, False),
        ({"scopes": [{"name": "x", "match": {"tags": {"a": "b"}}, **RULES}]}, True),
        ({"exceptions": [{"match": {"tags": {"a": "b"}}, **EXCEPTION}]}, True),
        ({"exceptions": [{"match": {"image": {"tags": {"a": "b"}}}, **EXCEPTION}]}, False),
    ],
)
def test_who_asks(parts: dict[str, Any], wanted: bool) -> None:
    assert document(**json.loads(json.dumps(parts))).matches_tags is wanted
