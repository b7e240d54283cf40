"""Documents that are no stacks: Cloud Control, calls of APIs, Karpenter's node classes, Beanstalk."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from assay.inputs.plan.embedded.rows import rows_of
from assay.inputs.plan.embedded.syntax import UnreadableError, read_one
from assay.inputs.plan.embedded.tree import awscc, snake
from assay.inputs.plan.plan import read_plans
from assay.inputs.surface import ROWS
from assay.model import (
    Alias,
    AmiId,
    Incomplete,
    InstanceRef,
    Kind,
    ServiceImage,
    TemplateRef,
    Unknown,
    Unusable,
    astray,
)
from tests.plans import configured, dump, plan, resource

AMI, OTHER = "ami-0123456789abcdef0", "ami-00000001"
TEMPLATE = "lt-0123456789abcdef0"


def read(address: str, after: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    document = plan(resource(address, after, **more))
    (source,) = read_plans("plan.json", dump(document), kinds=tuple(Kind), region=None)
    return {each.attribute: each.value for each in source.references}


# ---------------------------------------------------------------------------- spelling, syntax


def test_types_and_properties_are_spelt_as_in_awscc() -> None:
    """Of types that the table has, so that none is read by rows that are not there."""
    for kind in (
        *("AWS::EC2::Instance", "AWS::EC2::LaunchTemplate", "AWS::EC2::SpotFleet"),
        *("AWS::EC2::EC2Fleet", "AWS::AutoScaling::AutoScalingGroup", "AWS::EKS::Nodegroup"),
        *("AWS::AutoScaling::LaunchConfiguration", "AWS::Batch::ComputeEnvironment"),
        *("AWS::ImageBuilder::ImageRecipe", "AWS::ImageBuilder::ContainerRecipe"),
        *("AWS::ImageBuilder::Image", "AWS::ImageBuilder::ImagePipeline", "AWS::SSM::Parameter"),
        *("AWS::ECS::CapacityProvider", "AWS::EMR::Cluster", "AWS::Cloud9::EnvironmentEC2"),
        *("AWS::ElasticBeanstalk::Environment", "AWS::ElasticBeanstalk::ConfigurationTemplate"),
        *("AWS::PCS::ComputeNodeGroup", "AWS::CodeBuild::Fleet", "AWS::SageMaker::Cluster"),
        *("AWS::RDS::CustomDBEngineVersion", "AWS::GameLift::GameServerGroup"),
        *("AWS::WorkspacesInstances::WorkspaceInstance", "AWS::OpsWorks::Instance"),
    ):
        assert rows_of(awscc(kind)), kind
    assert snake("Ec2Configuration") == snake("ec2Configuration") == "ec_2_configuration"
    assert snake("LaunchTemplateId") == "launch_template_id"


def test_every_type_of_awscc_can_stand_in_a_document() -> None:
    kinds = {row.resource_type for row in ROWS if row.resource_type.startswith("awscc_")}
    assert all(rows_of(kind) for kind in kinds)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a: b: c",
        "{a",
        "a: 1\n---\nb: 2",
        "? [x]\n: y",
        "[" * 5000,
        '{"a":' * 5000,
        '{"a": {"b": 1, "b": 2}}',
        "a:\n  b: 1\n  b: 2",
        "{a: 1, a: 2}",
        "!!python/x",
    ],
)
def test_what_is_no_single_document_is_not_guessed(text: str) -> None:
    if text == "!!python/x":
        assert read_one(f"{text} 1") == 1  # a tag makes nothing
        return
    with pytest.raises(UnreadableError):
        read_one(text)


def test_yaml_is_read_by_its_core() -> None:
    text = "a: no\nb: 012\nc: 0x1f\nd: true\ne: ~\nf: 12\n<<: {g: h}\ni: '7'\nj: 2020-01-01"
    plain = {"a": "no", "b": "012", "c": "0x1f", "d": True, "e": None, "f": 12}
    assert read_one(text) == {**plain, "g": "h", "i": "7", "j": "2020-01-01"}


# -------------------------------------------------------------------------------- Cloud Control


def made(kind: str, state: Any, **more: Any) -> dict[str, Any]:
    text = state if isinstance(state, str) else json.dumps(state)
    after = {"type_name": kind, "desired_state": text}
    return read("aws_cloudcontrolapi_resource.r", after, **more)


@pytest.mark.parametrize(
    ("kind", "state", "found"),
    [
        ("AWS::EC2::Instance", {"ImageId": AMI}, {"ImageId": AmiId(AMI)}),
        ("AWS::EC2::Instance", '{"ImageId": "\\u0061mi-00000001"}', {"ImageId": AmiId(OTHER)}),
        (
            "AWS::EC2::LaunchTemplate",
            {"LaunchTemplateData": {"ImageId": "resolve:ssm:/a"}},
            {"LaunchTemplateData.ImageId": Alias("/a")},
        ),
        (
            "AWS::AutoScaling::AutoScalingGroup",
            {"LaunchTemplate": {"LaunchTemplateName": "web", "Version": "2"}},
            {"LaunchTemplate.LaunchTemplateName": TemplateRef(None, "web", "2")},
        ),
        (
            "AWS::AutoScaling::AutoScalingGroup",
            {"InstanceId": "i-0123456789abcdef0"},
            {"InstanceId": InstanceRef("i-0123456789abcdef0")},
        ),
        (
            "AWS::Batch::ComputeEnvironment",
            {"ComputeResources": {"Ec2Configuration": [{"ImageIdOverride": AMI}]}},
            {"ComputeResources.Ec2Configuration[0].ImageIdOverride": AmiId(AMI)},
        ),
        (
            "AWS::ElasticBeanstalk::Environment",
            {
                "OptionSettings": [
                    {
                        "Namespace": "aws:autoscaling:launchconfiguration",
                        "OptionName": "ImageId",
                        "Value": AMI,
                    }
                ]
            },
            {"OptionSettings[0].Value": AmiId(AMI)},
        ),
        ("AWS::S3::Bucket", {"BucketName": "b", "Tags": [{"Value": AMI}]}, {}),
    ],
)
def test_a_state_is_read_as_the_resource_that_it_is(
    kind: str, state: Any, found: dict[str, object]
) -> None:
    expected = {f"desired_state.{path}": value for path, value in found.items()}
    assert made(kind, state) == expected


def test_other_types_are_swept() -> None:
    (found,) = made("AWS::Lambda::Function", {"Environment": {"Variables": {"A": AMI}}}).values()
    assert found == astray(AmiId(AMI), "desired_state.Environment.Variables.A")


def test_a_state_that_is_not_known_or_no_json_may_launch_anything() -> None:
    after = {"type_name": "AWS::EC2::Instance"}
    unknown = {"desired_state": True}
    assert read("aws_cloudcontrolapi_resource.r", after, unknown=unknown) == {
        "desired_state": Unknown()
    }
    assert read("aws_cloudcontrolapi_resource.r", {}, unknown={**unknown, "type_name": True}) == {
        "desired_state": Unknown()
    }
    assert isinstance(made("AWS::EC2::Instance", "{")["desired_state"], Unusable)


def test_a_state_that_is_not_known_of_what_launches_nothing_says_nothing() -> None:
    after = {"type_name": "AWS::S3::Bucket"}
    unknown = {"desired_state": True}
    assert read("aws_cloudcontrolapi_resource.r", after, unknown=unknown) == {}


def test_a_stack_by_cloud_control() -> None:
    body = {"Resources": {"I": {"Type": "AWS::EC2::Instance", "Properties": {"ImageId": AMI}}}}
    found = made("AWS::CloudFormation::Stack", {"TemplateBody": json.dumps(body)})
    assert found == {"desired_state.TemplateBody.Resources.I.Properties.ImageId": AmiId(AMI)}
    (found, *_) = made("AWS::CloudFormation::Stack", {"TemplateURL": "https://x"}).values()
    assert isinstance(found, Incomplete)


# ---------------------------------------------------------------------------------- calls of APIs


def scheduled(call: str, request: Any, **more: Any) -> dict[str, Any]:
    target = {"arn": f"arn:aws:scheduler:::aws-sdk:{call}", "input": json.dumps(request)}
    return read("aws_scheduler_schedule.s", {"target": [target]}, **more)


def test_a_schedule_that_runs_instances() -> None:
    found = scheduled("ec2:runInstances", {"ImageId": "resolve:ssm:/a", "MinCount": 1})
    assert found == {"target[0].input.ImageId": Alias("/a")}
    block = {"LaunchTemplate": {"LaunchTemplateId": TEMPLATE, "Version": "$Latest"}}
    found = scheduled("ec2:runInstances", block)
    at = "target[0].input.LaunchTemplate.LaunchTemplateId"
    assert found == {at: TemplateRef(TEMPLATE, None, "$Latest")}


@pytest.mark.parametrize(
    ("call", "request_", "at"),
    [
        ("autoscaling:createLaunchConfiguration", {"ImageId": AMI}, "ImageId"),
        (
            "ec2:requestSpotInstances",
            {"LaunchSpecification": {"ImageId": AMI}},
            "LaunchSpecification.ImageId",
        ),
        ("emr:runJobFlow", {"CustomAmiId": AMI}, "CustomAmiId"),
        (
            "ec2:createLaunchTemplateVersion",
            {"LaunchTemplateData": {"ImageId": AMI}},
            "LaunchTemplateData.ImageId",
        ),
    ],
)
def test_other_calls_that_launch(call: str, request_: Any, at: str) -> None:
    assert scheduled(call, request_) == {f"target[0].input.{at}": AmiId(AMI)}


def test_a_request_that_is_not_known_may_launch_anything() -> None:
    target = {"arn": "arn:aws:scheduler:::aws-sdk:ec2:runInstances"}
    unknown = {"target": [{"input": True}]}
    found = read("aws_scheduler_schedule.s", {"target": [target]}, unknown=unknown)
    assert found == {"target[0].input": Unknown()}


def test_a_schedule_of_anything_else_is_swept() -> None:
    assert scheduled("ecs:runTask", {"Cluster": "c"}) == {}
    (found,) = scheduled("sqs:sendMessage", {"MessageBody": AMI}).values()
    assert found == astray(AmiId(AMI), "target[0].input")


def test_the_steps_of_a_state_machine() -> None:
    steps = {
        "States": {
            "Run": {
                "Type": "Task",
                "Resource": "arn:aws:states:::aws-sdk:ec2:runInstances",
                "Parameters": {"LaunchTemplate": {"LaunchTemplateName": "web", "Version": "1"}},
            },
            "Pass": {"Type": "Pass", "Result": {"image": AMI}},
        }
    }
    found = read("aws_sfn_state_machine.m", {"definition": json.dumps(steps)})
    named = "definition.States.Run.Parameters.LaunchTemplate.LaunchTemplateName"
    assert found == {
        named: TemplateRef(None, "web", "1"),
        "definition.States.Pass.Result.image": astray(
            AmiId(AMI), "definition.States.Pass.Result.image"
        ),
    }


# --------------------------------------------------------------------------------------- Karpenter


def terms(*each: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "EC2NodeClass", "spec": {"amiSelectorTerms": list(each)}}


def manifest(tree: Any, **more: Any) -> dict[str, Any]:
    return read("kubernetes_manifest.m", {"manifest": tree}, **more)


def test_every_way_in_which_karpenter_selects() -> None:
    found = manifest(
        terms(
            {"id": AMI},
            {"ssmParameter": "/images/web"},
            {"alias": "al2023@latest"},
            {"name": "golden-*", "owner": "self"},
            {"tags": {"golden": "yes"}},
            {},
        )
    )
    at = "manifest.spec.amiSelectorTerms"
    assert found[f"{at}[0].id"] == AmiId(AMI)
    assert found[f"{at}[1].ssmParameter"] == Alias("/images/web")
    service = found[f"{at}[2].alias"]
    assert isinstance(service, ServiceImage)
    assert service.told == ("alias = al2023@latest",)
    assert isinstance(found[f"{at}[3].name"], Unusable)
    assert isinstance(found[f"{at}[4].tags"], Unusable)
    assert isinstance(found[f"{at}[5]"], Unusable)


def test_only_the_words_of_karpenter_are_shown() -> None:
    (found,) = manifest(terms({"alias": "hunter2!"})).values()
    assert (found.shown, found.told) == (None, ())


def test_a_term_that_is_not_known() -> None:
    mask = {"manifest": {"spec": {"amiSelectorTerms": [{"id": True}]}}}
    assert manifest(terms({}), unknown=mask) == {"manifest.spec.amiSelectorTerms[0].id": Unknown()}
    (found,) = manifest({"kind": "EC2NodeClass"}, unknown={"manifest": {"spec": True}}).values()
    assert found == Unknown()


def test_node_classes_of_older_versions() -> None:
    old = {"kind": "AWSNodeTemplate", "spec": {"amiSelector": {"aws-ids": f"{AMI},{OTHER}"}}}
    document = plan(resource("kubernetes_manifest.m", {"manifest": old}))
    (source,) = read_plans("plan.json", dump(document), kinds=tuple(Kind), region=None)
    assert [each.value for each in source.references] == [AmiId(AMI), AmiId(OTHER)]
    named = {"kind": "AWSNodeTemplate", "spec": {"launchTemplate": "web"}}
    assert manifest(named) == {"manifest.spec.launchTemplate": TemplateRef(None, "web")}
    (found,) = manifest({"kind": "EC2NodeClass", "spec": {"amiFamily": "AL2"}}).values()
    assert isinstance(found, ServiceImage)


YAML = f"kind: EC2NodeClass\nspec:\n  amiSelectorTerms:\n  - id: {AMI}\n"


@pytest.mark.parametrize(
    ("address", "after", "at"),
    [
        ("kubectl_manifest.m", {"yaml_body": YAML}, "yaml_body.spec.amiSelectorTerms[0].id"),
        (
            "helm_release.r",
            {"values": [f"pools:\n- amiSelectorTerms: [{{id: {AMI}}}]\n"]},
            "values[0].pools[0].amiSelectorTerms[0].id",
        ),
        (
            "helm_release.r",
            {"set": [{"name": "a.amiSelectorTerms[0].id", "value": AMI}]},
            "set[0].value",
        ),
        ("acme_manifest.m", {"content": YAML}, "content.spec.amiSelectorTerms[0].id"),
    ],
)
def test_node_classes_in_text(address: str, after: dict[str, Any], at: str) -> None:
    assert read(address, after) == {at: AmiId(AMI)}


def test_what_a_provider_shows_of_a_sensitive_body_is_no_secret() -> None:
    for copy, hidden in ((YAML, False), ("kind: EC2NodeClass", True)):
        change = resource(
            "kubectl_manifest.m",
            {"yaml_body": YAML, "yaml_body_parsed": copy},
            sensitive={"yaml_body": True},
        )
        (source,) = read_plans("plan.json", dump(plan(change)), kinds=tuple(Kind), region=None)
        (found,) = source.references
        assert found.sensitive is hidden


def test_a_text_that_names_the_selectors_and_cannot_be_read() -> None:
    (found,) = read("helm_release.r", {"values": ["amiSelectorTerms: ["]}).values()
    assert isinstance(found, Unusable)


# --------------------------------------------------------------------------------------- Beanstalk


BEANSTALK = "aws_elastic_beanstalk_environment"
SETTING = {"namespace": "aws:autoscaling:launchconfiguration", "name": "ImageId"}


def test_a_setting_whose_name_is_not_known_may_be_an_image() -> None:
    unknown = {"setting": [{"name": True, "value": True}]}
    setting = {"namespace": SETTING["namespace"]}
    found = read(f"{BEANSTALK}.e", {"setting": [setting]}, unknown=unknown)
    assert isinstance(found["setting[0].value"], Unknown)
    for value, said in ((AMI, AmiId(AMI)), ("t3.micro", None)):
        found = read(
            f"{BEANSTALK}.e",
            {"setting": [{**setting, "value": value}]},
            unknown={"setting": [{"name": True}]},
        )
        assert found.get("setting[0].value") == said


def test_a_setting_of_another_namespace_is_none() -> None:
    setting = {"namespace": "aws:elb:listener"}
    unknown = {"setting": [{"name": True, "value": True}]}
    found = read(f"{BEANSTALK}.e", {"setting": [setting]}, unknown=unknown)
    assert "setting[0].value" not in found


def test_a_saved_configuration_that_is_not_in_the_plan() -> None:
    found = read(f"{BEANSTALK}.e", {"template_name": "saved", "setting": []})
    (value,) = found.values()
    assert isinstance(value, Unusable)
    assert value.cure
    own = read(f"{BEANSTALK}.e", {"template_name": "saved", "setting": [{**SETTING, "value": AMI}]})
    assert own == {"setting[0].value": AmiId(AMI)}


def test_a_saved_configuration_of_this_plan_is_judged_itself() -> None:
    configuration = "aws_elastic_beanstalk_configuration_template"
    saved = resource(
        f"{configuration}.c", {"name": "saved", "setting": [{**SETTING, "value": AMI}]}
    )
    by_name = resource(f"{BEANSTALK}.e", {"template_name": "saved", "setting": []})
    by_trail = resource(f"{BEANSTALK}.f", {"setting": []}, unknown={"template_name": True})
    reference = {"template_name": {"references": [f"{configuration}.c.id", f"{configuration}.c"]}}
    document = plan(
        saved,
        by_name,
        by_trail,
        configuration=[
            configured(configuration, "c"),
            configured(BEANSTALK, "e", {"template_name": {"constant_value": "saved"}}),
            configured(BEANSTALK, "f", reference),
        ],
    )
    (source,) = read_plans("plan.json", dump(document), kinds=tuple(Kind), region=None)
    assert {each.address for each in source.references} == {f"{configuration}.c"}
