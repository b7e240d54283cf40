"""Images at paths that no row explains: found in whatever form they stand, and judged."""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

import pytest

from assay.inputs.plan.plan import Source, read_plans
from assay.model import Alias, AmiId, AmiReference, Kind, Place, Planned, TemplateRef, Unplaced
from tests.plans import configured, dump, plan, resource

AMI, OTHER = "ami-0123456789abcdef0", "ami-00000001"
TEMPLATE = "lt-0123456789abcdef0"
HERE = Place("aws", None, "us-east-1")


def read(address: str, after: Mapping[str, Any], **more: Any) -> Source:
    (source,) = read_plans(
        "plan.json",
        dump(plan(resource(address, after, **more))),
        kinds=tuple(Kind),
        region=None,
    )
    return source


def strays(address: str, after: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for each in read(address, after, **more).references:
        assert isinstance(each.value, Planned)
        assert each.value.astray
        assert each.kind is Kind.LAUNCH
        found[each.attribute] = each.value.value
    return found


@pytest.mark.parametrize(
    ("after", "at", "named"),
    [
        ({"content": f"image {AMI}."}, "content", AmiId(AMI)),
        ({"list": [{"deep": AMI}]}, "list[0].deep", AmiId(AMI)),
        ({"amis": {AMI: "us-east-1"}}, "amis", AmiId(AMI)),
        ({"input": '{"ImageId": "\\u0061mi-00000001"}'}, "input", AmiId(OTHER)),
        ({"input": "ImageId: '\\x61mi-00000001'"}, "input", AmiId(OTHER)),
        (
            {"content_base64": b64encode(f"run {AMI}".encode()).decode()},
            "content_base64",
            AmiId(AMI),
        ),
        ({"image": "resolve:ssm:/images/web:3"}, "image", Alias("/images/web", "3")),
        ({"run": "--image-id resolve:ssm:/images/web --count 1"}, "run", Alias("/images/web")),
        ({"group": {"id": TEMPLATE, "version": 7}}, "group.id", TemplateRef(TEMPLATE, None, "7")),
        ({"template": TEMPLATE}, "template", TemplateRef(TEMPLATE, None)),
        (
            {"body": f'{{"LaunchTemplateId": "{TEMPLATE}", "Version": "$Latest"}}'},
            "body",
            TemplateRef(TEMPLATE, None),
        ),
    ],
)
def test_every_form_is_found_in_a_type_that_nobody_knows(
    after: dict[str, Any], at: str, named: object
) -> None:
    assert strays("acme_machine.a", after) == {at: named}


@pytest.mark.parametrize("key", ["launch_template_id", "launch_template", "template_id"])
def test_of_aws_a_template_is_followed_where_it_is_launched(key: str) -> None:
    named = {key: TEMPLATE}
    assert strays("aws_instance_like.a", named) == {key: TemplateRef(TEMPLATE, None)}
    request = {"input": f'{{"LaunchTemplate": {{"LaunchTemplateId": "{TEMPLATE}"}}}}'}
    assert strays("aws_lambda_invocation.a", request) == {"input": TemplateRef(TEMPLATE, None)}


def test_of_aws_a_template_that_is_only_named_is_not_followed() -> None:
    for after in ({"arn": f"arn:aws:ec2:us-east-1:1:launch-template/{TEMPLATE}"}, {"x": TEMPLATE}):
        assert strays("aws_anything.a", after) == {}


def test_a_secret_of_a_stack_is_no_alias() -> None:
    assert strays("acme_thing.a", {"body": "{{resolve:ssm:/db/password}}"}) == {}


@pytest.mark.parametrize(
    ("address", "after"),
    [
        ("aws_ec2_tag.a", {"resource_id": AMI}),
        ("aws_cloudwatch_event_rule.a", {"event_pattern": f'{{"resources": ["{AMI}"]}}'}),
        ("aws_cloudwatch_metric_alarm.a", {"dimensions": {"ImageId": AMI}}),
        ("aws_cloudwatch_dashboard.a", {"dashboard_body": AMI}),
        ("aws_backup_selection.a", {"resources": [f"arn:aws:ec2:us-east-1::image/{AMI}"]}),
        ("aws_config_remediation_configuration.a", {"parameter": [{"static_value": AMI}]}),
        ("aws_iam_policy.a", {"policy": AMI, "name": f"may-run-{AMI}"}),
        ("aws_lambda_function.a", {"function_name": f"runs-{AMI}", "description": AMI}),
        ("aws_vpc.a", {"tags": {"ami": AMI}, "tags_all": {AMI: "x"}}),
        ("aws_instance.a", {"user_data": f"echo {AMI}"}),
        ("random_pet.a", {"keepers": {"ami": AMI}}),
        ("null_resource.a", {"triggers": {"ami": AMI}}),
        ("terraform_data.a", {"input": AMI, "triggers_replace": [AMI]}),
    ],
)
def test_what_launches_nothing_is_a_mention(address: str, after: dict[str, Any]) -> None:
    source = read(address, after)
    assert source.references == ()
    assert source.not_judged["mentioned"] >= 1


@pytest.mark.parametrize("word", ["tags", "description", "policy", "name", "triggers"])
def test_words_mean_what_they_say_only_on_types_of_the_aws_providers(word: str) -> None:
    assert strays("acme_machine.a", {word: AMI}) == {word: AmiId(AMI)}


def test_an_image_by_its_name_attribute_is_no_mention() -> None:
    """Names of images, templates and parameters are names of what is launched."""
    for word in ("image_name", "ami_name", "launch_template_name"):
        assert strays("aws_anything.a", {word: AMI}) == {word: AmiId(AMI)}


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("action", ["create", "update"])
def test_a_template_is_no_stray_beside_the_image_that_outranks_it(own: bool, action: str) -> None:
    """Of what was launched from a template, the state knows the image; user data is looked into."""
    after = {
        "ami": AMI,
        "launch_template": [{"id": TEMPLATE, "name": "web", "version": "$Default"}],
        "user_data": "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    }
    written: dict[str, Any] = {"launch_template": [{"id": {"constant_value": TEMPLATE}}]}
    if own:
        written["ami"] = {"constant_value": AMI}
    before = {**after, "user_data": None} if action == "update" else None
    change = resource("aws_instance.a", after, actions=[action], before=before)
    document = plan(change, configuration=[configured("aws_instance", "a", written)])
    (source,) = read_plans("plan.json", dump(document), kinds=tuple(Kind), region=None)
    judged = [(each.attribute, each.value) for each in source.references]
    assert judged == ([("ami", AmiId(AMI))] if action == "create" else [])


def test_of_a_sensitive_stray_nothing_but_the_attribute_is_shown() -> None:
    (found,) = read("acme_machine.a", {"m": {"secret": AMI}}, sensitive={"m": True}).references
    assert (found.attribute, found.sensitive) == ("m", True)
    (found,) = read("acme_machine.a", {"m": {AMI: "x"}}, sensitive={"m": True}).references
    assert (found.attribute, found.sensitive) == ("m", True)


def _place(document: dict[str, Any]) -> Place | Unplaced:
    (source,) = read_plans("plan.json", dump(document), kinds=tuple(Kind), region=None)
    (found,) = source.references
    assert isinstance(found, AmiReference)
    return found.place


def test_what_is_not_of_aws_stands_where_the_plan_acts() -> None:
    acme = resource("acme_machine.a", {"image": AMI})
    block = configured("acme_machine", "a", key="acme")
    assert _place(plan(acme, configuration=[block])) == HERE


def test_what_is_not_of_aws_stands_nowhere_if_the_plan_acts_in_two_places() -> None:
    acme = resource("acme_machine.a", {"image": AMI, "region": "eu-west-1"})
    document = plan(acme, configuration=[configured("acme_machine", "a", key="acme")])
    dublin = {"name": "aws", "expressions": {"region": {"constant_value": "eu-west-1"}}}
    document["configuration"]["provider_config"]["aws.dublin"] = dublin
    place = _place(document)
    assert isinstance(place, Unplaced)
    assert place.candidates == (HERE, Place("aws", None, "eu-west-1"))


def test_a_block_that_the_plan_does_not_hold_stands_in_the_only_place() -> None:
    found = plan(resource("aws_instance_like.a", {"image": AMI}), configuration=[])
    assert _place(found) == HERE


def test_two_accounts_that_are_not_told_are_not_one() -> None:
    acme = resource("acme_machine.a", {"image": AMI})
    document = plan(acme, configuration=[configured("acme_machine", "a", key="acme")])
    providers = document["configuration"]["provider_config"]
    assert isinstance(_place(document), Place)
    for region in ("eu-west-1", "eu-west-2"):
        role = [{"role_arn": {"references": ["aws_iam_role.unknown"]}}]
        expressions = {"region": {"constant_value": region}, "assume_role": role}
        providers[region] = {"name": "aws", "expressions": expressions}
    found = _place(document)
    assert isinstance(found, Unplaced)
    assert not found.account_told


@pytest.mark.parametrize("key", ["a secret text", "p@ss", "x" * 129, "\u202ex", ""])
def test_a_key_that_is_no_name_is_not_shown(key: str) -> None:
    after = {"metadata": {key: {"ami": AMI}}}
    assert strays("aws_s3_object.a", after) == {"metadata": AmiId(AMI)}
