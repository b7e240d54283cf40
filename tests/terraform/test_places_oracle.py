"""What Terraform and hashicorp/aws do about places, on which the reading of plans relies."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from assay.inputs.plan.plan import read_plans
from assay.model import Kind, Place, Unplaced
from tests.terraform.binary import MissingError, Terraform, locate

pytestmark = pytest.mark.terraform

REQUIRED = 'terraform {\n  required_providers {\n    aws = { source = "hashicorp/aws" }\n  }\n}\n'
SKIP = """
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
"""
HOST = 'resource "aws_instance" "a" {\n  ami = "ami-0123456789abcdef0"\n  instance_type = "t3.small"\n}\n'


def provider(*arguments: str) -> str:
    return 'provider "aws" {\n' + "\n".join(arguments) + SKIP + "}\n"


CONFIGURATIONS: Mapping[str, Mapping[str, str]] = {
    "plain": {
        "main.tf": 'variable "r" { default = "us-east-1" }\n'
        + provider("  region = var.r") + HOST
    },
    "moved": {
        "main.tf": 'variable "r" { default = "us-east-1" }\n'
        + provider('  region = replace(var.r, "us-east-1", "us-west-2")') + HOST
    },
    "allowed": {
        "main.tf": provider('  region = "us-east-1"', '  allowed_account_ids = ["222222222222"]')
        + HOST
    },
    "unnamed": {
        "main.tf": provider('  region = "us-east-1"')
        + provider('  alias = "west"', '  region = "us-west-2"')
        + 'module "stack" {\n  source = "./stack"\n}\n',
        "stack/main.tf": 'module "web" {\n  source = "./web"\n}\n',
        "stack/web/main.tf": REQUIRED + HOST,
    },
    "named": {
        "main.tf": provider('  region = "us-east-1"')
        + provider('  alias = "west"', '  region = "us-west-2"')
        + 'module "stack" {\n  source = "./stack"\n}\n',
        "stack/main.tf": REQUIRED + 'module "web" {\n  source = "./web"\n}\n',
        "stack/web/main.tf": REQUIRED + HOST,
    },
}  # fmt: skip


@pytest.fixture(name="written", scope="module")
def _written(tmp_path_factory: pytest.TempPathFactory) -> Terraform:
    folder = tmp_path_factory.mktemp("places")
    for name, files in CONFIGURATIONS.items():
        for file, text in files.items():
            path = folder / name / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text((REQUIRED if file == "main.tf" else "") + text)
    try:
        found = locate(folder, tmp_path_factory.mktemp("home"))
    except MissingError as missing:
        pytest.skip(f"NOT TESTED with the real Terraform: {missing}")
    keys = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_MAX_ATTEMPTS": "1"}
    return Terraform(found.binary, found.folder, {**found.environment, **keys})


def planned(written: Terraform, name: str) -> Any:
    written.initialise(name)
    return json.loads(written.plan(name, {}))


def place(document: Any) -> Place | Unplaced:
    data = json.dumps(document).encode()
    (source,) = read_plans("plan.json", data, kinds=tuple(Kind), region=None)
    return source.references[0].place


def test_a_function_around_a_variable_leaves_no_trace(written: Terraform) -> None:
    plain, moved = (planned(written, name) for name in ("plain", "moved"))
    assert plain["configuration"] == moved["configuration"]
    found = place(moved)
    assert isinstance(found, Unplaced)
    assert found.candidates == (Place.of("us-east-1"),)


def test_an_account_that_is_not_allowed_is_refused_whatever_is_skipped(written: Terraform) -> None:
    written.initialise("allowed")
    with pytest.raises(AssertionError, match="AWS account ID not allowed"):
        written.plan("allowed", {})


def test_a_module_on_the_way_has_to_name_the_provider(written: Terraform) -> None:
    """What a message tells people to write helps."""
    unnamed = place(planned(written, "unnamed"))
    assert isinstance(unnamed, Unplaced)
    assert {each.region for each in unnamed.candidates} == {"us-east-1", "us-west-2"}
    assert "required_providers" in str(unnamed.cure)
    assert place(planned(written, "named")) == Place.of("us-east-1")
