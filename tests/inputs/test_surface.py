"""The table against the real provider: no row that leads nowhere, no attribute that it forgot.

The schema is that of the installed hashicorp/aws, as `terraform providers schema -json` tells it.
hashicorp/awscc is not installed anywhere we know: its rows are held to their own syntax only.
"""

import json
import re
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from assay.inputs.plan.document.prior import ASKED, EC2
from assay.inputs.plan.places.accounts import CREDENTIALS
from assay.inputs.surface import MENTIONS, ROWS, Form, Row
from assay.model import Kind
from tests.terraform.binary import PROVIDER, TERRAFORM_SECONDS, MissingError, locate

Schema: TypeAlias = Mapping[str, Mapping[str, Any]]
"""By resource type, what stands at each path; `[*]` behind whatever is a list or a set."""

STEP = r"[a-z][a-z0-9_]*(\[\*\])?"
PATH = re.compile(rf"{STEP}(\.{STEP})*")
IN_V6_ONLY = {
    *("aws_ec2_allowed_images_settings", "aws_ami_watermark", "aws_lambda_capacity_provider"),
    *("aws_gamelift_container_fleet", "aws_sagemaker_cluster", "aws_workspaces_pool"),
}
BLOCKS_IN_V6_ONLY = {"aws_ecs_capacity_provider managed_instances_provider"}

AWS_ROWS = [row for row in ROWS if row.resource_type.startswith("aws_")]

# What a name looks like that may hold an image, or lead to one.
LOOKS = re.compile(
    r"(^|_)(ami|image)s?$"
    r"|(^|_)(ami|image)_(id|ids|id_override|arn|uri|url|identifier|name|version|recipe_arn)$"
    r"|(^|_)launch_(template|configuration)s?(_id|_name|_arn)?$"
    r"|^source_instance_id$"
)

# "type path", and why it is not in the table (facts, sections 2, 4 and 5).
NOT_OURS = {
    r"aws_apprunner_service .*\.image_identifier": "a container",
    r"aws_batch_job_definition .*containers\[\*\]\.image": "a container",
    r"aws_codebuild_project environment\[\*\]\.image": "a container",
    r"aws_emrserverless_application image_configuration\[\*\]\.image_uri": "a container",
    r"aws_imagebuilder_container_recipe parent_image": "a container",
    r"aws_lambda_function image_uri": "a container",
    r"aws_lightsail_container_service_deployment_version container\[\*\]\.image": "a container",
    r"aws_sagemaker_(model|data_quality_job_definition) .*\.image(_uri)?": "a container",
    r"aws_sagemaker_\w+ (.*\.)?(sagemaker_|custom_|base_)?image(_arn|_name)?": "a SageMaker image",
    r"aws_medialive_channel .*_image": "a picture",
    r"aws_lexv2models_\w+ .*\.image_url": "a picture",
    r"aws_inspector2_filter .*\.ec2_instance_image_id(\[\*\].*)?": "a filter of findings",
    r"aws_securityhub_insight .*_image_(id|name)": "a filter of findings",
    r"aws_imagebuilder_lifecycle_policy .*\.amis": "what is to be deleted, by age",
    # The build writes its image into the first; from the second, Windows Fast Launch starts it.
    r"aws_imagebuilder_distribution_configuration .*\.launch_template_configuration(\[.*)?":
        "the image is the build's own",
    r"aws_imagebuilder_distribution_configuration .*\.fast_launch_configuration(\[.*)?":
        "the image is the build's own",
}  # fmt: skip


# ------------------------------------------------------------------------------------ the schema


def _paths(block: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, attribute in block.get("attributes", {}).items():
        nested = attribute.get("nested_type")
        yield from _node(prefix + name, attribute, nested, nested)
    for name, child in block.get("block_types", {}).items():
        yield from _node(prefix + name, child, child, child["block"])


def _node(
    path: str, node: Mapping[str, Any], nesting: Mapping[str, Any] | None, below: Any
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield path, node
    if nesting is not None:
        many = "[*]" if nesting["nesting_mode"] in ("list", "set") else ""
        if many:
            yield path + many, node
        yield from _paths(below, f"{path}{many}.")


@pytest.fixture(name="provider", scope="module")
def _provider(tmp_path_factory: pytest.TempPathFactory) -> Any:
    empty, home = tmp_path_factory.mktemp("schema"), tmp_path_factory.mktemp("home")
    (empty / "only").mkdir()
    required = (
        'terraform {\n  required_providers {\n    aws = { source = "hashicorp/aws" }\n  }\n}\n'
    )
    (empty / "only" / "main.tf").write_text(required)
    try:
        terraform = locate(empty, home)
    except MissingError as missing:
        pytest.skip(f"NOT TESTED with the real provider's schema: {missing}")
    terraform.initialise("only")
    ended = subprocess.run(
        [terraform.binary, f"-chdir={terraform.folder / 'only'}", "providers", "schema", "-json"],
        env=dict(terraform.environment),
        capture_output=True,
        check=True,
        timeout=TERRAFORM_SECONDS,
    )
    return json.loads(ended.stdout)["provider_schemas"][Path(PROVIDER).as_posix()]


@pytest.fixture(name="schema", scope="module")
def _schema(provider: Any) -> Schema:
    resources = provider["resource_schemas"]
    return {type_: dict(_paths(each["block"])) for type_, each in resources.items()}


def siblings(path: str) -> str:
    """The prefix of what stands in the same block."""
    block, dot, _ = path.rpartition(".")
    return block + dot


def of_type(schema: Schema, resource_type: str) -> Mapping[str, Any]:
    """What the provider knows of a type; another major version may lack it, or not have it yet."""
    if resource_type.startswith("aws_opsworks_") and resource_type not in schema:
        pytest.skip(f"version 6 of the provider removed {resource_type}")
    if resource_type in IN_V6_ONLY and resource_type not in schema:
        pytest.skip(f"version 6 of the provider adds {resource_type}")
    return schema[resource_type]


def name(row: Row) -> str:
    return f"{row.resource_type} {row.path}"


# ------------------------------------------------------------------------------------- the table


@pytest.mark.parametrize("row", ROWS, ids=name)
def test_a_row_is_written_as_rows_are(row: Row) -> None:
    assert re.fullmatch(r"(aws|awscc)_[a-z0-9_]+", row.resource_type)
    assert PATH.fullmatch(row.path)
    assert (row.form is Form.TEMPLATE) == (row.template is not None)
    assert row.path.rpartition(".")[2] not in row.instead_of or "." not in row.path


def test_no_row_stands_twice() -> None:
    assert not [row for row, times in Counter(map(name, ROWS)).items() if times > 1]


@pytest.mark.terraform
@pytest.mark.parametrize("row", AWS_ROWS, ids=name)
def test_a_row_leads_to_an_attribute_of_the_provider(schema: Schema, row: Row) -> None:
    known = of_type(schema, row.resource_type)
    if f"{row.resource_type} {row.top}" in BLOCKS_IN_V6_ONLY and row.top not in known:
        pytest.skip(f"version 6 of the provider adds {row.top}")
    assert row.path in known
    if row.template is not None:
        assert known[row.path]["nesting_mode"] in ("list", "set", "single")
        fields = (row.template.id, row.template.name, row.template.version)
        assert {f"{row.path}.{field}" for field in fields} <= known.keys()
    else:
        assert known[row.path]["type"] == ("bool" if row.path.endswith(".enabled") else "string")
        assert known[row.path].get("optional") or known[row.path].get("required")


@pytest.mark.terraform
@pytest.mark.parametrize("row", AWS_ROWS, ids=name)
def test_what_a_row_says_of_its_neighbours_is_there(schema: Schema, row: Row) -> None:
    known = of_type(schema, row.resource_type)
    assert {*row.instead_of} <= known.keys()
    assert row.overridden_by is None or row.overridden_by in known
    assert row.region is None or row.region in known
    assert all(siblings(row.path) + field in known for field, _ in row.when)
    if f"{row.resource_type} {row.top}" not in BLOCKS_IN_V6_ONLY:
        assert {path.removesuffix("[*]") for path in row.paths} <= known.keys()


def test_what_brings_an_image_keeps_the_service_from_choosing() -> None:
    """And nothing else does: a path that no row has would never speak."""
    rows = {(row.resource_type, row.path): row for row in ROWS if row.form is not Form.SERVICE}
    bringing = {
        (row.resource_type, path)
        for row in ROWS
        if row.choice and row.form is Form.SERVICE
        for path in row.choice.unless
    }
    assert bringing <= rows.keys()
    types = {row.resource_type for row in ROWS if row.form is Form.SERVICE}
    launching = {at for at, row in rows.items() if at[0] in types and row.kind is not Kind.DERIVE}
    assert {f"{type_} {path}" for type_, path in launching - bringing} == {
        "aws_ecs_capacity_provider auto_scaling_group_provider[*].auto_scaling_group_arn",
        "awscc_ecs_capacity_provider auto_scaling_group_provider.auto_scaling_group_arn",
        # of some instance types only
        "awscc_batch_compute_environment compute_resources.launch_template.overrides[*]",
    }


def test_only_the_words_of_a_service_are_shown() -> None:
    """Nothing that a person could have made up: no pattern takes everything."""
    for row in ROWS:
        for told in row.choice.told if row.choice else ():
            for secret in (
                "hunter2!",
                "AKIAIOSFODNN7EXAMPLE",
                "wJalrXUtnFEMI/K7MDENG",
                "hunter2",
                "Pa ss",
            ):
                assert not re.fullmatch(told.words, secret), told


@pytest.mark.terraform
def test_what_only_mentions_images_is_there(schema: Schema) -> None:
    ours = {type_: names for type_, names in MENTIONS.items() if type_.startswith("aws_")}
    gone = {
        f"{type_}.{each}"
        for type_, names in ours.items()
        for each in names
        if type_ not in IN_V6_ONLY and each != "*" and each not in schema[type_]
    }
    assert not gone
    assert ours.keys() - IN_V6_ONLY <= schema.keys()


def covered(row: Row) -> set[str]:
    """The row's own path, the blocks around it, and the fields of a template block."""
    steps = row.path.split(".")
    around = {".".join(steps[:end]) for end in range(1, len(steps) + 1)}
    if row.form is Form.SERVICE:
        around.update(row.paths)
    fields = (
        {f"{row.path}.{each}" for each in (row.template.id, row.template.name)}
        if row.template
        else set()
    )
    return {path.removesuffix("[*]") for path in around | fields}


@pytest.mark.terraform
def test_whatever_looks_like_an_image_is_in_the_table_or_known_not_to_be_one(
    schema: Schema,
) -> None:
    table = {f"{row.resource_type} {path}" for row in ROWS for path in covered(row)}
    looking = {
        f"{type_} {path}"
        for type_, paths in schema.items()
        for path, node in paths.items()
        if LOOKS.search(path.rpartition(".")[2]) and _settable(node)
    }
    reasons = {path: _reasons(path) for path in looking - table}
    unexplained = sorted(path for path, found in reasons.items() if not found)
    assert unexplained == []
    excused = sorted(path for path in looking & table if _reasons(path))
    assert excused == [], "in the table, and said not to be an image"
    idle = NOT_OURS.keys() - {pattern for found in reasons.values() for pattern in found}
    assert idle == set(), "reasons for what is not there"
    assert len(looking & table) > 30


def _settable(node: Mapping[str, Any]) -> bool:
    """Whether a configuration can write it: outputs of the provider launch nothing."""
    return "block" in node or bool(node.get("optional") or node.get("required"))


def _reasons(path: str) -> list[str]:
    return [pattern for pattern in NOT_OURS if re.fullmatch(pattern, path)]


# ------------------------------------------------------------- what the prior state tells of places


def test_the_signs_of_places_are_the_providers_own_words(provider: Any) -> None:
    """What a configuration may write is no sign: neither optional nor required, only computed."""
    resources, data = provider["resource_schemas"], provider["data_source_schemas"]
    for kind in EC2:
        for found in filter(None, (resources.get(kind), data.get(kind))):
            assert _computed(found, "arn"), kind
    for kind, attribute in ASKED.items():
        assert _computed(data[kind], attribute) or kind == "aws_region", kind
    assert resources.keys() | data.keys() >= EC2


def test_a_provider_blocks_arguments_are_all_known(provider: Any) -> None:
    """A new one may say where, or as whom, a provider acts: whoever adds it here has looked."""
    block = provider["provider"]["block"]
    assert {*block["attributes"], *block["block_types"]} <= {*PLACES, *HARMLESS}


PLACES = (
    *("region", "allowed_account_ids", "assume_role", "assume_role_with_web_identity"),
    *("endpoints", *CREDENTIALS),
)
HARMLESS = (
    *("custom_ca_bundle", "default_tags", "ec2_metadata_service_endpoint_mode", "insecure"),
    *("forbidden_account_ids", "http_proxy", "https_proxy", "no_proxy", "ignore_tags"),
    *("max_retries", "retry_mode", "token_bucket_rate_limiter_capacity", "sts_region"),
    *("s3_us_east_1_regional_endpoint", "s3_use_path_style", "skip_credentials_validation"),
    *("skip_metadata_api_check", "skip_region_validation", "skip_requesting_account_id"),
    *("use_dualstack_endpoint", "use_fips_endpoint"),
)
"""What changes neither the Region nor whose credentials act: what AWS is asked stays signed."""


def _computed(schema: Any, attribute: str) -> bool:
    found = schema["block"]["attributes"][attribute]
    return bool(found.get("computed")) and not found.get("optional") and not found.get("required")
