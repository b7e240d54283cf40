"""Stacks: which images a template launches, and what of a template nobody can tell."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from assay.inputs.plan.plan import read_plans
from assay.model import (
    Alias,
    AmiId,
    AnyOf,
    Incomplete,
    Kind,
    Place,
    Planned,
    ServiceImage,
    TemplateRef,
    Unknown,
    Unplaced,
    Unusable,
)
from tests.plans import configured, dump, plan, resource

AMI, OTHER = "ami-0123456789abcdef0", "ami-00000001"
TEMPLATE = "lt-0123456789abcdef0"
STACK = "aws_cloudformation_stack.s"
IMAGE = "template_body.Resources.I.Properties.ImageId"
LOOKED_UP = "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>"


def read(after: Mapping[str, Any], address: str = STACK, **more: Any) -> dict[str, Any]:
    (source,) = read_plans(
        "plan.json", dump(plan(resource(address, after, **more))), kinds=tuple(Kind), region=None
    )
    return {each.attribute: each.value for each in source.references}


def body(image: Any, **more: Any) -> str:
    instance = {"Type": "AWS::EC2::Instance", "Properties": {"ImageId": image}}
    return json.dumps({"Resources": {"I": instance, **more.pop("resources", {})}, **more})


def image(written: Any, parameters: dict[str, str] | None = None, **more: Any) -> Any:
    return read({"template_body": body(written, **more), "parameters": parameters})[IMAGE]


MAP = {"M": {"us-east-1": {"web": AMI}, "eu-west-1": {"web": OTHER}}}


@pytest.mark.parametrize(
    ("written", "value"),
    [
        (AMI, AmiId(AMI)),
        ({"Fn::Join": ["-", ["ami", "00000001"]]}, AmiId(OTHER)),
        ({"Fn::Join": ["", ["am", {"Fn::Join": ["", ["i-", "00000001"]]}]]}, AmiId(OTHER)),
        ({"Fn::Sub": "ami-${Id}"}, AmiId(OTHER)),
        ({"Fn::Sub": ["ami-${X}", {"X": {"Ref": "Id"}}]}, AmiId(OTHER)),
        ({"Fn::Sub": "${!Id}"}, Unusable("is neither an AMI id nor a resolve:ssm: alias")),
        ({"Ref": "Image"}, AmiId(AMI)),
        ({"Ref": "Given"}, AmiId(OTHER)),
        ({"Ref": "Looked"}, Alias("/images/web")),
        ({"Fn::Sub": "${Looked}"}, Alias("/images/web")),
        ("{{resolve:ssm:/images/web}}", Alias("/images/web")),
        ("{{resolve:ssm:/images/web:4}}", Alias("/images/web", "4")),
        ({"Fn::Sub": "{{resolve:ssm:/images/${Name}}}"}, Alias("/images/web")),
        ("resolve:ssm:/images/web", Alias("/images/web")),
        ({"Fn::FindInMap": ["M", {"Ref": "AWS::Region"}, "web"]}, AmiId(AMI)),
        ({"Fn::Select": ["1", {"Ref": "Several"}]}, AmiId(OTHER)),
        ({"Fn::Select": [0, {"Fn::Split": [",", f"{AMI},x"]}]}, AmiId(AMI)),
        ({"Fn::If": ["IsProd", AMI, OTHER]}, AmiId(AMI)),
        ({"Fn::If": ["IsNot", AMI, OTHER]}, AmiId(OTHER)),
        ({"Fn::If": ["Untold", AMI, OTHER]}, AnyOf((AmiId(AMI), AmiId(OTHER)))),
        ({"Fn::If": ["Untold", AMI, AMI]}, AmiId(AMI)),
    ],
)
def test_what_decides_is_evaluated(written: Any, value: object) -> None:
    parameters = {
        "Id": {"Type": "String", "Default": "00000001"},
        "Image": {"Type": "AWS::EC2::Image::Id", "Default": AMI},
        "Given": {"Type": "String", "Default": AMI},
        "Looked": {"Type": LOOKED_UP, "Default": "/images/web"},
        "Name": {"Type": "String", "Default": "web"},
        "Several": {"Type": "CommaDelimitedList", "Default": f"{AMI}, {OTHER}"},
        "Stage": {"Type": "String", "Default": "prod"},
    }
    conditions = {
        "IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]},
        "IsNot": {"Fn::Not": [{"Condition": "IsProd"}]},
        "Untold": {"Fn::Equals": [{"Ref": "AWS::StackName"}, "prod"]},
    }
    found = image(
        written, {"Given": OTHER}, Parameters=parameters, Mappings=MAP, Conditions=conditions
    )
    assert found == value


@pytest.mark.parametrize(
    "written",
    [
        {"Fn::GetAtt": ["Lookup", "Id"]},
        {"Fn::ImportValue": "shared-image"},
        {"Fn::If": ["Missing", AMI, {"Fn::ImportValue": "x"}]},
        {"Fn::Join": ["", ["ami-", {"Ref": "AWS::StackName"}]]},
        {"Ref": "Nowhere"},
        {"Fn::FindInMap": ["M", "here", "web"]},
        {"Fn::Transform": {"Name": "AWS::Include"}},
        "{{resolve:secretsmanager:image}}",
        "{{resolve:ssm-secure:image}}",
    ],
)
def test_what_only_aws_can_tell_is_unusable_and_says_so(written: Any) -> None:
    found = image(written, Mappings=MAP)
    assert isinstance(found, Unusable)
    assert "which only AWS knows" in found.reason
    assert found.cure


def test_short_forms_of_yaml() -> None:
    text = f"""
Mappings: {{M: {{us-east-1: {{web: {AMI}}}}}}}
Parameters: {{Id: {{Type: String, Default: '00000001'}}}}
Resources:
  I: {{Type: AWS::EC2::Instance, Properties: {{ImageId: !FindInMap [M, !Ref AWS::Region, web]}}}}
  J: {{Type: AWS::EC2::Instance, Properties: {{ImageId: !Sub 'ami-${{Id}}'}}}}
  K:
    Type: AWS::AutoScaling::AutoScalingGroup
    Properties: {{LaunchTemplate: {{LaunchTemplateId: {TEMPLATE}, Version: 3}}}}
"""
    found = read({"template_body": text})
    assert found[IMAGE] == AmiId(AMI)
    assert found["template_body.Resources.J.Properties.ImageId"] == AmiId(OTHER)
    named = "template_body.Resources.K.Properties.LaunchTemplate.LaunchTemplateId"
    assert found[named] == TemplateRef(TEMPLATE, None, "3")


def _group(template: Any, **resources: Any) -> dict[str, Any]:
    group = {"Type": "AWS::AutoScaling::AutoScalingGroup", "Properties": template}
    return {"G": group, **resources}


def test_a_template_of_the_same_document_is_followed() -> None:
    made = {
        "Type": "AWS::EC2::LaunchTemplate",
        "Properties": {"LaunchTemplateData": {"ImageId": AMI}},
    }
    version = {"Fn::GetAtt": ["T", "LatestVersionNumber"]}
    block = {"LaunchTemplate": {"LaunchTemplateId": {"Ref": "T"}, "Version": version}}
    found = read({"template_body": json.dumps({"Resources": _group(block, T=made)})})
    assert found == {
        "template_body.Resources.T.Properties.LaunchTemplateData.ImageId": AmiId(AMI),
        "template_body.Resources.G.Properties.LaunchTemplate.LaunchTemplateId": Planned(
            "T of the template", AmiId(AMI)
        ),
    }


def test_an_older_version_of_it_is_not() -> None:
    made = {
        "Type": "AWS::EC2::LaunchTemplate",
        "Properties": {"LaunchTemplateData": {"ImageId": AMI}},
    }
    block = {"LaunchTemplate": {"LaunchTemplateId": {"Ref": "T"}, "Version": "1"}}
    after = {"template_body": json.dumps({"Resources": _group(block, T=made)})}
    found = read(after, actions=("update",), before={"template_body": "{}"})
    named = "template_body.Resources.G.Properties.LaunchTemplate.LaunchTemplateId"
    assert isinstance(found[named], Unusable)


def test_a_launch_configuration_and_an_instance_of_the_same_document() -> None:
    made = {"Type": "AWS::AutoScaling::LaunchConfiguration", "Properties": {"ImageId": AMI}}
    block = {"LaunchConfigurationName": {"Ref": "C"}}
    found = read({"template_body": json.dumps({"Resources": _group(block, C=made)})})
    assert found["template_body.Resources.G.Properties.LaunchConfigurationName"] == Planned(
        "C of the template", AmiId(AMI)
    )
    instance = {"Type": "AWS::EC2::Instance", "Properties": {"ImageId": AMI}}
    block = {"InstanceId": {"Ref": "I"}}
    found = read({"template_body": json.dumps({"Resources": _group(block, I=instance)})})
    assert found == {IMAGE: AmiId(AMI)}


def test_services_choose_in_stacks_as_they_do_in_plans() -> None:
    group = {"Type": "AWS::EKS::Nodegroup", "Properties": {"AmiType": "AL2023_x86_64_STANDARD"}}
    found = read({"template_body": json.dumps({"Resources": {"N": group}})})
    (value,) = found.values()
    assert isinstance(value, ServiceImage)
    cluster = {"Type": "AWS::EMR::Cluster", "Properties": {"CustomAmiId": AMI}}
    found = read({"template_body": json.dumps({"Resources": {"E": cluster}})})
    assert found == {"template_body.Resources.E.Properties.CustomAmiId": AmiId(AMI)}


def test_what_stands_elsewhere_in_a_template_is_a_stray_or_a_mention() -> None:
    function = {
        "Type": "AWS::Lambda::Function",
        "Properties": {"Environment": {"Variables": {"AMI": AMI}}, "Description": OTHER},
    }
    role = {"Type": "AWS::IAM::Role", "Properties": {"RoleName": OTHER}}
    document = {"Description": OTHER, "Resources": {"F": function, "R": role}}
    (found,) = read({"template_body": json.dumps(document)}).values()
    assert isinstance(found, Planned)
    assert found.astray
    assert found.value == AmiId(AMI)


def test_a_resource_whose_condition_is_false_is_not_made() -> None:
    instance = {
        "Type": "AWS::EC2::Instance",
        "Condition": "Never",
        "Properties": {"ImageId": AMI},
    }
    document = {
        "Conditions": {"Never": {"Fn::Equals": ["a", "b"]}},
        "Resources": {"I": instance},
    }
    assert read({"template_body": json.dumps(document)}) == {}


@pytest.mark.parametrize(
    "document",
    [
        {"Transform": "Acme::Macro", "Resources": {}},
        {"Transform": ["AWS::Serverless-2016-10-31", {"Name": "AWS::Include"}], "Resources": {}},
        {"Resources": {"N": {"Type": "AWS::CloudFormation::Stack", "Properties": {}}}},
        {"Resources": {"N": {"Type": "Acme::Web::Server::MODULE", "Properties": {}}}},
    ],
)
def test_what_the_template_takes_from_elsewhere_makes_the_plan_incomplete(
    document: dict[str, Any],
) -> None:
    (found,) = read({"template_body": json.dumps(document)}).values()
    assert isinstance(found, Incomplete)


@pytest.mark.parametrize(
    "text",
    [
        "[1, 2]",
        "Resources: [",
        "a: &a [x]\nb: &b [*a,*a]\nc: " + "[" * 200 + "]" * 200,
        "a: &a [x,x,x,x,x,x,x,x,x]\n"
        + "".join(
            f"{b}: &{b} [{','.join([f'*{a}'] * 9)}]\n"
            for a, b in zip("abcdefg", "bcdefgh", strict=True)
        ),
        json.dumps({"Resources": {"Fn::ForEach::All": ["N", ["a"], {}]}}),
    ],
)
def test_what_is_no_template_or_too_large_is_never_passed_over(text: str) -> None:
    (found,) = read({"template_body": text}).values()
    assert isinstance(found, Unusable)


def test_what_a_text_names_that_is_no_template_is_swept() -> None:
    found = [*read({"template_body": f"ImageId: {AMI}"}).items()]
    assert [at for at, _ in found] == ["template_body"]
    change = resource(STACK, {"template_body": f"ImageId: {AMI}"})
    (source,) = read_plans("plan.json", dump(plan(change)), kinds=tuple(Kind), region=None)
    unusable, stray = source.references
    assert isinstance(unusable.value, Unusable)
    assert str(stray.value) == AMI


def test_a_template_at_an_address_makes_the_plan_incomplete_and_its_parameters_are_judged() -> None:
    parameters = {
        "ImageId": AMI,
        "LatestAmiId": "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64",
        "BaseImage": "/images/web",
        "Template": TEMPLATE,
        "LogGroup": "/app/web",
        "Vpc": "vpc-1",
    }
    found = read(
        {"template_url": "https://x/y.json", "parameters": parameters},
        unknown={"template_body": True},
    )
    incomplete = found.pop("template_url")
    assert isinstance(incomplete, Incomplete)
    assert "incomplete-plan" in incomplete.cure
    assert {at: str(each) for at, each in found.items()} == {
        "parameters.ImageId": AMI,
        "parameters.LatestAmiId": f"resolve:ssm:{parameters['LatestAmiId']}",
        "parameters.BaseImage": "resolve:ssm:/images/web",
        "parameters.Template": f"{TEMPLATE}:$Default",
    }


def test_an_unknown_template_is_unknown() -> None:
    block = {"template_body": {"references": ["aws_security_group.s.id", "aws_security_group.s"]}}
    change = resource(STACK, {"name": "s"}, unknown={"template_body": True, "parameters": True})
    document = plan(change, configuration=[configured("aws_cloudformation_stack", "s", block)])
    (source,) = read_plans("plan.json", dump(document), kinds=tuple(Kind), region=None)
    (found,) = source.references
    assert found.value == Unknown(("aws_security_group.s.id", "aws_security_group.s"))


def test_a_parameter_known_after_apply_decides_nothing() -> None:
    parameters = {"Image": {"Type": "AWS::EC2::Image::Id", "Default": AMI}}
    found = read(
        {"template_body": body({"Ref": "Image"}, Parameters=parameters), "parameters": {}},
        unknown={"parameters": {"Image": True}},
    )
    assert isinstance(found[IMAGE], Unusable)


def test_of_a_sensitive_body_no_path_is_shown() -> None:
    change = resource(STACK, {"template_body": body(AMI)}, sensitive={"template_body": True})
    (source,) = read_plans("plan.json", dump(plan(change)), kinds=tuple(Kind), region=None)
    (found,) = source.references
    assert (found.attribute, found.sensitive, found.value) == ("template_body", True, AmiId(AMI))


def test_a_name_in_a_document_that_is_no_name_is_not_shown() -> None:
    text = body(AMI).replace('"I"', '"I am hunter2!"')
    assert list(read({"template_body": text})) == ["template_body.Resources"]


@pytest.mark.parametrize(
    "written", [{"Ref": "a b!"}, {"Fn::GetAtt": ["a b!", "Id"]}, {"Fn::a b!": 1}]
)
def test_nor_is_it_in_a_message(written: Any) -> None:
    found = image(written, resources={"a b!": {"Type": "AWS::S3::Bucket"}})
    assert isinstance(found, Unusable)
    assert "a b!" not in found.reason


class TestStackSets:
    SET = "aws_cloudformation_stack_set.s"

    def places(self, after: Mapping[str, Any], address: str = SET) -> list[Place | Unplaced]:
        document = plan(resource(address, after))
        (source,) = read_plans("plan.json", dump(document), kinds=tuple(Kind), region=None)
        return [each.place for each in source.references]

    def test_an_id_is_looked_up_where_the_set_is(self) -> None:
        here = Place("aws", None, "us-east-1")
        assert self.places({"template_body": body(AMI)}) == [here]

    def test_a_name_means_another_thing_in_every_account(self) -> None:
        (place,) = self.places({"template_body": body("resolve:ssm:/images/web")})
        assert isinstance(place, Unplaced)

    def test_an_instance_of_a_set_says_where(self) -> None:
        after = {
            "parameter_overrides": {"ImageId": AMI},
            "region": "eu-west-1",
            "account_id": "333333333333",
        }
        address = "aws_cloudformation_stack_set_instance.i"
        assert self.places(after, address) == [Place("aws", "333333333333", "eu-west-1")]


def test_products_of_a_catalogue() -> None:
    pairs = [{"key": "ImageAlias", "value": "/images/web"}, {"key": "Size", "value": "/big"}]
    found = read(
        {"product_name": "ec2", "provisioning_parameters": pairs},
        "aws_servicecatalog_provisioned_product.p",
    )
    assert isinstance(found.pop("product_name"), Incomplete)
    assert [str(each) for each in found.values()] == ["resolve:ssm:/images/web"]


def test_a_sensitive_parameter_of_a_product_is_hidden() -> None:
    pairs = [{"key": "Image", "value": AMI}]
    change = resource(
        "aws_servicecatalog_provisioned_product.p",
        {"product_name": "ec2", "provisioning_parameters": pairs},
        sensitive={"provisioning_parameters": [{"value": True}]},
    )
    (source,) = read_plans("plan.json", dump(plan(change)), kinds=tuple(Kind), region=None)
    _, found = source.references
    assert found.sensitive


def test_names_that_are_used_again_and_again_are_found_out_once() -> None:
    """Each of these levels doubled, or tenfolded, the time: a billion evaluations of one byte."""
    levels = range(18)
    again = {f"C{n}": {"Fn::And": [{"Condition": f"C{n + 1}"}] * 10} for n in levels}
    conditions = {**again, f"C{len(levels)}": {"Fn::Equals": ["a", "a"]}}
    assert image({"Fn::If": ["C0", AMI, OTHER]}, Conditions=conditions) == AmiId(AMI)
    text: Any = AMI
    for _ in levels:
        text = {"Fn::Sub": ["${a}${a}${a}", {"a": text}]}
    assert isinstance(image(text), Unusable)


def test_conditions_that_lead_in_a_circle_tell_nothing() -> None:
    conditions = {"A": {"Fn::Or": [{"Condition": "B"}]}, "B": {"Fn::And": [{"Condition": "A"}]}}
    found = image({"Fn::If": ["A", AMI, OTHER]}, Conditions=conditions)
    assert found == AnyOf((AmiId(AMI), AmiId(OTHER)))


def test_a_text_of_brackets_without_an_end_takes_no_longer_than_another() -> None:
    """Each `${` once looked for its end through all that follows."""
    assert isinstance(image({"Fn::Sub": "${" * 500_000}), Unusable)
