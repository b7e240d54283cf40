"""What somebody writes who wants a home-made image to be launched while the check passes."""

from collections.abc import Mapping
from typing import Any, ClassVar

import pytest

from assay.inputs.plan.plan import read_plans
from assay.model import Kind
from assay.run.check import check
from tests.cases.world import COPY, GOLDEN, HOME_MADE, TEMPLATES, VIRGINIA, CasesWorld
from tests.judging import AS_OF, Emulated, policy
from tests.plans import configured, dump, plan, resource
from tests.worlds import WORKLOAD

KINDS = (Kind.LAUNCH, Kind.TEMPLATE, Kind.ALIAS, Kind.DERIVE)


@pytest.fixture
def emulated(emulated: Emulated) -> Emulated:
    emulated.show(CasesWorld())
    return emulated


def outcomes(emulated: Emulated, document: Mapping[str, Any]) -> dict[str, str]:
    """By address and attribute."""
    sources = read_plans("plan.json", dump(document), kinds=KINDS, region=None)
    verdicts = check(sources, emulated.catalog, policy(), AS_OF).verdicts
    return {
        f"{each.subject.reference.address} {each.subject.reference.attribute}": each.outcome.value
        for each in verdicts
    }


def references(*names: str) -> dict[str, list[str]]:
    return {"references": list(names)}


class TestTheDefaultOfATemplate:
    """An update that moves only `$Default`: groups that name it so need not change."""

    def template(self, before: dict[str, Any], **after: Any) -> dict[str, Any]:
        known = {
            "id": TEMPLATES["web-lt"][0],  # version 1 is golden, 2 and 3 are home-made
            "name": "web-lt",
            "image_id": GOLDEN,
            "latest_version": 3,
            "default_version": 1,
            "update_default_version": None,
        }
        unknown = {name: True for name, value in after.items() if value is ...}
        return resource(
            "aws_launch_template.web",
            {name: value for name, value in {**known, **after}.items() if value is not ...},
            actions=["update"],
            before={**known, **before},
            unknown=unknown,
        )

    @pytest.mark.parametrize(
        ("before", "after", "outcome"),
        [
            ({}, {"default_version": 2}, "fail"),
            ({"default_version": 2}, {"default_version": 1}, "pass"),
            ({"default_version": 2}, {"default_version": 2}, None),
            ({}, {"default_version": 3, "update_default_version": True}, None),
            ({"image_id": COPY}, {"default_version": 4, "latest_version": ...}, None),
        ],
    )
    def test_an_older_version_is_judged(
        self, emulated: Emulated, before: dict[str, Any], after: dict[str, Any], outcome: str | None
    ) -> None:
        found = outcomes(emulated, plan(self.template(before, **after)))
        assert found.pop("aws_launch_template.web image_id") == "pass"
        assert found == ({"aws_launch_template.web default_version": outcome} if outcome else {})

    @pytest.mark.parametrize(
        ("written", "outcome"),
        [(references("terraform_data.n.output"), "undetermined"), (None, None)],
    )
    def test_one_that_is_not_known_may_be_any(
        self, emulated: Emulated, written: Any, outcome: str | None
    ) -> None:
        expressions = {"default_version": written} if written else {}
        block = configured("aws_launch_template", "web", expressions)
        document = plan(self.template({}, default_version=...), configuration=[block])
        found = outcomes(emulated, document)
        assert found.get("aws_launch_template.web default_version") == outcome


class TestModulesWithoutResources:
    """A local chooses between a golden copy and what a module lets out that holds no resource."""

    def document(self, module: dict[str, Any], **more: Any) -> dict[str, Any]:
        copy = resource(
            "aws_ami_copy.g",
            {"source_ami_id": GOLDEN, "source_ami_region": VIRGINIA},
            unknown={"id": True},
        )
        user = resource("aws_instance.user", {"launch_template": []}, unknown={"ami": True})
        more.setdefault("relevant_attributes", []).append(
            {"resource": "aws_ami_copy.g", "attribute": ["id"]}
        )
        document = plan(
            copy,
            user,
            configuration=[
                configured("aws_ami_copy", "g"),
                configured("aws_instance", "user", {"ami": references("local.ami")}),
            ],
            **more,
        )
        document["configuration"]["root_module"]["module_calls"] = {"m": module}
        return document

    def told(self, emulated: Emulated, module: dict[str, Any], **more: Any) -> str:
        return outcomes(emulated, self.document(module, **more))["aws_instance.user ami"]

    @pytest.mark.parametrize(("image", "outcome"), [(HOME_MADE, "undetermined"), (COPY, "pass")])
    @pytest.mark.parametrize("read", ["var.ami", "local.ami"])
    def test_a_default(self, emulated: Emulated, read: str, image: str, outcome: str) -> None:
        module = {
            "variables": {"ami": {"default": image}},
            "outputs": {"id": {"expression": references(read)}},
        }
        assert self.told(emulated, {"module": module}) == outcome

    @pytest.mark.parametrize(("image", "outcome"), [(HOME_MADE, "undetermined"), (COPY, "pass")])
    def test_what_it_is_given(self, emulated: Emulated, image: str, outcome: str) -> None:
        module = {
            "variables": {"ami": {}},
            "outputs": {"id": {"expression": references("var.ami")}},
        }
        call = {"expressions": {"ami": {"constant_value": image}}, "module": module}
        assert self.told(emulated, call) == outcome

    def test_a_variable_that_no_output_reads_is_left_alone(self, emulated: Emulated) -> None:
        variables = {"ami": {"default": HOME_MADE}, "name": {"default": "web"}}
        outputs = {"name": {"expression": references("var.name")}}
        assert (
            self.told(emulated, {"module": {"variables": variables, "outputs": outputs}}) == "pass"
        )

    @pytest.mark.parametrize(("image", "outcome"), [(HOME_MADE, "undetermined"), (COPY, "pass")])
    def test_a_constant(self, emulated: Emulated, image: str, outcome: str) -> None:
        inner = {"module": {"outputs": {"id": {"expression": {"constant_value": image}}}}}
        assert self.told(emulated, inner) == outcome
        outputs = {"id": {"expression": references("module.inner.id", "module.inner")}}
        outer = {"module": {"module_calls": {"inner": inner}, "outputs": outputs}}
        assert self.told(emulated, outer) == outcome

    @pytest.mark.parametrize(("image", "outcome"), [(HOME_MADE, "undetermined"), (COPY, "pass")])
    @pytest.mark.parametrize("key", ["", '["a"]'])
    def test_what_its_data_sources_have_read(
        self, emulated: Emulated, key: str, image: str, outcome: str
    ) -> None:
        module = {
            "resources": [
                {**configured("aws_ssm_parameter", "p"), "mode": "data"},
            ],
            "outputs": {
                "id": {"expression": references("data.aws_ssm_parameter.p.insecure_value")}
            },
        }
        read = {
            "address": f"module.m{key}.data.aws_ssm_parameter.p",
            "mode": "data",
            "type": "aws_ssm_parameter",
            "name": "p",
            "values": {"insecure_value": image},
            "sensitive_values": {},
        }
        children = [{"address": f"module.m{key}", "resources": [read]}]
        found = self.told(
            emulated,
            {"module": module, **({"for_each_expression": {}} if key else {})},
            prior_state={"values": {"root_module": {"child_modules": children}}},
            relevant_attributes=[{"resource": read["address"], "attribute": ["insecure_value"]}],
        )
        assert found == outcome


def test_a_default_of_a_variable_that_the_plan_does_not_list(emulated: Emulated) -> None:
    document = TestModulesWithoutResources().document({"module": {}})
    root = document["configuration"]["root_module"]
    root["variables"] = {"other": {"default": HOME_MADE}}
    assert outcomes(emulated, document)["aws_instance.user ami"] == "undetermined"
    document["variables"] = {"other": {"value": COPY}}
    assert outcomes(emulated, document)["aws_instance.user ami"] == "pass"


class TestNamesThatAreTaken:
    """What is made under a name that is taken fails, and what does not wait for it is launched."""

    def group(self, name: str, version: str = "$Default") -> dict[str, Any]:
        return resource(
            "aws_autoscaling_group.user", {"launch_template": [{"name": name, "version": version}]}
        )

    def template(self, name: str, image: str, **change: Any) -> dict[str, Any]:
        held = {"name": name, "image_id": image}
        return resource("aws_launch_template.t", held, unknown={"id": True}, **change)

    @pytest.mark.parametrize("version", ["$Default", "$Latest", "1"])
    @pytest.mark.parametrize(
        ("name", "planned", "outcome"),
        [
            ("live-home-made", GOLDEN, "undetermined"),
            ("live-golden", COPY, "pass"),
            ("not-there-yet", GOLDEN, "pass"),
            ("live-golden", HOME_MADE, "fail"),
            ("not-there-yet", HOME_MADE, "fail"),
        ],
    )
    def test_templates(
        self, emulated: Emulated, name: str, version: str, planned: str, outcome: str
    ) -> None:
        document = plan(self.template(name, planned), self.group(name, version))
        found = outcomes(emulated, document)
        assert found["aws_autoscaling_group.user launch_template[0].name"] == outcome

    @pytest.mark.parametrize(
        ("reads", "outcome"),
        [
            ("aws_launch_template.t", "pass"),
            ("aws_launch_template.t[0].name", "pass"),
            ("aws_launch_template.other.name", "undetermined"),
            ("data.aws_launch_template.t.name", "undetermined"),
            ("var.name", "undetermined"),
        ],
    )
    def test_whoever_reads_the_template_waits_for_it(
        self, emulated: Emulated, reads: str, outcome: str
    ) -> None:
        document = plan(self.template("live-home-made", GOLDEN), self.group("live-home-made"))
        block = {"name": references(reads), "version": {"constant_value": "$Default"}}
        for each in document["configuration"]["root_module"]["resources"]:
            if each["type"] == "aws_autoscaling_group":
                each["expressions"] = {"launch_template": [block]}
        found = outcomes(emulated, document)
        assert found["aws_autoscaling_group.user launch_template[0].name"] == outcome

    def test_a_template_that_is_made_again_is_not_there_before(self, emulated: Emulated) -> None:
        before = {"name": "live-home-made", "id": TEMPLATES["live-home-made"][0]}
        again = self.template("live-home-made", GOLDEN, actions=["delete", "create"], before=before)
        found = outcomes(emulated, plan(again, self.group("live-home-made")))
        assert found["aws_autoscaling_group.user launch_template[0].name"] == "pass"

    @pytest.mark.parametrize("region", [VIRGINIA, None])
    @pytest.mark.parametrize(
        ("name", "planned", "outcome"),
        [
            ("/teams/home-made", GOLDEN, "undetermined"),
            ("/golden/linux", COPY, "pass"),
            ("/not/yet", GOLDEN, "pass"),
            ("/golden/linux", HOME_MADE, "fail"),
        ],
    )
    def test_parameters(
        self, emulated: Emulated, name: str, planned: str, outcome: str, region: str | None
    ) -> None:
        held = {"name": name, "type": "String", "insecure_value": planned}
        user = resource("aws_launch_template.user", {"image_id": f"resolve:ssm:{name}"})
        document = plan(resource("aws_ssm_parameter.p", held), user, region=region)
        if region is None:  # of a variable a plan does not tell what becomes of it
            expressions = {"region": references("var.region")}
            document["configuration"]["provider_config"]["aws"]["expressions"] = expressions
            document["variables"] = {"region": {"value": VIRGINIA}}
        assert outcomes(emulated, document)["aws_launch_template.user image_id"] == outcome


class TestUnchangedGroups:
    """A new capacity provider launches from a group of which the plan changes nothing."""

    ARN = f"arn:aws:autoscaling:{VIRGINIA}:{WORKLOAD}:autoScalingGroup:1:autoScalingGroupName/web"
    READS = "aws_ecs_capacity_provider.c auto_scaling_group_provider[0].auto_scaling_group_arn"

    def told(self, emulated: Emulated, action: str, **launches: Any) -> str | None:
        held = {"arn": self.ARN, "launch_template": [], **launches}
        group = resource("aws_autoscaling_group.g", held, actions=[action], before=held)
        block = {"auto_scaling_group_arn": self.ARN}
        user = resource("aws_ecs_capacity_provider.c", {"auto_scaling_group_provider": [block]})
        return outcomes(emulated, plan(group, user)).get(self.READS)

    @pytest.mark.parametrize(
        ("name", "outcome"), [("live-home-made", "fail"), ("live-golden", "pass")]
    )
    def test_its_template(self, emulated: Emulated, name: str, outcome: str) -> None:
        template = [{"name": name, "version": "1"}]
        assert self.told(emulated, "no-op", launch_template=template) == outcome
        assert self.told(emulated, "update", launch_template=template) is None

    @pytest.mark.parametrize(
        ("override", "outcome"), [("live-home-made", "undetermined"), ("all-golden", "pass")]
    )
    def test_each_of_its_templates(self, emulated: Emulated, override: str, outcome: str) -> None:
        def named(name: str) -> list[dict[str, str]]:
            return [{"launch_template_name": name, "version": "1"}]

        inner = {
            "launch_template_specification": named("live-golden"),
            "override": [{"launch_template_specification": named(override)}],
        }
        found = self.told(emulated, "no-op", mixed_instances_policy=[{"launch_template": [inner]}])
        assert found == outcome

    def test_what_is_not_in_the_plan(self, emulated: Emulated) -> None:
        assert self.told(emulated, "no-op", launch_configuration="old") == "undetermined"
        assert self.told(emulated, "no-op") == "undetermined"


class TestWhatIsMadeToWait:
    """A change that waits for whoever uses the name comes too late."""

    def told(
        self, emulated: Emulated, change: dict[str, Any], user: dict[str, Any], **late: Any
    ) -> str:
        kind, _, name = change["address"].partition(".")
        blocks = [
            configured(user["type"], user["name"]),
            {
                **configured(kind, name, late.get("expressions")),
                "depends_on": late.get("after", []),
            },
            {**configured("terraform_data", "w"), "depends_on": [user["address"]]},
            {**configured("terraform_data", "other"), "depends_on": []},
        ]
        found = outcomes(emulated, plan(change, user, configuration=blocks))
        return next(each for key, each in found.items() if key.startswith(user["address"]))

    WAITING: ClassVar = [
        ({"after": ["aws_instance.user"]}, True),
        ({"after": ["terraform_data.w"]}, True),
        ({"expressions": {"description": references("aws_instance.user.id")}}, True),
        ({"expressions": {"tags": references("terraform_data.w.id", "terraform_data.w")}}, True),
        ({"after": ["terraform_data.other"]}, False),
        ({}, False),
    ]

    @pytest.mark.parametrize(("late", "waits"), WAITING)
    def test_a_parameter(self, emulated: Emulated, late: dict[str, Any], *, waits: bool) -> None:
        held = {"name": "/teams/home-made", "type": "String", "insecure_value": GOLDEN}
        change = resource("aws_ssm_parameter.p", {**held, "overwrite": True})
        user = resource("aws_instance.user", {"ami": "resolve:ssm:/teams/home-made"})
        wanted = "undetermined" if waits else "pass"
        assert self.told(emulated, change, user, **late) == wanted

    @pytest.mark.parametrize(("late", "waits"), WAITING)
    def test_a_template(self, emulated: Emulated, late: dict[str, Any], *, waits: bool) -> None:
        known = {
            "id": TEMPLATES["live-home-made"][0],
            "name": "live-home-made",
            "update_default_version": True,
        }
        change = resource(
            "aws_launch_template.t",
            {**known, "image_id": GOLDEN},
            actions=["update"],
            before={**known, "image_id": HOME_MADE},
        )
        block = {"name": "live-home-made", "version": "$Default"}
        user = resource("aws_instance.user", {"launch_template": [block]}, unknown={"ami": True})
        wanted = "undetermined" if waits else "pass"
        assert self.told(emulated, change, user, **late) == wanted
