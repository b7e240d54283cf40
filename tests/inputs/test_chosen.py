"""Images that AWS services choose: what says so, what keeps it from being said, what is shown of it.

The forms that real Terraform writes are held in fixtures/service-images and fixtures/golden-nodes;
here is what those two cannot hold: unknown values, hashicorp/awscc, code, secrets.
"""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from assay.catalog.decorators.offline import OfflineCatalog
from assay.inputs.plan.plan import Source, read_plans
from assay.model import (
    AmiId,
    AmiReference,
    Kind,
    Outcome,
    Planned,
    Report,
    ServiceImage,
    Severity,
    Unknown,
    Unusable,
)
from assay.policy.load import load
from assay.report.view import view_of
from assay.run.check import check
from assay.run.formats import FORMATS, render, setting
from fixtures.worlds import RECORDED_AT
from tests.plans import configured, dump, plan, resource

AMI = "ami-0123456789abcdef0"
SECRET = "hunter2-and-nobody-else"
HEAD = 'version: 1\ngolden: {watermarks: [{key: "111122223333:golden-*"}]}\n'


def references(document: Mapping[str, Any], *kinds: Kind) -> list[AmiReference]:
    (source,) = read_plans("p.json", dump(document), kinds=kinds or tuple(Kind), region=None)
    return list(source.references)


def only(document: Mapping[str, Any]) -> AmiReference:
    (found,) = references(document)
    return found


def told(found: AmiReference) -> tuple[str, str, tuple[str, ...]]:
    assert found.kind is Kind.SERVICE
    assert isinstance(found.value, ServiceImage)
    return found.attribute, str(found.value), found.value.told


def one(type_: str, after: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """A plan of one resource; `expressions` is what its configuration writes."""
    expressions = more.pop("expressions", None)
    change = resource(f"{type_}.it", after, **more)
    return plan(change, configuration=[configured(type_, "it", expressions)])


def report(document: Mapping[str, Any], more: str = "") -> Report:
    policy = load("policy.yaml", f"{HEAD}{more}".encode())
    sources = read_plans("p.json", dump(document), kinds=policy.judge, region=None)
    return check(list(sources), OfflineCatalog(), policy, RECORDED_AT)


SERVICE = Kind.SERVICE
NODES = {"ami_type": "AL2023_x86_64_STANDARD", "launch_template": []}


# --------------------------------------------------------------------------------- what is said


@pytest.mark.parametrize(
    ("type_", "after", "attribute", "value"),
    [
        ("aws_ecs_capacity_provider",
         {"managed_instances_provider": [{"infrastructure_role_arn": "arn:aws:iam::1:role/r"}]},
         "managed_instances_provider[0].infrastructure_role_arn",
         "(chosen by Amazon ECS Managed Instances)"),
        ("aws_lambda_capacity_provider", {"name": "functions"}, "name",
         "(chosen by AWS Lambda Managed Instances)"),
        ("aws_workspaces_pool", {"bundle_id": "wsb-bh8rsxt14"}, "bundle_id", "wsb-bh8rsxt14"),
        ("aws_gamelift_container_fleet", {"instance_type": "c5.large"}, "instance_type",
         "(chosen by Amazon GameLift)"),
        ("aws_sagemaker_cluster", {"instance_group": [{"instance_type": "ml.m5.large"}]},
         "instance_group[0].instance_type", "ml.m5.large"),
        ("awscc_eks_cluster", {"compute_config": {"enabled": True, "node_pools": ["system"]}},
         "compute_config.enabled", "true"),
        ("awscc_eks_nodegroup", {"ami_type": "AL2_ARM_64"}, "ami_type", "AL2_ARM_64"),
        ("awscc_ecs_capacity_provider",
         {"managed_instances_provider": {"infrastructure_role_arn": "arn:aws:iam::1:role/r"}},
         "managed_instances_provider.infrastructure_role_arn",
         "(chosen by Amazon ECS Managed Instances)"),
        ("awscc_batch_compute_environment",
         {"compute_resources": {"type": "EC2",
                                "ec_2_configuration": [{"image_type": "EKS_AL2023"}]}},
         "compute_resources.ec_2_configuration[0].image_type", "EKS_AL2023"),
        ("awscc_batch_compute_environment", {"compute_resources": {"type": "SPOT"}},
         "compute_resources.type", "SPOT"),
        ("awscc_elasticbeanstalk_environment",
         {"solution_stack_name": "64bit Amazon Linux 2 v1"}, "solution_stack_name",
         "64bit Amazon Linux 2 v1"),
        ("awscc_cloud9_environment_ec2", {"image_id": "ubuntu-22.04-x86_64"}, "image_id",
         "ubuntu-22.04-x86_64"),
        ("awscc_sagemaker_cluster", {"instance_groups": [{"instance_type": "ml.m5.large"}]},
         "instance_groups[0].instance_type", "ml.m5.large"),
        ("awscc_sagemaker_notebook_instance", {"platform_identifier": "notebook-al2-v3"},
         "platform_identifier", "notebook-al2-v3"),
        ("awscc_deadline_fleet",
         {"configuration": {"service_managed_ec_2":
                            {"instance_capabilities": {"os_family": "LINUX"}}}},
         "configuration.service_managed_ec_2.instance_capabilities.os_family", "LINUX"),
        ("awscc_gamelift_fleet", {"build_id": "build-00000000", "compute_type": "EC2"},
         "build_id", "build-00000000"),
        ("awscc_lightsail_instance", {"blueprint_id": "ubuntu_22_04"}, "blueprint_id",
         "ubuntu_22_04"),
    ],
)  # fmt: skip
def test_who_chooses(type_: str, after: dict[str, Any], attribute: str, value: str) -> None:
    assert told(only(one(type_, after)))[:2] == (attribute, value)


@pytest.mark.parametrize(
    ("type_", "after"),
    [
        ("aws_eks_cluster", {"compute_config": []}),
        ("aws_eks_cluster", {"compute_config": [{"enabled": False, "node_pools": []}]}),
        ("awscc_eks_cluster", {"compute_config": None}),
        ("aws_ecs_capacity_provider", {"managed_instances_provider": []}),
        ("aws_batch_compute_environment", {"compute_resources": []}),
        ("aws_batch_compute_environment", {"compute_resources": [{"type": "fargate_spot"}]}),
        ("aws_sagemaker_endpoint_configuration",
         {"production_variants": [{"serverless_config": [{"max_concurrency": 1}]}]}),
        ("awscc_sagemaker_endpoint_config",
         {"production_variants": [{"serverless_config": {"max_concurrency": 1}}]}),
        ("awscc_gamelift_fleet", {"build_id": None, "compute_type": "ANYWHERE"}),
        ("awscc_deadline_fleet", {"configuration": {"customer_managed": {"mode": "NO_SCALING"}}}),
        ("aws_opsworks_instance", {"os": "Custom"}),
        ("aws_eks_node_group", {"ami_type": "CUSTOM", "launch_template": []}),
    ],
)  # fmt: skip
def test_nobody_chooses(type_: str, after: dict[str, Any]) -> None:
    assert references(one(type_, after)) == []


@pytest.mark.parametrize(
    ("type_", "after"),
    [
        ("aws_emr_cluster", {"custom_ami_id": AMI, "release_label": "emr-7.0.0"}),
        ("aws_codebuild_fleet", {"image_id": AMI, "environment_type": "LINUX_EC2"}),
        ("aws_rds_custom_db_engine_version", {"source_image_id": AMI, "engine": "custom-oracle-ee"}),
        ("aws_opsworks_instance", {"ami_id": AMI, "os": "Custom"}),
        ("aws_batch_compute_environment", {"compute_resources": [{"type": "EC2", "image_id": AMI}]}),
        ("awscc_batch_compute_environment", {"compute_resources": {"type": "EC2", "image_id": AMI}}),
        ("awscc_sagemaker_cluster",
         {"instance_groups": [{"image_id": AMI, "instance_type": "ml.m5.large"}]}),
        ("aws_elastic_beanstalk_environment",
         {"solution_stack_name": "64bit Amazon Linux 2 v1",
          "setting": [{"namespace": "aws:autoscaling:launchconfiguration", "name": "ImageId",
                       "value": AMI}]}),
    ],
)  # fmt: skip
def test_what_is_brought_is_judged_by_itself(type_: str, after: dict[str, Any]) -> None:
    found = only(one(type_, after))
    assert (found.kind, found.value) == (Kind.LAUNCH, AmiId(AMI))


def test_each_group_of_a_cluster_is_looked_at() -> None:
    groups = [{"image_id": AMI, "instance_type": "ml.m5.large"}, {"instance_type": "ml.g5.large"}]
    found = references(one("awscc_sagemaker_cluster", {"instance_groups": groups}))
    assert [(each.attribute, each.kind) for each in found] == [
        ("instance_groups[0].image_id", Kind.LAUNCH),
        ("instance_groups[1].instance_type", Kind.SERVICE),
    ]


OWN = {"image_type": "ECS_AL2023", "image_id_override": AMI}
GPU = {"image_type": "ECS_AL2_NVIDIA", "image_id_override": None}
INSIDE = "compute_resources[0].ec2_configuration"


class TestBatch:
    def environment(self, *configurations: dict[str, Any], **more: Any) -> dict[str, Any]:
        block = {"type": "EC2", "ec2_configuration": list(configurations), **more}
        return one("aws_batch_compute_environment", {"compute_resources": [block]})

    def attributes(self, document: dict[str, Any]) -> list[str]:
        return [f"{each.kind} {each.attribute}" for each in references(document)]

    def test_one_image_type_of_two_is_left_to_it(self) -> None:
        assert self.attributes(self.environment(OWN, GPU)) == [
            f"launch {INSIDE}[0].image_id_override",
            f"service {INSIDE}[1].image_type",
        ]

    def test_an_image_for_all_types_but_one(self) -> None:
        found = self.attributes(self.environment(OWN, GPU, image_id=AMI))
        assert found == [
            "launch compute_resources[0].image_id",
            f"launch {INSIDE}[0].image_id_override",
        ]

    def test_what_is_outranked_is_not_a_stray(self) -> None:
        template = [{"launch_template_id": "lt-0123456789abcdef0", "version": "1"}]
        found = self.attributes(
            self.environment(OWN, image_id="ami-0ffffffffffffffff", launch_template=template)
        )
        assert found == [f"launch {INSIDE}[0].image_id_override"]


def test_what_stays_as_it_is_is_counted() -> None:
    document = one("aws_eks_node_group", NODES, actions=["no-op"], before=NODES)
    found = report(document)
    assert (found.verdicts, found.not_judged) == ((), {"unchanged": 1})
    retagged = {**NODES, "tags": {"team": "web"}}
    assert (
        only(one("aws_eks_node_group", retagged, actions=["update"], before=NODES)).kind is SERVICE
    )


# ------------------------------------------------------------------------------ what is not known


def test_whether_auto_mode_is_on_may_not_be_known() -> None:
    expressions = {"compute_config": [{"enabled": {"references": ["var.auto"]}}]}
    document = one(
        "aws_eks_cluster",
        {"compute_config": [{}]},
        unknown={"compute_config": [{"enabled": True}]},
        expressions=expressions,
    )
    found = only(document)
    assert (found.kind, found.value) == (Kind.SERVICE, Unknown(("var.auto",)))
    assert report(document).outcome is Outcome.UNDETERMINED


def test_a_type_that_is_not_known_yet_is_amazons_all_the_same() -> None:
    document = one(
        "aws_eks_node_group",
        {"launch_template": []},
        unknown={"ami_type": True},
        expressions={"ami_type": {"references": ["terraform_data.type.output"]}},
    )
    assert told(only(document)) == ("ami_type", "(chosen by Amazon EKS)", ())


def test_a_dynamic_template_may_bring_an_image() -> None:
    document = one("aws_eks_node_group", {"ami_type": None}, unknown={"launch_template": True})
    found = only(document)
    assert isinstance(found.value, Unknown)
    assert found.kind is Kind.LAUNCH


def test_what_awscc_computes_is_not_written() -> None:
    """A plan that creates marks as unknown whatever is not written."""
    unknown = {
        "compute_resources": {
            "image_id": True, "launch_template": True, "ec_2_configuration": True,
        }
    }  # fmt: skip
    document = one(
        "awscc_batch_compute_environment",
        {"compute_resources": {"type": "EC2"}},
        unknown=unknown,
        expressions={"compute_resources": {"constant_value": {"type": "EC2"}}},
    )
    assert told(only(document))[0] == "compute_resources.type"
    cluster = one("awscc_eks_cluster", {"name": "c"}, unknown={"compute_config": True})
    assert references(cluster) == []


def test_a_configuration_template_of_somebody_else_is_not_known() -> None:
    document = one("aws_elastic_beanstalk_environment", {"template_name": "saved"})
    found = only(document)
    assert (found.attribute, found.kind) == ("template_name", Kind.SERVICE)
    assert isinstance(found.value, Unusable)
    (verdict,) = report(document).verdicts
    (result,) = verdict.results
    assert (verdict.outcome, result.rule) == (Outcome.UNDETERMINED, "unresolved")
    assert "is a configuration template that is not in this plan" in result.finding.message
    assert result.finding.fix == (
        "plan it together with its configuration template, or set ImageId on it"
    )


def test_nor_is_one_whose_name_is_not_known() -> None:
    document = one(
        "aws_elastic_beanstalk_environment",
        {"application": "app"},
        unknown={"template_name": True},
        expressions={"template_name": {"references": ["terraform_data.name.output"]}},
    )
    found = only(document)
    assert (found.kind, found.value) == (Kind.SERVICE, Unknown(("terraform_data.name.output",)))


@pytest.mark.parametrize(("application", "silent"), [("app", True), ("other", False)])
def test_a_configuration_template_of_this_plan_speaks_for_itself(
    application: str, silent: bool
) -> None:
    saved = resource(
        "aws_elastic_beanstalk_configuration_template.t",
        {"name": "saved", "application": "app", "solution_stack_name": "64bit Windows v1"},
    )
    made = resource(
        "aws_elastic_beanstalk_environment.e",
        {"template_name": "saved", "application": application},
    )
    found = [each.address for each in references(plan(saved, made))]
    assert found == [
        "aws_elastic_beanstalk_configuration_template.t",
        *[made["address"]] * (not silent),
    ]


@pytest.mark.parametrize("type_", ["aws_emr_instance_group", "aws_emr_instance_fleet"])
def test_a_group_runs_the_image_of_its_cluster(type_: str) -> None:
    alone = only(one(type_, {"cluster_id": "j-0"}))
    assert isinstance(alone.value, Unusable)
    assert alone.value.reason == "is an EMR cluster that is not in this plan"
    cluster = resource("aws_emr_cluster.c", {"id": "j-0", "custom_ami_id": AMI})
    both = references(plan(cluster, resource(f"{type_}.it", {"cluster_id": "j-0"})))
    assert [each.address for each in both] == ["aws_emr_cluster.c"]


@pytest.mark.parametrize(
    ("held", "value"),
    [({"custom_ami_id": AMI}, AmiId), ({"release_label": "emr-7.0.0"}, ServiceImage)],
)
def test_a_cluster_of_which_nothing_changes_is_judged_with_its_new_group(
    held: dict[str, str], value: type
) -> None:
    after = {"id": "j-0", **held}
    cluster = resource("aws_emr_cluster.c", after, actions=["no-op"], before=after)
    found = only(plan(cluster, resource("aws_emr_instance_group.it", {"cluster_id": "j-0"})))
    assert isinstance(found.value, Planned)
    assert isinstance(found.value.value, value)


# ------------------------------------------------------------------------------------- verdicts


def test_it_fails_and_says_how_to_bring_an_image() -> None:
    (verdict,) = report(one("aws_eks_node_group", NODES)).verdicts
    (result,) = verdict.results
    assert (verdict.outcome, result.rule) == (Outcome.FAIL, "service-image")
    assert result.finding.message == (
        "Amazon EKS chooses the image (ami_type = AL2023_x86_64_STANDARD): "
        "it is Amazon's and cannot have a golden watermark"
    )
    assert result.finding.fix == (
        "give the node group a launch_template with the image_id of a golden image, "
        "or make an exception for service-image"
    )


EXCEPTION = """
exceptions:
  - match: {resource_type: aws_eks_node_group}
    rules: [service-image]
    reason: patched by AWS
    approved_by: platform
    ticket: SEC-1
    expires: 2100-01-01
"""
SCOPE = 'scopes: [{name: eks, match: {address: "aws_eks_*"}, rules: {service-image: %s}}]\n'


@pytest.mark.parametrize(
    ("more", "outcome", "judged"),
    [
        (EXCEPTION, Outcome.PASS, 1),
        ("rules: {service-image: warning}\n", Outcome.PASS, 1),
        (SCOPE % "warning", Outcome.PASS, 1),
        (SCOPE % "off", Outcome.PASS, 0),
        ("rules: {service-image: off}\n", Outcome.PASS, 0),
        ("judge: [launch]\n", Outcome.PASS, 0),
    ],
)
def test_what_a_policy_can_make_of_it(more: str, outcome: Outcome, judged: int) -> None:
    found = report(one("aws_eks_node_group", NODES), more)
    assert (found.outcome, len(found.verdicts)) == (outcome, judged)
    assert found.not_judged == ({} if judged else {"service": 1})
    assert [facts.references for facts in found.inputs] == [judged]


class TestTemplates:
    def document(self, type_: str, **after: Any) -> dict[str, Any]:
        template = resource("aws_launch_template.t", {"name": "disks", "image_id": None})
        launched = resource(
            f"{type_}.it",
            {**after, "launch_template": [{"name": "disks", "id": None, "version": "$Latest"}]},
        )
        name = {"references": ["aws_launch_template.t.name", "aws_launch_template.t"]}
        blocks = [
            configured("aws_launch_template", "t"),
            configured(type_, "it", {"launch_template": [{"name": name}]}),
        ]
        return plan(template, launched, configuration=blocks)

    def test_one_without_an_image_leaves_the_choice_to_eks(self) -> None:
        document = self.document("aws_eks_node_group", ami_type="AL2_x86_64")
        (verdict,) = report(document).verdicts
        assert (verdict.subject.reference.kind, verdict.outcome) == (Kind.SERVICE, Outcome.FAIL)
        shown = view_of(verdict, Severity.ERROR)
        assert (shown.kind, shown.attribute) == ("service", "launch_template[0].name")
        assert any(
            "contains no image, so Amazon EKS chooses the image (ami_type = AL2_x86_64)"
            in each.message
            for each in shown.results
        )

    def test_what_turns_out_so_is_not_judged_without_the_kind(self) -> None:
        document = self.document("aws_eks_node_group", ami_type="AL2_x86_64")
        found = report(document, "judge: [launch]\n")
        assert (found.verdicts, found.not_judged) == ((), {"service": 1})
        assert [facts.references for facts in found.inputs] == [0]

    @pytest.mark.parametrize("type_", ["aws_autoscaling_group", "aws_instance"])
    def test_others_have_no_choice_of_their_own(self, type_: str) -> None:
        (verdict,) = report(self.document(type_)).verdicts
        assert verdict.subject.reference.kind is Kind.LAUNCH
        assert verdict.outcome is Outcome.UNDETERMINED

    def test_nor_has_eks_where_the_type_is_custom(self) -> None:
        (verdict,) = report(self.document("aws_eks_node_group", ami_type="CUSTOM")).verdicts
        assert verdict.outcome is Outcome.UNDETERMINED


# -------------------------------------------------------------------------------------- secrets


@pytest.mark.parametrize(
    ("type_", "after"),
    [
        ("aws_eks_node_group", {"ami_type": SECRET, "release_version": SECRET}),
        ("aws_emr_cluster", {"release_label": SECRET}),
        ("aws_elastic_beanstalk_environment",
         {"solution_stack_name": SECRET, "platform_arn": SECRET}),
        ("aws_cloud9_environment_ec2", {"image_id": SECRET}),
        ("aws_lightsail_instance", {"blueprint_id": SECRET}),
        ("aws_appstream_fleet", {"image_name": SECRET, "image_arn": SECRET}),
        ("aws_workspaces_workspace", {"bundle_id": SECRET}),
    ],
)  # fmt: skip
def test_words_that_are_not_the_services_own_are_not_shown(
    type_: str, after: dict[str, Any]
) -> None:
    (verdict,) = report(one(type_, after)).verdicts
    assert verdict.outcome is Outcome.FAIL
    assert SECRET not in str(view_of(verdict, Severity.ERROR))


def test_a_sensitive_type_is_not_shown() -> None:
    document = one("aws_eks_node_group", NODES, sensitive={"ami_type": True})
    (verdict,) = report(document).verdicts
    shown = view_of(verdict, Severity.ERROR)
    assert verdict.outcome is Outcome.FAIL
    assert shown.value == "(sensitive)"
    assert "AL2023" not in str(shown)


@pytest.mark.parametrize("format_", FORMATS)
def test_every_format_tells_it(format_: str) -> None:
    nodes = resource("aws_eks_node_group.nodes", {**NODES, "release_version": SECRET})
    hidden = resource("aws_emr_cluster.hidden", {"release_label": "emr-7.0.0"}, sensitive=True)
    text = render(report(plan(nodes, hidden)), format_, setting())
    assert "service-image" in text
    assert "AL2023_x86_64_STANDARD" in text
    assert SECRET not in text
    assert "emr-7.0.0" not in text


# ----------------------------------------------------------------------------------------- code


Read = Callable[..., Source]


def test_code_says_so_too(read: Read) -> None:
    found = read(
        {
            "main.tf": """
variable "type" { default = "AL2023_x86_64_STANDARD" }
resource "aws_eks_node_group" "by_type" { ami_type = var.type }
resource "aws_emr_cluster" "plain" { release_label = "emr-7.0.0" }
resource "aws_emr_cluster" "own" { custom_ami_id = "ami-0123456789abcdef0" }
resource "aws_eks_cluster" "auto" {
  compute_config {
    enabled    = true
    node_pools = ["system"]
  }
}
resource "aws_eks_cluster" "plain" {}
resource "aws_launch_template" "disks" { name = "disks" }
resource "aws_eks_node_group" "template" {
  launch_template {
    id      = aws_launch_template.disks.id
    version = aws_launch_template.disks.latest_version
  }
}
resource "aws_batch_compute_environment" "b" {
  compute_resources {
    type = "EC2"
    ec2_configuration { image_type = "ECS_AL2023" }
  }
}
"""
        }
    )
    said = {each.address: (each.kind, each.attribute) for each in found.references}
    assert said == {
        "aws_eks_node_group.by_type": (Kind.SERVICE, "ami_type"),
        "aws_emr_cluster.plain": (Kind.SERVICE, "release_label"),
        "aws_emr_cluster.own": (Kind.LAUNCH, "custom_ami_id"),
        "aws_eks_cluster.auto": (Kind.SERVICE, "compute_config[0].enabled"),
        "aws_eks_node_group.template": (Kind.LAUNCH, "launch_template[0].id"),
        "aws_batch_compute_environment.b":
            (Kind.SERVICE, "compute_resources[0].ec2_configuration[0].image_type"),
    }  # fmt: skip
    lines = {each.address: each.line for each in found.references}
    assert lines["aws_eks_node_group.by_type"] == 3
