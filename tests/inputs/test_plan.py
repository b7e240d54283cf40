"""What a plan says: references, actions, masks, places. Shapes are those of real plans."""

from typing import Any

import pytest

from assay.errors import InputError
from assay.inputs.plan.plan import Source, read_plans
from assay.model import (
    Action,
    Alias,
    AmiId,
    AmiReference,
    Kind,
    Place,
    TemplateRef,
    Unknown,
    Unplaced,
    Unusable,
    astray,
    parse_image,
)
from tests.plans import configured, dump, instance, plan, resource

AMI = "ami-0123456789abcdef0"
OLD = "ami-0123abcd"


def read(document: dict[str, Any], **options: Any) -> Source:
    options = {"kinds": tuple(Kind), "region": None, **options}
    (source,) = read_plans("plan.json", dump(document), **options)
    return source


def references(document: dict[str, Any], **options: Any) -> tuple[AmiReference, ...]:
    return read(document, **options).references


def only(document: dict[str, Any], **options: Any) -> AmiReference:
    (reference,) = references(document, **options)
    return reference


class TestValues:
    @pytest.mark.parametrize(
        ("resource_type", "attribute", "kind"),
        [
            ("aws_instance", "ami", Kind.LAUNCH),
            ("aws_spot_instance_request", "ami", Kind.LAUNCH),
            ("aws_launch_template", "image_id", Kind.TEMPLATE),
            ("aws_launch_configuration", "image_id", Kind.TEMPLATE),
        ],
    )
    def test_an_image_named_directly(self, resource_type: str, attribute: str, kind: Kind) -> None:
        found = only(plan(resource(f"{resource_type}.a", {attribute: AMI})))
        assert found == AmiReference(
            address=f"{resource_type}.a",
            resource_type=resource_type,
            attribute=attribute,
            kind=kind,
            action=Action.CREATE,
            value=AmiId(AMI),
            place=Place("aws", None, "us-east-1"),
        )

    @pytest.mark.parametrize(
        ("text", "value"),
        [
            (OLD, AmiId(OLD)),
            ("resolve:ssm:/golden/web", Alias("/golden/web")),
            ("resolve:ssm:/golden/web:7", Alias("/golden/web", "7")),
            ("resolve:ssm:golden:prod", Alias("golden", "prod")),
            (
                "resolve:ssm:arn:aws:ssm:us-east-1:111122223333:parameter/golden/web:7",
                Alias("arn:aws:ssm:us-east-1:111122223333:parameter/golden/web", "7"),
            ),
        ],
    )
    def test_forms_of_an_image(self, text: str, value: AmiId | Alias) -> None:
        assert only(plan(resource("aws_launch_template.a", {"image_id": text}))).value == value

    @pytest.mark.parametrize(
        "rubbish",
        ["unknown", "ami-foobar", "AMI-0123456789abcdef0", f"{AMI} ", f"{AMI}\n", "resolve:ssm:",
         "resolve:ssm:a b", "hunter2", 7, True, ["ami"], {"id": "x"}, 1e300],
    )  # fmt: skip
    def test_anything_else_is_unusable_and_never_quoted(self, rubbish: object) -> None:
        value = only(plan(resource("aws_instance.a", {"ami": rubbish}))).value
        assert isinstance(value, Unusable)
        assert "hunter2" not in value.reason

    @pytest.mark.parametrize("nothing", [None, ""])
    def test_a_template_without_an_image_is_no_reference(self, nothing: str | None) -> None:
        assert references(plan(resource("aws_launch_template.a", {"image_id": nothing}))) == ()

    def test_a_value_known_after_apply_names_where_it_comes_from(self) -> None:
        expression = {
            "ami": {"references": ["data.external.pick.result.ami", "data.external.pick"]}
        }
        found = only(
            plan(
                resource("aws_instance.a", {"launch_template": []}, unknown={"ami": True}),
                configuration=[configured("aws_instance", "a", expression)],
            )
        )
        assert found.value == Unknown(("data.external.pick.result.ami",))

    def test_a_mask_above_the_attribute_makes_it_unknown(self) -> None:
        found = only(plan(resource("aws_launch_template.a", None, unknown=True)))
        assert isinstance(found.value, Unknown)

    def test_a_mask_wins_over_a_stale_value(self) -> None:
        change = resource("aws_launch_template.a", {"image_id": AMI}, unknown={"image_id": True})
        assert isinstance(only(plan(change)).value, Unknown)


class TestTemplates:
    def block(self, **fields: Any) -> dict[str, Any]:
        return resource("aws_instance.a", {"launch_template": [fields]}, unknown={"ami": True})

    def test_by_id(self) -> None:
        found = only(plan(self.block(id="lt-0123456789abcdef0", name=None, version="3")))
        assert found.value == TemplateRef("lt-0123456789abcdef0", None, "3")
        assert found.attribute == "launch_template[0].id"
        assert found.kind is Kind.LAUNCH

    def test_by_name_where_the_provider_writes_unknown_for_the_id(self) -> None:
        found = only(plan(self.block(id="unknown", name="web", version="$Latest")))
        assert found.value == TemplateRef(None, "web", "$Latest")
        assert found.attribute == "launch_template[0].name"

    def test_a_template_can_be_called_as_the_provider_calls_an_id_it_does_not_know(self) -> None:
        found = only(plan(self.block(id="unknown", name="unknown", version="1")))
        assert found.value == TemplateRef(None, "unknown", "1")
        assert found.attribute == "launch_template[0].name"

    @pytest.mark.parametrize("version", [None, ""])
    def test_no_version_means_the_default(self, version: str | None) -> None:
        found = only(plan(self.block(name="web", version=version)))
        assert found.value == TemplateRef(None, "web", "$Default")

    @pytest.mark.parametrize("version", ["latest", "0", "-1", "1.0", "$latest", 3])
    def test_a_version_of_no_known_form_is_unusable(self, version: object) -> None:
        assert isinstance(only(plan(self.block(name="web", version=version))).value, Unusable)

    def test_the_instances_own_image_wins_over_its_template(self) -> None:
        change = resource(
            "aws_instance.a", {"ami": AMI, "launch_template": [{"name": "web", "version": "1"}]}
        )
        assert only(plan(change)).value == AmiId(AMI)

    def test_an_unknown_image_of_the_instance_still_wins(self) -> None:
        change = resource(
            "aws_instance.a",
            {"launch_template": [{"name": "web", "version": "1"}]},
            unknown={"ami": True},
        )
        expressions = {"ami": {"references": ["local.ami"]}}
        found = only(plan(change, configuration=[configured("aws_instance", "a", expressions)]))
        assert found.value == Unknown(("local.ami",))

    def test_a_template_of_the_same_plan_is_unknown_with_its_reference(self) -> None:
        change = resource(
            "aws_autoscaling_group.a",
            {"launch_template": [{"version": "$Default"}]},
            unknown={
                "launch_template": [{"id": True, "name": True}],
                "mixed_instances_policy": True,
            },
        )
        expressions = {"launch_template": [{"id": {"references": ["aws_launch_template.lt.id"]}}]}
        found = only(
            plan(change, configuration=[configured("aws_autoscaling_group", "a", expressions)])
        )
        assert found.value == Unknown(("aws_launch_template.lt.id",))

    def test_an_unknown_version_of_a_known_template_is_unknown(self) -> None:
        change = resource(
            "aws_instance.a",
            {"launch_template": [{"name": "web"}]},
            unknown={"ami": True, "launch_template": [{"version": True, "id": True}]},
        )
        assert isinstance(only(plan(change)).value, Unknown)

    def test_mixed_instances_with_an_override_are_two_references(self) -> None:
        spec = {"launch_template_id": "lt-0123456789abcdef0", "version": "1"}
        override = {"launch_template_name": "arm", "version": "$Latest"}
        policy = {
            "launch_template": [
                {
                    "launch_template_specification": [spec],
                    "override": [
                        {"instance_type": "c7g.large", "launch_template_specification": [override]},
                        {"instance_type": "c6i.large", "launch_template_specification": []},
                    ],
                }
            ]
        }
        change = resource("aws_autoscaling_group.a", {"mixed_instances_policy": [policy]})
        path = "mixed_instances_policy[0].launch_template[0]"
        assert [(found.value, found.attribute) for found in references(plan(change))] == [
            (
                TemplateRef("lt-0123456789abcdef0", None, "1"),
                f"{path}.launch_template_specification[0].launch_template_id",
            ),
            (
                TemplateRef(None, "arm", "$Latest"),
                f"{path}.override[0].launch_template_specification[0].launch_template_name",
            ),
        ]

    def test_a_group_whose_policy_is_only_computed_names_one_template(self) -> None:
        change = resource(
            "aws_autoscaling_group.a",
            {"launch_template": [{"id": "lt-0123456789abcdef0", "version": "1"}]},
            unknown={"mixed_instances_policy": True, "launch_template": [{"name": True}]},
        )
        expressions = {"launch_template": [{"id": {"constant_value": "lt-0123456789abcdef0"}}]}
        blocks = [configured("aws_autoscaling_group", "a", expressions)]
        assert len(references(plan(change, configuration=blocks))) == 1

    def test_a_block_over_an_unknown_for_each_is_one_unknown(self) -> None:
        change = resource("aws_autoscaling_group.a", {}, unknown={"launch_template": True})
        assert isinstance(only(plan(change)).value, Unknown)


class TestActions:
    @pytest.mark.parametrize(
        ("actions", "action"),
        [
            (["create"], Action.CREATE),
            (["delete", "create"], Action.REPLACE),
            (["create", "delete"], Action.REPLACE),
            (["create", "forget"], Action.REPLACE),
        ],
    )
    def test_what_will_run_is_judged(self, actions: list[str], action: Action) -> None:
        assert only(plan(instance("aws_instance.a", AMI, actions=actions))).action is action

    def test_what_stays_is_counted_and_judged_on_request(self) -> None:
        document = plan(instance("aws_instance.a", AMI, actions=["no-op"]))
        assert read(document).references == ()
        assert read(document).not_judged == {"unchanged": 1}
        assert only(document, include_unchanged=True).action is Action.NO_OP

    @pytest.mark.parametrize("actions", [["delete"], ["forget"]])
    def test_what_goes_is_counted(self, actions: list[str]) -> None:
        before = {"ami": AMI, "launch_template": []}
        change = resource("aws_instance.a", None, actions=actions, before=before)
        assert read(plan(change)).references == ()
        assert read(plan(change)).not_judged == {"deleted": 1}

    @pytest.mark.parametrize("actions", [["no-op"], ["update"]])
    def test_an_import_is_judged_whatever_else_happens(self, actions: list[str]) -> None:
        change = instance("aws_instance.a", AMI, actions=actions, importing={"id": "i-1"})
        assert only(plan(change)).action is Action.IMPORT

    @pytest.mark.parametrize("actions", [[], ["transmogrify"]])
    def test_an_action_nobody_knows_is_an_error(self, actions: list[str]) -> None:
        with pytest.raises(InputError, match=r"aws_instance\.a has an action"):
            read(plan(instance("aws_instance.a", AMI, actions=actions)))

    def test_data_sources_launch_nothing(self) -> None:
        change = instance("aws_instance.a", AMI, actions=["read"]) | {"mode": "data"}
        assert references(plan(change)) == ()

    def test_kinds_that_are_not_judged_are_counted(self) -> None:
        document = plan(resource("aws_launch_template.a", {"image_id": AMI}))
        assert read(document, kinds=[Kind.LAUNCH]).references == ()
        assert read(document, kinds=[Kind.LAUNCH]).not_judged == {"template": 1}


class TestPlaces:
    def test_a_resources_own_region_wins(self) -> None:
        change = resource("aws_instance.a", {"ami": AMI, "region": "eu-west-1"})
        assert only(plan(change)).place == Place("aws", None, "eu-west-1")

    def test_the_provider_alias_decides(self) -> None:
        document = plan(
            instance("aws_instance.a", AMI),
            configuration=[configured("aws_instance", "a", key="aws.china")],
        )
        document["configuration"]["provider_config"]["aws.china"] = {
            "name": "aws",
            "alias": "china",
            "expressions": {"region": {"constant_value": "cn-north-1"}},
        }
        assert only(document).place == Place("aws-cn", None, "cn-north-1")

    def test_a_root_variable_is_where_it_can_be(self) -> None:
        document = plan(instance("aws_instance.a", AMI), variables={"r": {"value": "eu-west-2"}})
        provider = document["configuration"]["provider_config"]["aws"]
        provider["expressions"] = {"region": {"references": ["var.r"]}}
        place = only(document).place
        assert isinstance(place, Unplaced)
        assert place.candidates == (Place("aws", None, "eu-west-2"),)

    @pytest.mark.parametrize(
        "region",
        [
            {"references": ["local.region"]},
            {"references": ["var.r", "var.s"]},
            {"constant_value": "s3cret"},
            {"constant_value": 7},
        ],
    )
    def test_a_region_that_cannot_be_told_is_never_guessed(self, region: dict[str, Any]) -> None:
        document = plan(instance("aws_instance.a", AMI))
        document["configuration"]["provider_config"]["aws"]["expressions"] = {"region": region}
        place = only(document, region="us-east-1").place
        assert isinstance(place, Unplaced)
        assert "s3cret" not in place.reason

    def test_a_child_modules_variable_is_not_the_roots(self) -> None:
        change = instance("module.m.aws_instance.a", AMI, module="module.m")
        document = plan(change, variables={"r": {"value": "eu-west-2"}})
        block = configured("aws_instance", "a", key="module.m:aws")
        document["configuration"]["root_module"]["module_calls"] = {
            "m": {"module": {"resources": [block]}}
        }
        document["configuration"]["provider_config"]["module.m:aws"] = {
            "name": "aws",
            "expressions": {"region": {"references": ["var.r"]}},
        }
        assert isinstance(only(document).place, Unplaced)

    def test_a_provider_without_a_region_takes_the_one_handed_in(self) -> None:
        document = plan(instance("aws_instance.a", AMI), region=None)
        assert isinstance(only(document).place, Unplaced)
        assert only(document, region="ap-south-1").place == Place("aws", None, "ap-south-1")

    @pytest.mark.parametrize(
        "address",
        [
            "module.app",
            "module.app[0]",
            'module.app["a.b"]',
            'module.app["q\\"uo]te"]',
            'module.app["module.other"]',
            'module.app["ü"]',
        ],
    )
    def test_keys_do_not_hide_a_module(self, address: str) -> None:
        """The child's resource is found below its own module, never a twin in the root."""
        change = instance(f"{address}.aws_instance.a", AMI, module=address)
        document = plan(change, configuration=[configured("aws_instance", "a")])
        document["configuration"]["provider_config"]["aws.eu"] = {
            "name": "aws",
            "expressions": {"region": {"constant_value": "eu-west-1"}},
        }
        document["configuration"]["root_module"]["module_calls"] = {
            "app": {"module": {"resources": [configured("aws_instance", "a", key="aws.eu")]}}
        }
        assert only(document).place == Place("aws", None, "eu-west-1")

    def test_a_key_missing_from_the_map_is_the_parents(self) -> None:
        change = instance("module.m.aws_instance.a", AMI, module="module.m")
        document = plan(change)
        document["configuration"]["root_module"]["module_calls"] = {
            "m": {"module": {"resources": [configured("aws_instance", "a", key="m:aws")]}}
        }
        assert only(document).place == Place("aws", None, "us-east-1")


class TestSensitive:
    @pytest.mark.parametrize("mask", [{"ami": True}, True])
    def test_a_sensitive_value_is_read_and_marked(self, mask: object) -> None:
        found = only(plan(instance("aws_instance.a", AMI, sensitive=mask)))
        assert found.sensitive
        assert found.value == AmiId(AMI)

    def test_a_sensitive_neighbour_does_not_hide_it(self) -> None:
        assert not only(
            plan(instance("aws_instance.a", AMI, sensitive={"user_data": True}))
        ).sensitive


def test_lists_may_be_null_and_sections_missing() -> None:
    empty = {"format_version": "1.2", "planned_values": {"root_module": {}}}
    assert references(empty) == ()
    assert references({**empty, "resource_changes": None, "configuration": None}) == ()
    blocks = {"root_module": {"resources": None, "module_calls": None}, "provider_config": None}
    assert references({**empty, "configuration": blocks}) == ()


def test_a_resource_that_the_configuration_lacks_is_judged_all_the_same() -> None:
    found = only(plan(instance("aws_instance.a", AMI), configuration=[]), region="us-east-1")
    assert found.value == AmiId(AMI)


class TestUpdatesInPlace:
    """An instance's image is replaced, never updated: hashicorp/aws, aws_instance."""

    @pytest.mark.parametrize(
        ("resource_type", "attribute"),
        [
            ("aws_instance", "ami"),
            ("aws_ami_copy", "source_ami_id"),
            ("awscc_ec2_instance", "image_id"),
        ],
    )
    def test_what_keeps_its_image_is_unchanged(self, resource_type: str, attribute: str) -> None:
        change = resource(
            f"{resource_type}.a",
            {attribute: AMI, "tags": {"Name": "new"}},
            actions=["update"],
            before={attribute: AMI, "tags": {}},
        )
        source = read(plan(change))
        assert (source.references, source.not_judged) == ((), {"unchanged": 1})

    @pytest.mark.parametrize(
        ("after", "unknown"),
        [({"ami": AMI}, {}), ({}, {"ami": True}), ({"launch_template": [{"id": "lt-1"}]}, {})],
    )
    def test_a_plan_that_changes_the_image_in_place_is_not_believed(
        self, after: dict[str, Any], unknown: dict[str, bool]
    ) -> None:
        before = {"ami": OLD, "launch_template": []}
        change = resource(
            "aws_instance.a", after, actions=["update"], before=before, unknown=unknown
        )
        source = read(plan(change))
        assert source.references
        assert "unchanged" not in source.not_judged

    def test_nothing_is_kept_where_nothing_is_known(self) -> None:
        change = resource("aws_instance.a", {}, actions=["update"], unknown=True)
        assert read(plan(change)).not_judged.get("unchanged", 0) == 0

    def test_they_are_judged_where_the_unchanged_are(self) -> None:
        change = resource("aws_instance.a", {"ami": AMI}, actions=["update"], before={"ami": AMI})
        assert only(plan(change), include_unchanged=True).action is Action.UPDATE


@pytest.mark.parametrize("before", ["\n", "\t", "<", "\\n", "\\u003c", '"', " "])
@pytest.mark.parametrize("image", [AMI, "resolve:ssm:/any/image"])
def test_an_image_behind_an_escape_is_seen_in_a_type_that_no_row_has(
    before: str, image: str
) -> None:
    change = resource("aws_ssm_document.a", {"content": f"ImageId:{before}{image}"})
    value = parse_image(image)
    assert value
    assert only(plan(change)).value == astray(value, "content")
