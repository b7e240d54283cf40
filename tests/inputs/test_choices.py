"""More than one thing could be an unknown value: each of them counts, and text of any kind ends it."""

from typing import Any

import pytest

from assay.inputs.plan.plan import read_plans
from assay.model import AmiId, AnyOf, EveryVersion, Kind, Made, Planned, Unknown, Unusable, Value
from assay.model.alternatives import alternatives
from tests.plans import configured, dump, plan, resource

GOLDEN, OTHER = "ami-0123456789abcdef0", "ami-0fedcba9876543210"
COPY = resource(
    "aws_ami_copy.c",
    {"source_ami_id": GOLDEN, "source_ami_region": "us-east-1"},
    unknown={"id": True},
)
REGION = {"aws": {"name": "aws", "expressions": {"region": {"constant_value": "us-east-1"}}}}


def read(document: dict[str, Any], address: str) -> Value:
    (source,) = read_plans("plan.json", dump(document), kinds=tuple(Kind), region=None)
    (found,) = [each for each in source.references if each.address == address]
    return found.value


def images(value: Value) -> set[str]:
    """The ids of all images that a value may mean or be made from."""
    found: set[str] = set()
    for end in map(_end, alternatives(value)):
        found.add(end.id if isinstance(end, AmiId) else type(end).__name__)
    return found


def _end(value: Value) -> Value:
    match value:
        case Made(source=inner) | Planned(value=inner):
            return _end(inner)
    return value


def launched(*references: str, **more: Any) -> dict[str, Any]:
    """A plan in which an instance's image is unknown, and reads some things beside the copy."""
    others = more.pop("others", ())
    document = plan(
        COPY,
        *others,
        resource("aws_instance.i", {"launch_template": []}, unknown={"ami": True}),
        configuration=[
            configured("aws_ami_copy", "c"),
            configured("aws_instance", "i", {"ami": {"references": list(references)}}),
            *more.pop("blocks", ()),
        ],
    )
    document.update(more)
    return document


class TestKnownThingsBesideAnUnknownOne:
    @pytest.mark.parametrize(
        "value",
        [
            OTHER,
            [OTHER],
            {"us-east-1": OTHER},
            {"a": {"b": [OTHER]}},
            {OTHER: 1},
            f'{{"x":"{OTHER}"}}',
        ],
        ids=["text", "list", "map", "deep", "key", "json"],
    )
    def test_a_variable_may_be_meant_wherever_it_holds_an_image(self, value: Any) -> None:
        document = launched("aws_ami_copy.c.id", "var.v", variables={"v": {"value": value}})
        assert images(read(document, "aws_instance.i")) == {GOLDEN, OTHER}

    @pytest.mark.parametrize("value", [None, "", "t3.small", ["web"], {"a": 1}, True])
    def test_a_variable_without_an_image_only_selects(self, value: Any) -> None:
        document = launched("aws_ami_copy.c.id", "var.v", variables={"v": {"value": value}})
        assert images(read(document, "aws_instance.i")) == {GOLDEN}

    def test_only_what_is_taken_of_a_map_counts(self) -> None:
        value = {"web": GOLDEN, "db": OTHER}
        document = launched(
            "aws_ami_copy.c.id", 'var.v["web"]', "var.v", variables={"v": {"value": value}}
        )
        assert images(read(document, "aws_instance.i")) == {GOLDEN}

    def test_what_a_data_source_has_read(self) -> None:
        state = {
            "mode": "data",
            "type": "terraform_remote_state",
            "name": "net",
            "values": {"outputs": {"ami": OTHER}},
        }
        document = launched(
            "aws_ami_copy.c.id",
            "data.terraform_remote_state.net.outputs.ami",
            prior_state={"values": {"root_module": {"resources": [state]}}},
        )
        assert images(read(document, "aws_instance.i")) == {GOLDEN, OTHER}

    @pytest.mark.parametrize(
        "kind", ["aws_ami", "aws_ssm_parameter", "external", "terraform_remote_state"]
    )
    def test_a_data_source_of_which_the_plan_tells_nothing(self, kind: str) -> None:
        document = launched("aws_ami_copy.c.id", f"data.{kind}.x.outputs")
        assert isinstance(read(document, "aws_instance.i"), Unknown)

    def test_what_another_resource_holds_already(self) -> None:
        stack = resource("aws_cloudformation_stack.s", {"outputs": {"A": OTHER}}, actions=["no-op"])
        document = launched(
            "aws_ami_copy.c.id",
            "aws_cloudformation_stack.s.outputs",
            others=[stack],
            blocks=[configured("aws_cloudformation_stack", "s")],
        )
        assert images(read(document, "aws_instance.i")) == {GOLDEN, OTHER}


TEXT = [
    ("aws_cloudformation_stack", "outputs"),
    ("aws_lambda_invocation", "result"),
    ("aws_servicecatalog_provisioned_product", "outputs"),
    ("aws_secretsmanager_secret_version", "secret_string"),
    ("aws_dynamodb_table_item", "item"),
    ("random_shuffle", "result"),
    ("null_resource", "id"),
    ("acme_thing", "name"),
]


@pytest.mark.parametrize(("kind", "attribute"), TEXT)
@pytest.mark.parametrize("by_local", [False, True])
def test_any_text_could_be_an_image(kind: str, attribute: str, by_local: bool) -> None:
    text = resource(f"{kind}.x", {}, unknown={attribute: True})
    read_ = ["local.ami"] if by_local else [f"{kind}.x.{attribute}", "aws_ami_copy.c.id"]
    document = launched(
        *read_,
        others=[text],
        blocks=[configured(kind, "x")],
        relevant_attributes=[
            {"resource": f"{kind}.x", "attribute": [attribute]},
            {"resource": "aws_ami_copy.c", "attribute": ["id"]},
        ],
    )
    assert isinstance(read(document, "aws_instance.i"), Unknown)


LISTED = [
    ("aws_s3_objects", "keys"),
    ("aws_s3_objects", "common_prefixes"),
    ("aws_iam_roles", "names"),
    ("aws_ecr_image", "image_tags"),
    ("aws_imagebuilder_image_recipe", "parent_image"),
    ("aws_resourcegroupstaggingapi_resources", "resource_tag_mapping_list"),
    ("external", "result"),
    ("http", "response_body"),
]


@pytest.mark.parametrize(
    ("kind", "attribute", "disturbs"),
    [
        *((*each, True) for each in LISTED),
        ("aws_availability_zones", "names", False),
        ("aws_caller_identity", "account_id", False),
        ("aws_iam_policy_document", "json", False),
    ],
)
def test_what_data_sources_will_read_during_apply(
    kind: str, attribute: str, *, disturbs: bool
) -> None:
    later = resource(f"{kind}.x", {}, actions=["read"], unknown={attribute: True})
    document = launched(
        "local.ami",
        others=[{**later, "address": f"data.{kind}.x", "mode": "data"}],
        blocks=[{**configured(kind, "x"), "mode": "data"}],
        relevant_attributes=[
            {"resource": f"data.{kind}.x", "attribute": [attribute]},
            {"resource": "aws_ami_copy.c", "attribute": ["id"]},
        ],
    )
    assert isinstance(read(document, "aws_instance.i"), Unknown) is disturbs


@pytest.mark.parametrize(
    ("kind", "attribute"),
    [("aws_subnet", "id"), ("aws_iam_role", "arn"), ("tls_private_key", "id")],
)
def test_what_cannot_be_an_image_disturbs_no_local(kind: str, attribute: str) -> None:
    document = launched(
        "local.ami",
        others=[resource(f"{kind}.x", {}, unknown={attribute: True})],
        blocks=[configured(kind, "x")],
        relevant_attributes=[
            {"resource": f"{kind}.x", "attribute": [attribute]},
            {"resource": "aws_ami_copy.c", "attribute": ["id"]},
        ],
    )
    assert images(read(document, "aws_instance.i")) == {GOLDEN}


def test_read_in_so_many_words_it_may_decide() -> None:
    document = launched(
        "aws_subnet.x.id",
        "aws_ami_copy.c.id",
        others=[resource("aws_subnet.x", {}, unknown={"id": True})],
        blocks=[configured("aws_subnet", "x")],
    )
    assert isinstance(read(document, "aws_instance.i"), Unknown)


def test_any_instance_may_be_the_one_of_a_key() -> None:
    copies = [
        resource(
            f'aws_ami_copy.k["{key}"]',
            {"source_ami_id": image, "source_ami_region": "us-east-1"},
            unknown={"id": True},
            index=key,
        )
        for key, image in (("a", GOLDEN), ("b", OTHER))
    ]
    document = launched(
        "aws_ami_copy.k",
        "each.key",
        others=copies,
        blocks=[configured("aws_ami_copy", "k")],
    )
    assert images(read(document, "aws_instance.i")) == {GOLDEN, OTHER}


def test_blocks_of_a_set_come_in_another_order_than_they_are_written() -> None:
    image = {"namespace": "aws:autoscaling:launchconfiguration", "name": "ImageId"}
    group = {"namespace": "aws:autoscaling:launchconfiguration", "name": "SecurityGroups"}
    written = [
        {"value": {"references": ["aws_security_group.g.id", "aws_security_group.g"]}},
        {"value": {}},
        {"value": {"references": ["aws_ami_copy.c.id", "aws_ami_copy.c"]}},
    ]
    plain = {"namespace": "aws:elasticbeanstalk:environment", "name": "X", "value": "3"}
    document = plan(
        COPY,
        resource("aws_security_group.g", {}, unknown={"id": True}),
        resource(
            "aws_elastic_beanstalk_environment.e",
            {"setting": [image, plain, group]},
            unknown={"setting": [{"value": True}, {}, {"value": True}]},
        ),
        configuration=[
            configured("aws_ami_copy", "c"),
            configured("aws_security_group", "g"),
            configured("aws_elastic_beanstalk_environment", "e", {"setting": written}),
        ],
    )
    assert images(read(document, "aws_elastic_beanstalk_environment.e")) == {GOLDEN}


@pytest.mark.parametrize("first", ["aws_subnet.s.id", "terraform_data.t.output"])
def test_what_may_decide_in_one_of_several_blocks(first: str) -> None:
    chosen = {"references": [first, "aws_ami_copy.c.id", "aws_ami_copy.c"]}
    blocks = [{"ami": chosen}, {"ami": chosen}]
    document = plan(
        COPY,
        resource("aws_subnet.s", {}, unknown={"id": True}),
        resource("terraform_data.t", {"input": "blue"}, unknown={"output": True}),
        resource(
            "aws_spot_fleet_request.f",
            {"launch_specification": [{}, {"ami": GOLDEN}]},
            unknown={"launch_specification": [{"ami": True}, {}]},
        ),
        configuration=[
            configured("aws_ami_copy", "c"),
            configured("aws_subnet", "s"),
            configured("terraform_data", "t"),
            configured("aws_spot_fleet_request", "f", {"launch_specification": blocks}),
        ],
    )
    (source,) = read_plans("plan.json", dump(document), kinds=tuple(Kind), region=None)
    values = [each.value for each in source.references if each.attribute.endswith("[0].ami")]
    assert [type(each) for each in values] == [Unknown]


def test_what_could_be_very_many_images_is_unknown() -> None:
    """Copies of copies of any of a hundred: a million ways, of which nobody asks."""
    copies, blocks = [], []
    for level in range(4):
        source = {"references": [f"aws_ami_copy.l{level - 1}", "each.key"]} if level else {}
        blocks.append(configured("aws_ami_copy", f"l{level}", {"source_ami_id": source}))
        for number in range(100):
            own = {"source_ami_region": "us-east-1", "name": f"{level}-{number}"}
            known = {} if level else {"source_ami_id": f"ami-{number:017x}"}
            unknown = {"id": True, **({"source_ami_id": True} if level else {})}
            address = f'aws_ami_copy.l{level}["{number}"]'
            copies.append(
                {**resource(address, {**own, **known}, unknown=unknown), "index": str(number)}
            )
    document = launched("aws_ami_copy.l3", "each.key", others=copies, blocks=blocks)
    assert len(images(read(document, "aws_instance.i"))) in (1, 100)


class TestTerraformData:
    def given(self, after: dict[str, Any], unknown: dict[str, Any]) -> Value:
        kept = resource("terraform_data.t", after, unknown=unknown)
        expression = {"input": {"references": ["aws_ami_copy.c.id", "aws_ami_copy.c"]}}
        document = launched(
            "terraform_data.t.output",
            "terraform_data.t",
            others=[kept],
            blocks=[configured("terraform_data", "t", expression)],
        )
        return read(document, "aws_instance.i")

    def test_it_gives_out_what_is_put_in(self) -> None:
        assert images(self.given({"input": OTHER}, {"output": True})) == {OTHER}

    def test_what_is_put_in_is_followed(self) -> None:
        assert images(self.given({}, {"input": True, "output": True})) == {GOLDEN}

    def test_what_is_no_image_is_unknown(self) -> None:
        assert isinstance(self.given({"input": "blue"}, {"output": True}), Unknown)


PASSED = {"references": ["aws_ami_copy.c.id", "aws_ami_copy.c"]}


class TestModules:
    def called(
        self, expressions: dict[str, Any], variables: dict[str, Any], reads: list[str]
    ) -> Value:
        document = launched("aws_ami_copy.c.id")
        inside = resource(
            "module.m.aws_instance.x",
            {"launch_template": []},
            unknown={"ami": True},
            module="module.m",
        )
        document["resource_changes"].append(inside)
        document["configuration"]["root_module"]["module_calls"] = {
            "m": {
                "expressions": expressions,
                "module": {
                    "resources": [configured("aws_instance", "x", {"ami": {"references": reads}})],
                    "variables": variables,
                },
            }
        }
        return read(document, "module.m.aws_instance.x")

    @pytest.mark.parametrize("reads", [["var.ami", "var.other"], ["local.ami"]])
    def test_a_constant_that_the_caller_passes(self, reads: list[str]) -> None:
        given = {"ami": PASSED, "other": {"constant_value": OTHER}}
        assert images(self.called(given, {"ami": {}, "other": {}}, reads)) == {GOLDEN, OTHER}

    @pytest.mark.parametrize("reads", [["var.ami", "var.other"], ["local.ami"]])
    def test_a_default(self, reads: list[str]) -> None:
        declared = {"ami": {}, "other": {"default": {"x": OTHER}}}
        assert images(self.called({"ami": PASSED}, declared, reads)) == {GOLDEN, OTHER}

    def test_a_function_of_constants_is_not_told(self) -> None:
        found = self.called({"ami": PASSED, "other": {}}, {"ami": {}}, ["var.ami", "var.other"])
        assert isinstance(found, Unknown)


class TestBlanked:
    def value(self, after: Any, sensitive: Any, expressions: dict[str, Any]) -> Value | None:
        document = plan(
            resource("aws_instance.i", after, sensitive=sensitive),
            configuration=[configured("aws_instance", "i", expressions)],
        )
        (source,) = read_plans("plan.json", dump(document), kinds=tuple(Kind), region=None)
        return source.references[0].value if source.references else None

    @pytest.mark.parametrize("after", [{"ami": None}, {"ami": ""}, {}])
    @pytest.mark.parametrize("sensitive", [{"ami": True}, True])
    def test_a_sensitive_value_that_is_written_and_gone(self, after: Any, sensitive: Any) -> None:
        found = self.value(after, sensitive, {"ami": {"references": ["var.ami"]}})
        assert isinstance(found, Unusable)
        assert "removed from the plan" in found.reason

    @pytest.mark.parametrize("expressions", [{}, {"ami": {"constant_value": None}}])
    def test_one_that_is_not_written(self, expressions: dict[str, Any]) -> None:
        assert self.value({"ami": None}, {"ami": True}, expressions) is None

    @pytest.mark.parametrize(
        "block", [[], None, [{"id": None, "name": None}], [{"id": "", "name": ""}]]
    )
    def test_a_block(self, block: Any) -> None:
        mask = [{"id": True}] if block else True
        written = {"launch_template": [{"id": {"references": ["var.id"]}}]}
        found = self.value(
            {"ami": None, "launch_template": block}, {"launch_template": mask}, written
        )
        assert isinstance(found, Unusable)


KNOWN = {"id": "lt-0123456789abcdef0", "name": "web"}


LATEST = {"references": ["aws_launch_template.t.latest_version", "aws_launch_template.t"]}


WHOLE = {"references": ["aws_launch_template.t"]}


class TestVersions:
    GROUP = "aws_autoscaling_group.g"

    def group(
        self, template: dict[str, Any], block: dict[str, Any], unknown: Any, version: Any
    ) -> Value:
        written = {"id": {"references": ["aws_launch_template.t.id", "aws_launch_template.t"]}}
        if version is not None:
            written["version"] = version
        document = plan(
            template,
            resource(
                self.GROUP, {"launch_template": [block]}, unknown={"launch_template": [unknown]}
            ),
            configuration=[
                configured("aws_launch_template", "t"),
                configured("aws_autoscaling_group", "g", {"launch_template": [written]}),
            ],
        )
        return read(document, self.GROUP)

    UPDATED = resource(
        "aws_launch_template.t",
        {"id": "lt-0123456789abcdef0", "name": "web", "image_id": GOLDEN, "default_version": 1},
        unknown={"latest_version": True},
        actions=["update"],
    )
    NEW = resource(
        "aws_launch_template.t",
        {"name": "web", "image_id": GOLDEN},
        unknown={"id": True, "latest_version": True, "default_version": True},
    )

    def test_the_newest_by_name_is_the_planned_one(self) -> None:
        found = self.group(self.UPDATED, KNOWN, {"version": True}, LATEST)
        assert images(found) == {GOLDEN}

    @pytest.mark.parametrize("unknown", [{"version": True}, {}])
    def test_any_other_is_every_version_and_the_planned_one(self, unknown: Any) -> None:
        found = self.group(self.UPDATED, {**KNOWN, "version": None}, unknown, WHOLE)
        assert images(found) == {GOLDEN, EveryVersion.__name__}

    def test_a_new_template_has_no_other(self) -> None:
        found = self.group(self.NEW, {}, {"id": True, "version": True}, WHOLE)
        assert images(found) == {GOLDEN}

    def test_null_that_is_null_is_the_default(self) -> None:
        version = {"references": ["var.version"]}
        found = self.group(self.UPDATED, {**KNOWN, "version": None}, {}, version)
        assert not isinstance(found, AnyOf)

    def test_a_number_that_anything_could_be_is_unknown(self) -> None:
        version = {"references": ["acme_thing.x.number"]}
        found = self.group(self.UPDATED, KNOWN, {"version": True}, version)
        assert isinstance(found, Unknown)


@pytest.mark.parametrize(
    "named", [{"launch_template_id": "lt-0123456789abcdef0"}, {"launch_template_name": "web"}]
)
@pytest.mark.parametrize(
    ("version", "expected"),
    [("$Latest", {GOLDEN}), ("$Default", {"TemplateRef"}), ("3", {"TemplateRef"})],
)
def test_an_awscc_template_that_is_changed_is_met_by_id_and_by_name(
    named: dict[str, str], version: str, expected: set[str]
) -> None:
    template = resource(
        "awscc_ec2_launch_template.t",
        {
            "id": "lt-0123456789abcdef0",
            "launch_template_id": "lt-0123456789abcdef0",
            "launch_template_name": "web",
            "default_version_number": "1",
            "launch_template_data": {"image_id": GOLDEN},
        },
        unknown={"latest_version_number": True},
        actions=["update"],
    )
    group = "awscc_autoscaling_auto_scaling_group.g"
    document = plan(template, resource(group, {"launch_template": {**named, "version": version}}))
    assert images(read(document, group)) == expected


def test_more_blocks_than_are_written_mean_a_dynamic_one() -> None:
    inner = [{"image_type": "ECS_AL2"}, {"image_type": "ECS_AL2023"}]
    masks = [{"image_id_override": True}, {"image_id_override": True}]

    def override(written: int) -> int:
        document = plan(
            resource(
                "aws_batch_compute_environment.b",
                {
                    "compute_resources": [
                        {"type": "EC2", "ec2_configuration": inner, "image_id": GOLDEN}
                    ]
                },
                unknown={"compute_resources": [{"ec2_configuration": masks}]},
            ),
            configuration=[
                configured(
                    "aws_batch_compute_environment",
                    "b",
                    {"compute_resources": [{"ec2_configuration": [{} for _ in range(written)]}]},
                )
            ],
        )
        (source,) = read_plans("plan.json", dump(document), kinds=tuple(Kind), region=None)
        return sum("image_id_override" in each.attribute for each in source.references)

    assert override(written=2) == 0
    assert override(written=1) == 2
