"""References that lead through another resource of the plan: what is followed, and what is not."""

from typing import Any

import pytest

from assay.inputs.plan.plan import read_plans
from assay.model import (
    AmiId,
    AmiReference,
    InstanceRef,
    Kind,
    Made,
    Place,
    Planned,
    Unknown,
    Unusable,
    astray,
)
from tests.plans import configured, dump, plan, resource

AMI = "ami-0123456789abcdef0"
HERE = Place("aws", None, "us-east-1")


def values(document: dict[str, Any]) -> dict[str, Any]:
    (source,) = read_plans("plan.json", dump(document), kinds=tuple(Kind), region=None)
    return {reference.address: reference.value for reference in source.references}


def only(document: dict[str, Any], address: str) -> AmiReference:
    (source,) = read_plans("plan.json", dump(document), kinds=tuple(Kind), region=None)
    (found,) = [each for each in source.references if each.address == address]
    return found


class TestLaunchConfigurations:
    GROUP = "aws_autoscaling_group.a"
    MADE = resource("aws_launch_configuration.lc", {"image_id": AMI, "name": "web"})

    def group(self, after: dict[str, Any], unknown: dict[str, Any] | None = None) -> dict[str, Any]:
        return resource(self.GROUP, after, unknown=unknown)

    def test_one_of_this_plan_by_name(self) -> None:
        found = values(plan(self.MADE, self.group({"launch_configuration": "web"})))
        assert found[self.GROUP] == Planned("aws_launch_configuration.lc.image_id", AmiId(AMI))

    def test_one_of_this_plan_by_a_name_known_after_apply(self) -> None:
        expression = {"launch_configuration": {"references": ["aws_launch_configuration.lc.name"]}}
        document = plan(
            resource("aws_launch_configuration.lc", {"image_id": AMI}, unknown={"name": True}),
            self.group({}, {"launch_configuration": True}),
            configuration=[
                configured("aws_launch_configuration", "lc"),
                configured("aws_autoscaling_group", "a", expression),
            ],
        )
        assert values(document)[self.GROUP] == Planned(
            "aws_launch_configuration.lc.image_id", AmiId(AMI)
        )

    def test_one_that_is_not_in_the_plan_is_not_looked_up(self) -> None:
        found = values(plan(self.group({"launch_configuration": "other"})))[self.GROUP]
        assert isinstance(found, Unusable)
        assert "other" not in found.reason


class TestCapacityProviders:
    PROVIDER = "aws_ecs_capacity_provider.a"
    ARN = "arn:aws:autoscaling:us-east-1:222222222222:autoScalingGroup:1:autoScalingGroupName/web"

    def provider(self, arn: str | None, unknown: Any = None) -> dict[str, Any]:
        block = {"auto_scaling_group_arn": arn} if arn else {}
        mask = {"auto_scaling_group_provider": [unknown]} if unknown else {}
        return resource(self.PROVIDER, {"auto_scaling_group_provider": [block]}, unknown=mask)

    def test_a_group_of_this_plan_has_verdicts_of_its_own(self) -> None:
        group = resource("aws_autoscaling_group.g", {"arn": self.ARN, "launch_template": []})
        assert self.PROVIDER not in values(plan(group, self.provider(self.ARN)))

    def test_any_other_group_is_not_looked_up(self) -> None:
        assert isinstance(values(plan(self.provider(self.ARN)))[self.PROVIDER], Unusable)

    def test_an_arn_that_cannot_be_followed_is_unknown(self) -> None:
        document = plan(self.provider(None, {"auto_scaling_group_arn": True}))
        assert isinstance(values(document)[self.PROVIDER], Unknown)


class TestInstancesAndRecipes:
    def test_an_existing_instance_is_looked_up(self) -> None:
        after = {"source_instance_id": "i-0123456789abcdef0"}
        found = values(plan(resource("aws_ami_from_instance.a", after)))
        assert found["aws_ami_from_instance.a"] == InstanceRef("i-0123456789abcdef0")

    @pytest.mark.parametrize("rubbish", ["web", 7, {"id": "i-1"}])
    def test_what_is_no_instance_id_is_unusable(self, rubbish: object) -> None:
        found = values(plan(resource("aws_ami_from_instance.a", {"source_instance_id": rubbish})))
        assert isinstance(found["aws_ami_from_instance.a"], Unusable)

    def test_a_copy_looks_for_its_source_in_the_sources_region(self) -> None:
        after = {"source_ami_id": AMI, "source_ami_region": "eu-west-1"}
        found = only(plan(resource("aws_ami_copy.a", after)), "aws_ami_copy.a")
        assert found.value == AmiId(AMI)
        assert found.place == Place("aws", None, "eu-west-1")

    def test_an_image_of_a_recipe_that_is_not_in_the_plan(self) -> None:
        arn = "arn:aws:imagebuilder:us-east-1:222222222222:image-recipe/web/1.0.0"
        found = values(plan(resource("aws_imagebuilder_image.a", {"image_recipe_arn": arn})))
        value = found["aws_imagebuilder_image.a"]
        assert isinstance(value, Planned)  # by way of the instance that it is built on
        assert isinstance(value.value, Unusable)

    def test_an_instance_made_from_a_planned_copy(self) -> None:
        copy = resource("aws_ami_copy.c", {"source_ami_id": AMI, "source_ami_region": "us-east-1"})
        launched = resource("aws_instance.a", {"launch_template": []}, unknown={"ami": True})
        document = plan(
            copy,
            launched,
            configuration=[
                configured("aws_ami_copy", "c"),
                configured("aws_instance", "a", {"ami": {"references": ["aws_ami_copy.c.id"]}}),
            ],
        )
        assert values(document)["aws_instance.a"] == Made(
            "aws_ami_copy.c", "CopyImage", AmiId(AMI), HERE
        )


def test_an_id_that_a_row_leaves_aside_is_not_silent() -> None:
    """Another Beanstalk setting than ImageId may hold an AMI id all the same."""
    setting = {"namespace": "aws:elasticbeanstalk:application:environment", "name": "AMI"}
    change = resource(
        "aws_elastic_beanstalk_environment.e", {"setting": [{**setting, "value": AMI}]}
    )
    (source,) = read_plans("plan.json", dump(plan(change)), kinds=(Kind.LAUNCH,), region=None)
    assert [each.value for each in source.references] == [astray(AmiId(AMI), "setting[0].value")]


class TestParameters:
    @pytest.mark.parametrize(
        ("after", "judged"),
        [
            ({"data_type": "aws:ec2:image", "insecure_value": AMI}, True),
            ({"data_type": "text", "insecure_value": AMI}, True),
            ({"data_type": "text", "insecure_value": "hello"}, False),
            ({"data_type": "aws:ec2:image", "insecure_value": "hello"}, True),
        ],
    )
    def test_a_parameter_counts_where_it_holds_an_image(
        self, after: dict[str, Any], judged: bool
    ) -> None:
        found = values(plan(resource("aws_ssm_parameter.p", after)))
        assert ("aws_ssm_parameter.p" in found) is judged

    def test_an_image_parameter_known_after_apply_is_unknown(self) -> None:
        change = resource(
            "aws_ssm_parameter.p", {"data_type": "aws:ec2:image"}, unknown={"value": True}
        )
        expression = {"value": {"references": ["data.external.x.result"]}}
        document = plan(change, configuration=[configured("aws_ssm_parameter", "p", expression)])
        assert isinstance(values(document)["aws_ssm_parameter.p"], Unknown)
