"""Names that the plan itself gives another meaning: from a plan to its verdicts."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest

from assay.inputs.plan.plan import read_plans
from assay.inputs.terraform.directory import Code
from assay.kept import Kept
from assay.model import Kind, Report
from assay.report.formats import json as json_report
from assay.report.formats import text as text_report
from assay.report.setting import Setting
from assay.run.check import check
from tests.cases.world import (
    COPY,
    GOLDEN,
    HOME_MADE,
    PARAMETERS,
    TEMPLATES,
    VIRGINIA,
    CasesWorld,
)
from tests.judging import AS_OF, Emulated, policy
from tests.plans import configured, dump, plan, resource
from tests.worlds import PIPELINE, WORKLOAD

ARN = f"arn:aws:ssm:{VIRGINIA}:{WORKLOAD}:parameter/golden/linux"
KINDS = (Kind.LAUNCH, Kind.TEMPLATE, Kind.ALIAS, Kind.DERIVE)


@pytest.fixture
def emulated(emulated: Emulated) -> Emulated:
    emulated.show(CasesWorld())
    return emulated


def report(emulated: Emulated, document: Mapping[str, Any]) -> Report:
    sources = read_plans("plan.json", dump(document), kinds=KINDS, region=None)
    return check(sources, emulated.catalog, policy(), AS_OF)


def told(emulated: Emulated, document: Mapping[str, Any], address: str) -> tuple[str, str]:
    """The outcome of one resource, and all that its failing rules say."""
    [verdict] = [
        each
        for each in report(emulated, document).verdicts
        if each.subject.reference.address == address
    ]
    said = "; ".join(
        result.finding.message
        for result in verdict.results
        if result.finding.outcome == verdict.outcome
    )
    return verdict.outcome.value, said


def user(name: str = "resolve:ssm:/golden/linux") -> dict[str, Any]:
    """An instance that is launched from what a name means."""
    return resource("aws_instance.user", {"ami": name, "launch_template": []})


def parameter(after: Mapping[str, Any] | None, **change: Any) -> dict[str, Any]:
    held = None if after is None else {"name": "/golden/linux", "type": "String", **after}
    return resource("aws_ssm_parameter.p", held, **change)


def before(**held: Any) -> dict[str, Any]:
    """What a parameter was that Terraform looks after."""
    return {"name": "/golden/linux", "type": "String", "arn": ARN, **held}


SPOILT = {"insecure_value": HOME_MADE, "overwrite": True}


class TestParameters:
    @pytest.mark.parametrize("name", ["/golden/linux", "golden/linux", ARN])
    @pytest.mark.parametrize(("image", "outcome"), [(HOME_MADE, "fail"), (COPY, "pass")])
    def test_an_alias_means_what_the_plan_leaves(
        self, emulated: Emulated, name: str, image: str, outcome: str
    ) -> None:
        document = plan(
            parameter({"insecure_value": image, "overwrite": True}), user(f"resolve:ssm:{name}")
        )
        assert told(emulated, document, "aws_instance.user")[0] == outcome
        assert not emulated.server.calls("GetParameters")

    @pytest.mark.parametrize(
        ("written", "named", "outcome"),
        [
            ("/teams", "/teams", "pass"),
            ("teams", "teams", "pass"),
            ("teams", "/teams", "undetermined"),
            ("/teams", "teams", "undetermined"),
            ("/teams", f"arn:aws:ssm:{VIRGINIA}:{WORKLOAD}:parameter/teams", "pass"),
        ],
    )
    def test_of_a_name_of_one_level_the_slash_counts(
        self, emulated: Emulated, written: str, named: str, outcome: str
    ) -> None:
        emulated.server.endpoint.world.put_parameter(
            WORKLOAD, VIRGINIA, "/teams", HOME_MADE, "aws:ec2:image"
        )
        change = parameter({"name": written, "insecure_value": COPY, "overwrite": True})
        document = plan(change, user(f"resolve:ssm:{named}"))
        assert told(emulated, document, "aws_instance.user")[0] == outcome

    @pytest.mark.parametrize("image", [HOME_MADE, GOLDEN])
    def test_one_that_exists_nowhere_yet_is_judged_by_its_plan(
        self, emulated: Emulated, image: str
    ) -> None:
        document = plan(
            parameter({"name": "/not/yet", "insecure_value": image}), user("resolve:ssm:/not/yet")
        )
        wanted = "pass" if image == GOLDEN else "fail"
        assert told(emulated, document, "aws_instance.user")[0] == wanted

    @pytest.mark.parametrize(
        "other",
        [
            {"name": "/golden/linux2"},
            {"region": "eu-west-1"},
        ],
    )
    def test_another_parameter_is_another_one(
        self, emulated: Emulated, other: dict[str, str]
    ) -> None:
        document = plan(parameter({**SPOILT, **other}), user())
        assert told(emulated, document, "aws_instance.user")[0] == "pass"

    @pytest.mark.parametrize(
        ("arn", "outcome"),
        [
            (ARN, "fail"),
            (ARN.replace(WORKLOAD, PIPELINE), "pass"),
            (ARN.replace(VIRGINIA, "eu-west-1"), "undetermined"),  # not where its provider is
        ],
    )
    def test_what_exists_has_an_arn_that_tells_its_place(
        self, emulated: Emulated, arn: str, outcome: str
    ) -> None:
        held = before(insecure_value=GOLDEN)
        document = plan(parameter(SPOILT, actions=["update"], before={**held, "arn": arn}), user())
        assert told(emulated, document, "aws_instance.user")[0] == outcome

    @pytest.mark.parametrize("action", ["create", "update"])
    @pytest.mark.parametrize(("image", "outcome"), [(HOME_MADE, "fail"), (COPY, "pass")])
    @pytest.mark.parametrize("behind", [False, True])
    def test_what_one_provider_leaves_open_is_one_place(
        self, emulated: Emulated, action: str, image: str, outcome: str, behind: bool
    ) -> None:
        """A Region that comes from a variable: a plan does not tell what is made of it."""
        world = CasesWorld()
        template = world.create_launch_template(
            WORKLOAD, VIRGINIA, "aliased", "resolve:ssm:/golden/linux"
        )
        emulated.show(world)
        held = before(insecure_value=GOLDEN) if action == "update" else None
        change = parameter({**SPOILT, "insecure_value": image}, actions=[action], before=held)
        group = resource("aws_instance.user", {"launch_template": [{"id": template}]},
                         unknown={"ami": True})  # fmt: skip
        document = plan(
            change, group if behind else user(), variables={"region": {"value": VIRGINIA}}
        )
        provider = document["configuration"]["provider_config"]["aws"]
        provider["expressions"] = {"region": {"references": ["var.region"]}}
        assert told(emulated, document, "aws_instance.user")[0] == outcome

    def test_an_arn_that_is_written_down_proves_nothing(self, emulated: Emulated) -> None:
        """The provider takes `arn` for an argument and pays no heed to it."""
        document = plan(parameter({**SPOILT, "arn": ARN.replace(VIRGINIA, "eu-west-1")}), user())
        assert told(emulated, document, "aws_instance.user")[0] == "fail"

    def test_the_same_name_shared_by_another_account_is_not_meant(self, emulated: Emulated) -> None:
        shared = ARN.replace(WORKLOAD, PIPELINE)
        document = plan(
            parameter({"insecure_value": GOLDEN, "overwrite": True}), user(f"resolve:ssm:{shared}")
        )
        outcome, said = told(emulated, document, "aws_instance.user")
        assert (outcome, "AWS shows no parameter" in said) == ("undetermined", True)

    def test_where_the_place_is_not_known_either_can_be_meant(self, emulated: Emulated) -> None:
        blocks = [
            configured("aws_ssm_parameter", "p", key="away"),
            configured("aws_instance", "user"),
        ]
        document = plan(parameter(SPOILT), user(), configuration=blocks)
        region = {"region": {"references": ["local.region"]}}
        away = {"name": "aws", "alias": "away", "expressions": region}
        document["configuration"]["provider_config"]["away"] = away
        outcome, said = told(emulated, document, "aws_instance.user")
        assert outcome == "undetermined"
        assert "a parameter that aws_ssm_parameter.p may write" in said

    @pytest.mark.parametrize(
        ("after", "said"),
        [
            ({"insecure_value": "hello"}, "will contain no AMI id"),
            ({"insecure_value": "resolve:ssm:/other"}, "will contain no AMI id"),
            ({"insecure_value": GOLDEN, "type": "StringList"}, "a type other than String"),
            ({"value": GOLDEN, "type": "SecureString"}, "a type other than String"),
            ({"value_wo_version": 1}, "aws_ssm_parameter.p.value_wo"),
        ],
    )
    def test_what_names_no_image_is_said(
        self, emulated: Emulated, after: dict[str, Any], said: str
    ) -> None:
        document = plan(parameter({**after, "overwrite": True}), user())
        outcome, words = told(emulated, document, "aws_instance.user")
        assert outcome == "undetermined"
        assert said in words

    def test_what_is_not_known_is_named_with_what_will_hold_it(self, emulated: Emulated) -> None:
        read = {"insecure_value": {"references": ["terraform_data.d.output", "terraform_data.d"]}}
        blocks = [
            configured("aws_ssm_parameter", "p", read),
            configured("terraform_data", "d"),
            configured("aws_instance", "user"),
        ]
        document = plan(
            parameter({"overwrite": True}, unknown={"insecure_value": True}),
            resource("terraform_data.d", {}, unknown={"output": True, "id": True}),
            user(),
            configuration=blocks,
        )
        outcome, said = told(emulated, document, "aws_instance.user")
        assert outcome == "undetermined"
        assert (
            "aws_ssm_parameter.p.insecure_value, which comes from terraform_data.d.output" in said
        )

    def test_a_write_only_value_counts_also_where_no_version_is_planned(
        self, emulated: Emulated
    ) -> None:
        expressions = {"value_wo": {"references": ["var.ami"]}}
        blocks = [
            configured("aws_ssm_parameter", "p", expressions),
            configured("aws_instance", "user"),
        ]
        document = plan(
            parameter({"overwrite": True}, unknown={"value": True, "insecure_value": True}),
            user(),
            configuration=blocks,
        )
        outcome, said = told(emulated, document, "aws_instance.user")
        assert (outcome, "aws_ssm_parameter.p.value_wo" in said) == ("undetermined", True)

    @pytest.mark.parametrize("data_type", ["aws:ec2:image", "text"])
    def test_a_parameter_for_images_set_write_only_is_no_silent_one(
        self, emulated: Emulated, data_type: str
    ) -> None:
        document = plan(parameter({"data_type": data_type, "value_wo_version": 1}))
        found = {
            (each.subject.reference.attribute, each.outcome.value)
            for each in report(emulated, document).verdicts
        }
        assert found == ({("value_wo", "undetermined")} if data_type != "text" else set())

    @pytest.mark.parametrize("changed", ["tags", "overwrite", "description"])
    def test_only_what_puts_the_value_again_changes_a_name(
        self, emulated: Emulated, changed: str
    ) -> None:
        """The state remembers another image than SSM holds now, and nobody has refreshed it."""
        held = {"insecure_value": HOME_MADE, "arn": ARN}
        document = plan(
            parameter({**held, changed: "new"}, actions=["update"], before=before(**held)), user()
        )
        wanted = "fail" if changed == "description" else "pass"
        assert told(emulated, document, "aws_instance.user")[0] == wanted

    @pytest.mark.parametrize(
        ("actions", "outcome"),
        [(["delete"], "undetermined"), (["forget"], "pass"), (["no-op"], "pass")],
    )
    def test_what_is_deleted_means_nothing_and_what_is_forgotten_stays(
        self, emulated: Emulated, actions: list[str], outcome: str
    ) -> None:
        held = before(insecure_value=GOLDEN)
        after = held if actions == ["no-op"] else None
        for selector in ("", ":1"):
            document = plan(
                resource("aws_ssm_parameter.p", after, actions=actions, before=held),
                user(f"resolve:ssm:/golden/linux{selector}"),
            )
            assert told(emulated, document, "aws_instance.user")[0] == outcome

    def test_one_that_is_given_another_name_is_gone_under_its_old_one(
        self, emulated: Emulated
    ) -> None:
        document = plan(
            parameter(
                {"name": "/golden/renamed", "insecure_value": GOLDEN},
                actions=["delete", "create"],
                before=before(insecure_value=GOLDEN),
            ),
            user(),
        )
        outcome, said = told(emulated, document, "aws_instance.user")
        assert (outcome, "deletes (aws_ssm_parameter.p)" in said) == ("undetermined", True)

    def test_a_deposed_object_takes_nothing_from_its_successor(self, emulated: Emulated) -> None:
        document = plan(
            parameter(SPOILT),
            parameter(None, actions=["delete"], before=before(insecure_value=GOLDEN)),
            user(),
        )
        document["resource_changes"][1]["deposed"] = "0a1b2c3d"
        assert told(emulated, document, "aws_instance.user")[0] == "fail"

    @pytest.mark.parametrize(("over", "outcome"), [(True, "undetermined"), (None, "pass")])
    def test_a_name_known_after_apply_can_be_that_of_one_to_write_over(
        self, emulated: Emulated, over: bool | None, outcome: str
    ) -> None:
        """Without `overwrite` the provider refuses to create what exists."""
        after = {"name": None, "insecure_value": HOME_MADE, "overwrite": over}
        document = plan(parameter(after, unknown={"name": True, "arn": True}), user())
        assert told(emulated, document, "aws_instance.user")[0] == outcome

    def test_nobody_writes_amazons_own_parameters(self, emulated: Emulated) -> None:
        name = "/aws/service/ami-amazon-linux-latest/al2023"
        world = CasesWorld()
        world.put_parameter(WORKLOAD, VIRGINIA, name, GOLDEN)
        emulated.show(world)
        after = {"name": None, "insecure_value": HOME_MADE, "overwrite": True}
        document = plan(parameter(after, unknown={"name": True}), user(f"resolve:ssm:{name}"))
        assert told(emulated, document, "aws_instance.user")[0] == "pass"

    @pytest.mark.parametrize(("second", "outcome"), [(GOLDEN, "pass"), (HOME_MADE, "undetermined")])
    def test_of_two_that_write_one_name_both_have_to_agree(
        self, emulated: Emulated, second: str, outcome: str
    ) -> None:
        other = resource(
            "aws_ssm_parameter.q",
            {"name": "/golden/linux", "insecure_value": second, "overwrite": True},
        )
        document = plan(parameter({**SPOILT, "insecure_value": GOLDEN}), other, user())
        assert told(emulated, document, "aws_instance.user")[0] == outcome

    def test_awscc_writes_them_too(self, emulated: Emulated) -> None:
        after = {"name": "/golden/linux", "type": "String", "value": HOME_MADE}
        was = {**after, "value": GOLDEN}
        change = resource("awscc_ssm_parameter.p", after, actions=["update"], before=was)
        document = plan(change, user())
        assert told(emulated, document, "aws_instance.user")[0] == "fail"

    def test_instances_of_a_module(self, emulated: Emulated) -> None:
        after = {"name": "/golden/linux", "insecure_value": HOME_MADE, "overwrite": True}
        inside = 'module.images["a.b"]'
        change = resource(f"{inside}.aws_ssm_parameter.p[0]", after, module=inside)
        document = plan(change, user())
        assert told(emulated, document, "aws_instance.user")[0] == "undetermined"  # no provider
        document["configuration"]["root_module"]["module_calls"] = {
            "images": {"module": {"resources": [configured("aws_ssm_parameter", "p")]}}
        }
        assert told(emulated, document, "aws_instance.user")[0] == "fail"


class TestBehindATemplate:
    """An existing template of which no change is planned names a parameter that is changed."""

    @pytest.mark.parametrize(("image", "outcome"), [(HOME_MADE, "fail"), (COPY, "pass")])
    def test_the_alias_in_it_means_what_the_plan_leaves(
        self, emulated: Emulated, image: str, outcome: str
    ) -> None:
        world = CasesWorld()
        world.create_launch_template(WORKLOAD, VIRGINIA, "aliased", "resolve:ssm:/golden/linux")
        emulated.show(world)
        group = resource(
            "aws_autoscaling_group.g",
            {"launch_template": [{"name": "aliased", "version": "$Latest"}]},
        )
        document = plan(parameter({**SPOILT, "insecure_value": image}), group)
        assert told(emulated, document, "aws_autoscaling_group.g")[0] == outcome

    @pytest.mark.parametrize("written", ["overwrite", "update"])
    def test_the_alias_in_it_will_name_no_image(self, emulated: Emulated, written: str) -> None:
        world = CasesWorld()
        world.create_launch_template(WORKLOAD, VIRGINIA, "aliased", "resolve:ssm:/golden/linux")
        emulated.show(world)
        group = resource("aws_autoscaling_group.g", {"launch_template": [{"name": "aliased"}]})
        if written == "overwrite":
            change = parameter({"insecure_value": "hello", "overwrite": True})
        else:
            held = before(insecure_value=GOLDEN)
            change = parameter({"insecure_value": "hello"}, actions=["update"], before=held)
        outcome, said = told(emulated, plan(change, group), "aws_autoscaling_group.g")
        assert (outcome, "will contain no AMI id" in said) == ("undetermined", True)

    def test_a_template_without_an_alias_is_what_it_was(self, emulated: Emulated) -> None:
        group = resource("aws_autoscaling_group.g", {"launch_template": [{"name": "live-golden"}]})
        document = plan(parameter(SPOILT), group)
        assert told(emulated, document, "aws_autoscaling_group.g")[0] == "pass"

    @pytest.mark.parametrize("version", ["$Default", "1"])
    @pytest.mark.parametrize("replaced", [True, False])
    def test_a_template_that_is_deleted(
        self, emulated: Emulated, version: str, replaced: bool
    ) -> None:
        id = TEMPLATES["live-golden"][0]
        deleted = resource(
            "aws_launch_template.t",
            {"name": "other", "image_id": GOLDEN} if replaced else None,
            actions=["delete", "create"] if replaced else ["delete"],
            before={"id": id, "name": "live-golden", "image_id": GOLDEN},
            unknown={"id": True} if replaced else {},
        )
        group = resource(
            "aws_autoscaling_group.g", {"launch_template": [{"id": id, "version": version}]}
        )
        outcome, said = told(emulated, plan(deleted, group), "aws_autoscaling_group.g")
        assert (outcome, "deletes (aws_launch_template.t)" in said) == ("undetermined", True)

    def test_an_id_is_enough_where_the_place_of_what_is_deleted_is_not_told(
        self, emulated: Emulated
    ) -> None:
        """A block that is gone from the configuration has no provider there any more."""
        id = TEMPLATES["live-golden"][0]
        held = {"id": id, "name": "live-golden", "image_id": GOLDEN}
        deleted = resource("aws_launch_template.t", None, actions=["delete"], before=held)
        group = resource("aws_autoscaling_group.g", {"launch_template": [{"id": id}]})
        document = plan(deleted, group, configuration=[configured("aws_autoscaling_group", "g")])
        outcome, said = told(emulated, document, "aws_autoscaling_group.g")
        assert (outcome, "deletes (aws_launch_template.t)" in said) == ("undetermined", True)


class TestCloudFormation:
    JSON: ClassVar[dict[str, Any]] = {
        "Type": "AWS::SSM::Parameter",
        "Properties": {"Name": "/golden/linux", "Type": "String"},
    }
    YAML = "Resources:\n  P:\n    Type: AWS::SSM::Parameter\n    Properties:\n      Name: /golden/linux\n"
    USES = 'Parameters:\n  I:\n    Type: "AWS::SSM::Parameter::Value<String>"\n    Default: /golden/linux\n'

    @pytest.mark.parametrize(
        ("body", "outcome"),
        [
            (json.dumps({"Resources": {"P": JSON}}), "undetermined"),
            (YAML, "undetermined"),
            (YAML.replace("/golden/linux", "'/golden/linux' # ours"), "undetermined"),
            (YAML.replace("/golden", "/other"), "pass"),
            (USES, "pass"),
            ("not a template", "pass"),
        ],
    )
    def test_a_stack_that_writes_a_parameter(
        self, emulated: Emulated, body: str, outcome: str
    ) -> None:
        stack = resource("aws_cloudformation_stack.s", {"name": "s", "template_body": body})
        assert told(emulated, plan(stack, user()), "aws_instance.user")[0] == outcome

    def test_a_stack_of_which_only_the_tags_change(self, emulated: Emulated) -> None:
        held = {"name": "s", "template_body": self.YAML}
        stack = resource(
            "aws_cloudformation_stack.s",
            {**held, "tags": {"a": "b"}},
            actions=["update"],
            before=held,
        )
        assert told(emulated, plan(stack, user()), "aws_instance.user")[0] == "pass"

    def test_cloud_control(self, emulated: Emulated) -> None:
        state = json.dumps({"Name": "/golden/linux", "Value": HOME_MADE})
        after = {"type_name": "AWS::SSM::Parameter", "desired_state": state}
        change = resource("aws_cloudcontrolapi_resource.p", after)
        assert told(emulated, plan(change, user()), "aws_instance.user")[0] == "fail"

    @pytest.mark.parametrize(
        ("name", "given", "outcome"),
        [
            ("!Ref Name", {"Name": "/golden/linux"}, "fail"),
            ("!Ref Name", {"Name": "/golden/other"}, "pass"),
            ("!Sub /golden/${Name}", {"Name": "linux"}, "fail"),
            ('!Join ["/", ["", golden, !Ref Name]]', {"Name": "linux"}, "fail"),
            ("!If [Open, /golden/linux, /golden/other]", {"Name": "a"}, "undetermined"),
            ("!If [Open, /golden/one, /golden/other]", {"Name": "a"}, "pass"),
        ],
    )
    def test_a_name_that_functions_make_of_what_is_known(
        self, emulated: Emulated, name: str, given: dict[str, str], outcome: str
    ) -> None:
        body = self.YAML.replace("/golden/linux", name) + f"      Value: {HOME_MADE}\n"
        body += "Parameters:\n  Name:\n    Type: String\n" + self.OPEN
        after = {"name": "s", "template_body": body, "parameters": given}
        document = plan(resource("aws_cloudformation_stack.s", after), user())
        assert told(emulated, document, "aws_instance.user")[0] == outcome

    OPEN = "Conditions:\n  Open: !Equals [!Ref AWS::StackId, a]\n"

    def test_a_value_counts_only_where_it_is_written_for_sure(self, emulated: Emulated) -> None:
        """An update writes again only what differs; a condition may leave a resource out."""
        golden = f"{self.YAML}      Value: {GOLDEN}\n"
        old = {"name": "s", "template_body": f"{golden}# before\n"}
        new = {"name": "s", "template_body": golden}
        perhaps = {**new, "template_body": f"{golden}    Condition: Open\n{self.OPEN}"}
        outcomes = [
            told(emulated, plan(stack, user()), "aws_instance.user")[0]
            for stack in (
                resource("aws_cloudformation_stack.s", new),
                resource("aws_cloudformation_stack.s", new, actions=["update"], before=old),
                resource("aws_cloudformation_stack.s", perhaps),
            )
        ]
        assert outcomes == ["pass", "undetermined", "undetermined"]

    @pytest.mark.parametrize(
        ("version", "outcome"), [("$Latest", "undetermined"), ("$Default", "pass")]
    )
    def test_a_stack_adds_versions_to_a_template(
        self, emulated: Emulated, version: str, outcome: str
    ) -> None:
        body = {
            "Type": "AWS::EC2::LaunchTemplate",
            "Properties": {"LaunchTemplateName": "live-golden"},
        }
        stack = resource(
            "aws_cloudformation_stack.s", {"template_body": json.dumps({"Resources": {"T": body}})}
        )
        block = {"name": "live-golden", "version": version}
        group = resource("aws_autoscaling_group.g", {"launch_template": [block]})
        assert told(emulated, plan(stack, group), "aws_autoscaling_group.g")[0] == outcome


class TestBuilds:
    """What Image Builder's distribution does to names when an image is built."""

    RECIPE = resource(
        "aws_imagebuilder_image_recipe.r", {"arn": "arn:r", "parent_image": HOME_MADE}
    )

    def built(
        self, distribution: dict[str, Any] | None, action: str = "create", **image: Any
    ) -> list[dict[str, Any]]:
        after = {"image_recipe_arn": "arn:r", "distribution_configuration_arn": "arn:d", **image}
        held = after if action != "create" else None
        changes = [
            self.RECIPE,
            resource("aws_imagebuilder_image.i", after, actions=[action], before=held),
        ]
        if distribution:
            after = {"arn": "arn:d", "distribution": [{"region": VIRGINIA, **distribution}]}
            kind = "aws_imagebuilder_distribution_configuration"
            changes.append(resource(f"{kind}.d", after, actions=["no-op"], before=after))
        return changes

    def group(self, version: str = "$Default", **block: Any) -> dict[str, Any]:
        named = block or {"id": TEMPLATES["live-golden"][0]}
        return resource(
            "aws_autoscaling_group.g", {"launch_template": [{**named, "version": version}]}
        )

    MOVES: ClassVar[dict[str, Any]] = {
        "launch_template_configuration": [{"launch_template_id": TEMPLATES["live-golden"][0]}]
    }

    def test_a_template_whose_default_is_moved_by_a_build(self, emulated: Emulated) -> None:
        for block in ({}, {"name": "live-golden"}):
            document = plan(*self.built(self.MOVES), self.group(**block))
            outcome, said = told(emulated, document, "aws_autoscaling_group.g")
            assert (outcome, "aws_imagebuilder_image.i" in said) == ("fail", True)

    @pytest.mark.parametrize("action", ["no-op", "update"])
    def test_without_a_build_nothing_moves(self, emulated: Emulated, action: str) -> None:
        document = plan(*self.built(self.MOVES, action), self.group())
        assert told(emulated, document, "aws_autoscaling_group.g")[0] == "pass"

    @pytest.mark.parametrize(
        ("more", "version", "outcome"),
        [
            ({"default": False}, "$Default", "pass"),
            ({"default": False}, "$Latest", "fail"),
            ({"default": True}, "1", "pass"),
            ({"account_id": ""}, "$Default", "fail"),
            ({"account_id": WORKLOAD}, "$Default", "fail"),
            ({"account_id": PIPELINE}, "$Default", "pass"),
        ],
    )
    def test_which_versions_in_which_account(
        self, emulated: Emulated, more: dict[str, Any], version: str, outcome: str
    ) -> None:
        block = {**self.MOVES["launch_template_configuration"][0], **more}
        changes = self.built({"launch_template_configuration": [block]})
        document = plan(*changes, self.group(version))
        assert told(emulated, document, "aws_autoscaling_group.g")[0] == outcome

    @pytest.mark.parametrize("kept", [{}, {"region": "eu-west-1"}])
    def test_other_templates_and_other_regions(
        self, emulated: Emulated, kept: dict[str, str]
    ) -> None:
        other = {"id": TEMPLATES["all-golden"][0]} if not kept else {}
        document = plan(*self.built({**self.MOVES, **kept}), self.group(**other))
        assert told(emulated, document, "aws_autoscaling_group.g")[0] == "pass"

    def test_fast_launch_moves_no_template(self, emulated: Emulated) -> None:
        template = [{"launch_template_id": TEMPLATES["live-golden"][0]}]
        fast = {"fast_launch_configuration": [{"launch_template": template}]}
        document = plan(*self.built(fast), self.group())
        assert told(emulated, document, "aws_autoscaling_group.g")[0] == "pass"

    @pytest.mark.parametrize("reference", ["$Default", "$Latest"])
    def test_a_distribution_that_the_plan_does_not_hold_can_move_any(
        self, emulated: Emulated, reference: str
    ) -> None:
        document = plan(*self.built(None), self.group(reference))
        outcome, said = told(emulated, document, "aws_autoscaling_group.g")
        assert (outcome, "aws_imagebuilder_image.i may move" in said) == ("undetermined", True)
        assert (
            told(emulated, plan(*self.built(None), self.group("1")), "aws_autoscaling_group.g")[0]
            == "pass"
        )

    def test_an_image_without_a_distribution_moves_none(self, emulated: Emulated) -> None:
        changes = self.built(None, distribution_configuration_arn=None)
        assert told(emulated, plan(*changes, self.group()), "aws_autoscaling_group.g")[0] == "pass"

    def test_container_images_are_no_amis(self, emulated: Emulated) -> None:
        changes = self.built(self.MOVES, image_recipe_arn=None, container_recipe_arn="arn:c")
        assert told(emulated, plan(*changes, self.group()), "aws_autoscaling_group.g")[0] == "pass"

    @pytest.mark.parametrize(
        ("name", "used", "outcome"),
        [
            ("/golden/linux", "/golden/linux", "fail"),
            ("/golden/linux", "/golden/linux:1", "pass"),
            ("/golden/other", "/golden/linux", "pass"),
            (None, "/golden/linux", "undetermined"),
        ],
    )
    def test_a_parameter_that_a_build_writes(
        self, emulated: Emulated, name: str | None, used: str, outcome: str
    ) -> None:
        writes = {"ssm_parameter_configuration": [{"parameter_name": name}]}
        document = plan(*self.built(writes), user(f"resolve:ssm:{used}"))
        assert told(emulated, document, "aws_instance.user")[0] == outcome

    @pytest.mark.parametrize("kinds", [KINDS, (*KINDS, Kind.BAKE)])
    def test_the_parent_that_a_build_launches_is_told_and_judged_with_bake(
        self, emulated: Emulated, kinds: tuple[Kind, ...]
    ) -> None:
        changes = self.built(None, distribution_configuration_arn=None)
        sources = read_plans("plan.json", dump(plan(*changes)), kinds=kinds, region=None)
        found = check(sources, emulated.catalog, policy(), AS_OF)
        told = json.loads(json_report.render(found, Setting()))["summary"].get("bake_launches")
        text = text_report.render(found, Setting())
        address = "aws_imagebuilder_image.i"
        if Kind.BAKE in kinds:
            assert told is None
            assert f"via {address}, which launches it during apply" in text
        else:
            assert told == [address]
            assert f"not judged: the parent image of {address}" in text

    def test_awscc_spells_it_otherwise(self, emulated: Emulated) -> None:
        template = {"launch_template_id": TEMPLATES["live-golden"][0], "set_default_version": True}
        after = {
            "arn": "arn:d",
            "distributions": [{"region": VIRGINIA, "launch_template_configurations": [template]}],
        }
        changes = [
            self.RECIPE,
            resource("awscc_imagebuilder_distribution_configuration.d", after),
            resource(
                "awscc_imagebuilder_image.i",
                {"image_recipe_arn": "arn:r", "distribution_configuration_arn": "arn:d"},
            ),
        ]
        assert told(emulated, plan(*changes, self.group()), "aws_autoscaling_group.g")[0] == "fail"


class TestCode:
    """From code alone: what it declares is what it leaves, unless it says that this is ignored."""

    USES = 'resource "aws_instance" "user" {\n  ami = "resolve:ssm:/golden/linux"\n}\n'
    PROVIDER = 'provider "aws" {\n  region = "us-east-1"\n}\n'

    def told(self, emulated: Emulated, folder: Path, *blocks: str) -> str:
        (folder / "main.tf").write_text("".join((self.PROVIDER, *blocks)))
        source = Code(Kept(None)).source(str(folder), kinds=KINDS, region=None, environment={})
        report = check([source], emulated.catalog, policy(), AS_OF)
        [verdict] = [
            each
            for each in report.verdicts
            if each.subject.reference.address == "aws_instance.user"
        ]
        return verdict.outcome.value

    def parameter(self, *lines: str) -> str:
        inside = "".join(f"  {line}\n" for line in ('name = "/golden/linux"', *lines))
        return f'resource "aws_ssm_parameter" "p" {{\n{inside}}}\n'

    @pytest.mark.parametrize("attribute", ["insecure_value", "value", "value_wo"])
    @pytest.mark.parametrize(("image", "outcome"), [(HOME_MADE, "fail"), (COPY, "pass")])
    def test_a_parameter_that_the_code_sets(
        self, emulated: Emulated, tmp_path: Path, attribute: str, image: str, outcome: str
    ) -> None:
        block = self.parameter(f'{attribute} = "{image}"')
        assert self.told(emulated, tmp_path, block, self.USES) == outcome

    @pytest.mark.parametrize(
        ("behind", "outcome"), [("live-golden", "pass"), ("live-home-made", "fail")]
    )
    def test_a_template_that_leads_to_another_one(
        self, emulated: Emulated, tmp_path: Path, behind: str, outcome: str
    ) -> None:
        """The image of the one is a parameter, and the parameter's that of the other."""
        world = CasesWorld()
        world.create_launch_template(WORKLOAD, VIRGINIA, "aliased", "resolve:ssm:/golden/linux")
        emulated.show(world)
        data = f'data "aws_launch_template" "behind" {{\n  name = "{behind}"\n}}\n'
        block = self.parameter("insecure_value = data.aws_launch_template.behind.image_id")
        user = (
            'resource "aws_instance" "user" {\n  launch_template {\n    name = "aliased"\n  }\n}\n'
        )
        assert self.told(emulated, tmp_path, block, data, user) == outcome

    def test_one_whose_changes_are_ignored_is_what_it_is_now(
        self, emulated: Emulated, tmp_path: Path
    ) -> None:
        world = CasesWorld()
        world.put_parameter(WORKLOAD, VIRGINIA, "/golden/linux", HOME_MADE)
        emulated.show(world)
        block = self.parameter(
            f'insecure_value = "{GOLDEN}"',
            "lifecycle {",
            "  ignore_changes = [insecure_value]",
            "}",
        )
        assert self.told(emulated, tmp_path, block, self.USES) == "fail"

    @pytest.mark.parametrize(
        ("now", "then"), [(GOLDEN, HOME_MADE), (HOME_MADE, GOLDEN), (GOLDEN, GOLDEN)]
    )
    def test_a_data_source_reads_it_before_or_after(
        self, emulated: Emulated, tmp_path: Path, now: str, then: str
    ) -> None:
        world = CasesWorld()
        world.put_parameter(WORKLOAD, VIRGINIA, "/golden/linux", now)
        emulated.show(world)
        data = 'data "aws_ssm_parameter" "d" {\n  name = "/golden/linux"\n}\n'
        user = self.USES.replace('"resolve:ssm:/golden/linux"', "data.aws_ssm_parameter.d.value")
        block = self.parameter(f'insecure_value = "{then}"')
        (tmp_path / "main.tf").write_text(f"{self.PROVIDER}{block}{data}{user}")
        source = Code(Kept(None)).source(str(tmp_path), kinds=KINDS, region=None, environment={})
        report = check([source], emulated.catalog, policy(), AS_OF)
        found = {
            each.outcome.value
            for each in report.verdicts
            if each.subject.reference.address == "aws_instance.user"
        }
        assert (found == {"pass"}) == (HOME_MADE not in (now, then))


def test_parameters_that_name_each_other_end(emulated: Emulated) -> None:
    """Terraform makes no such plan; whoever writes one gets an answer all the same."""
    unknown = {"insecure_value": True, "arn": True}
    changes = [
        parameter({"overwrite": True}, unknown=unknown),
        resource("aws_ssm_parameter.q", {"name": "/q", "type": "String"}, unknown=unknown),
    ]
    blocks = [
        configured(
            "aws_ssm_parameter",
            mine,
            {"insecure_value": {"references": [f"aws_ssm_parameter.{other}.arn"]}},
        )
        for mine, other in ("pq", "qp")
    ]
    document = plan(*changes, user(), configuration=[*blocks, configured("aws_instance", "user")])
    assert told(emulated, document, "aws_instance.user")[0] == "undetermined"


def test_a_build_from_an_instance_of_the_template_that_it_moves_ends(emulated: Emulated) -> None:
    template = resource(
        "aws_launch_template.t", {"name": "t", "image_id": GOLDEN}, unknown={"id": True}
    )
    launched = resource("aws_instance.user", {"launch_template": [{"version": "$Default"}]},
                        unknown={"ami": True, "id": True, "launch_template": [{"id": True, "name": True}]})  # fmt: skip
    made = resource("aws_ami_from_instance.m", {}, unknown={"source_instance_id": True, "id": True})
    recipe = resource(
        "aws_imagebuilder_image_recipe.r", {"arn": "arn:r"}, unknown={"parent_image": True}
    )
    block = {"launch_template_configuration": [{"launch_template_id": True}]}
    distribution = resource(
        "aws_imagebuilder_distribution_configuration.d",
        {
            "arn": "arn:d",
            "distribution": [{"region": VIRGINIA, "launch_template_configuration": [{}]}],
        },
        unknown={"distribution": [block]},
    )
    image = resource(
        "aws_imagebuilder_image.i",
        {"image_recipe_arn": "arn:r", "distribution_configuration_arn": "arn:d"},
    )
    of = {"references": ["aws_launch_template.t.id"]}
    blocks = [
        configured("aws_launch_template", "t"),
        configured("aws_instance", "user", {"launch_template": [{"id": of}]}),
        configured("aws_ami_from_instance", "m", {"source_instance_id": {"references": ["aws_instance.user.id"]}}),
        configured("aws_imagebuilder_image_recipe", "r", {"parent_image": {"references": ["aws_ami_from_instance.m.id"]}}),
        configured("aws_imagebuilder_distribution_configuration", "d",
                   {"distribution": [{"launch_template_configuration": [{"launch_template_id": of}]}]}),
        configured("aws_imagebuilder_image", "i"),
    ]  # fmt: skip
    document = plan(template, launched, made, recipe, distribution, image, configuration=blocks)
    outcome, said = told(emulated, document, "aws_instance.user")
    assert (outcome, "something that the build itself changes" in said) == ("undetermined", True)


def test_names_that_lead_in_a_circle_end(emulated: Emulated) -> None:
    """A template's image is a parameter, and the parameter's is that of the template."""
    template = resource(
        "aws_launch_template.t", {"name": "t"}, unknown={"image_id": True, "id": True}
    )
    circle = parameter({"overwrite": True}, unknown={"insecure_value": True})
    blocks = [
        configured(
            "aws_launch_template",
            "t",
            {"image_id": {"references": ["aws_ssm_parameter.p.insecure_value"]}},
        ),
        configured(
            "aws_ssm_parameter",
            "p",
            {"insecure_value": {"references": ["aws_launch_template.t.image_id"]}},
        ),
        configured("aws_instance", "user"),
    ]
    document = plan(template, circle, user(), configuration=blocks)
    assert told(emulated, document, "aws_instance.user")[0] == "undetermined"


def test_the_world_holds_what_the_cases_say() -> None:
    assert PARAMETERS["/golden/linux"] == GOLDEN
    assert TEMPLATES["live-golden"][1] == (GOLDEN,)
