"""Which provider a resource of a module gets: tests/terraform/code/places holds it against Terraform."""

import pytest

from assay.model import Unplaced
from tests.inputs.test_code import ONE, Read, call, instance, regions, variable

HOME = 'provider "aws" {\n  region = "us-east-1"\n}\n'
WEST = 'provider "aws" {\n  alias = "west"\n  region = "us-west-2"\n}\n'
REQUIRED = 'terraform {\n  required_providers {\n    aws = {\n      source = "hashicorp/aws"\n    }\n  }\n}\n'
WEB = REQUIRED + variable("ami") + instance("w", "var.ami")
IMAGE = f'ami = "{ONE}"'


@pytest.mark.parametrize("providers", [HOME + WEST, WEST + HOME])
@pytest.mark.parametrize("middle", ["", REQUIRED])
def test_a_wrapper_hands_the_default_provider_on(read: Read, providers: str, middle: str) -> None:
    files = {
        "main.tf": providers + call("stack", "./stack", IMAGE),
        "stack/main.tf": middle + variable("ami") + call("web", "./web", "ami = var.ami"),
        "stack/web/main.tf": WEB,
    }
    assert regions(read(files)) == {"module.stack.module.web.aws_instance.w": "us-east-1"}


def test_a_wrapper_that_is_given_another_hands_that_on(read: Read) -> None:
    files = {
        "main.tf": HOME + WEST + call("stack", "./stack", IMAGE, "providers = { aws = aws.west }"),
        "stack/main.tf": variable("ami") + call("web", "./web", "ami = var.ami"),
        "stack/web/main.tf": WEB,
    }
    assert regions(read(files)) == {"module.stack.module.web.aws_instance.w": "us-west-2"}


def test_instances_of_a_module_that_get_different_providers_are_apart(read: Read) -> None:
    files = {
        "main.tf": HOME
        + WEST
        + call("a", "./web", IMAGE)
        + call("b", "./web", IMAGE, "providers = { aws = aws.west }"),
        "web/main.tf": WEB,
    }
    assert regions(read(files)) == {
        "module.a.aws_instance.w": "us-east-1",
        "module.b.aws_instance.w": "us-west-2",
    }


OWN = {
    "keys": 'access_key = "AKIASOMEBODY"',
    "a profile": 'profile = "prod"',
    "a profile of a variable": "profile = var.of",
    "files": 'shared_config_files = ["~/.aws/prod"]',
    "an endpoint": 'endpoints {\n  ssm = "https://ssm.example.com"\n}',
    "an endpoint of a variable": "endpoints {\n  ec2 = var.of\n}",
}
NONE_OF_ITS_OWN = {
    "null": "profile = null",
    "no word": 'access_key = ""',
    "no key": 'access_key = "mock"\n  secret_key = "mock"',
    "no file": "shared_config_files = []",
    "an endpoint of AWS": 'endpoints {\n  ec2 = "https://ec2.us-east-1.api.aws"\n}',
    "an endpoint of what launches nothing": 'endpoints {\n  s3 = "https://s3.example.com"\n}',
}


@pytest.mark.parametrize(
    ("said", "open"),
    [
        *((text, True) for text in OWN.values()),
        *((text, False) for text in NONE_OF_ITS_OWN.values()),
    ],
    ids=[*OWN, *NONE_OF_ITS_OWN],
)
def test_credentials_of_a_provider_s_own_leave_its_account_open(
    read: Read, said: str, open: bool
) -> None:
    """As in a plan, and of the credentials nothing is kept."""
    provider = f'provider "aws" {{\n  region = "us-east-1"\n  {said}\n}}\nvariable "of" {{}}\n'
    [found] = read({"main.tf": provider + instance("w", f'"{ONE}"')}).references
    assert isinstance(found.place, Unplaced) is open
    assert "AKIA" not in repr(found)
