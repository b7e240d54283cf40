"""Modules whose code is not there: what is said of them, once, and which arguments are images."""

import pytest

from assay.inputs.terraform.project.uninstalled import may_name_image
from assay.model import Alias, AmiReference, Incomplete, Place, Planned, Unplaced
from tests.inputs.test_code import ONE, TWO, Read, call, instance, one, regions, told

AWS = 'provider "aws" {\n  region = "us-east-1"\n}\n'
WEST = 'provider "aws" {\n  alias = "west"\n  region = "us-west-2"\n}\n'
FAR = "acme/thing/aws"
DATA = "".join(
    f'data "{kind}" "x" {{\n  {argument}\n}}\n'
    for kind, argument in (
        ("aws_ami", 'owners = ["self"]'),
        ("aws_ami_ids", 'owners = ["self"]'),
        ("aws_instance", 'instance_id = "i-0123456789abcdef0"'),
        ("aws_launch_template", 'name = "web"'),
        ("aws_ssm_parameter", 'name = "/prod/db/password"'),
    )
)
MADE = (
    instance("web", f'"{ONE}"', "count = 1")
    + f'resource "aws_launch_template" "lt" {{\n  image_id = "{ONE}"\n}}\n'
    + 'resource "aws_ami_copy" "c" {\n  name = "c"\n  source_ami_id = "'
    + f'{ONE}"\n  source_ami_region = "us-east-1"\n}}\n'
)


def passed(read: Read, *arguments: str) -> dict[str, AmiReference]:
    """The arguments of a module that is not there which are references."""
    source = read(AWS + DATA + MADE + call("m", FAR, *arguments))
    return {each.attribute: each for each in source.references if each.address == "module.m"}


# ------------------------------------------------------------------------------------ once a root


def test_all_modules_of_a_root_that_are_not_there_are_one_reference(read: Read) -> None:
    code = AWS + "".join(call(f"m{n}", FAR, f'ami_name = "n{n}"') for n in range(12))
    code += call("many", FAR, "count = 3")
    reference = one(read(code))
    assert (reference.address, reference.attribute) == ("(modules)", "source")
    assert (reference.file, reference.line) == ("main.tf", 5)
    assert isinstance(reference.value, Incomplete)
    reason = reference.value.reason
    assert "the code of 15 modules is missing" in reason
    assert "module.m0, module.m1, " in reason
    assert reason.endswith(" and 5 more")
    assert reference.value.cure == "run terraform init first"


def test_two_roots_are_two(read: Read) -> None:
    inside = call("inner", FAR)
    files = {"main.tf": AWS + call("m", "./m") + call("far", FAR), "m/main.tf": inside}
    value = one(read(files)).value
    assert isinstance(value, Incomplete)
    assert "module.far" in value.reason
    assert "module.m.module.inner" in value.reason
    assert one(read({"b/main.tf": AWS + call("other", FAR)}, root="b")).address == "module.other"


@pytest.mark.parametrize(
    ("source", "cure"),
    [
        ('"acme/thing/aws"', "run terraform init first"),
        ('"git::https://example.com/x.git?ref=1"', "run terraform init first"),
        ('"./nowhere"', "fix the source of module.m: there is no code there"),
        ('"../nowhere"', "fix the source of module.m: there is no code there"),
        ('"./${var.x}"', "write the source of module.m as plain text"),
        ("var.x", "write the source of module.m as plain text"),
    ],
)
def test_init_is_named_only_where_it_helps(read: Read, source: str, cure: str) -> None:
    value = one(read(f'{AWS}module "m" {{\n  source = {source}\n}}\n')).value
    assert isinstance(value, Incomplete)
    assert value.cure == cure


# ------------------------------------------------------------------------------------ other clouds


ELSEWHERE = 'provider "google" {\n  project = "p"\n}\n'


@pytest.mark.parametrize(
    "code",
    [
        ELSEWHERE,
        'terraform {\n  required_providers {\n    azurerm = { source = "hashicorp/azurerm" }\n  }\n}\n',
        'terraform {\n  required_providers {\n    azurerm = "~> 4"\n  }\n}\n',
        'resource "google_storage_bucket" "b" {\n  name = "b"\n}\n',
        'data "azurerm_client_config" "c" {\n}\nresource "random_id" "r" {\n  byte_length = 1\n}\n',
    ],
)
def test_a_root_of_another_cloud_is_not_spoken_of_but_counted(read: Read, code: str) -> None:
    source = read(code + call("m", "git::https://example.com/x.git") + call("n", "x/y/google"))
    assert source.references == ()
    assert source.not_judged == {"not-aws": 2}


@pytest.mark.parametrize(
    "code",
    [
        "",
        'resource "random_id" "r" {\n  byte_length = 1\n}\n',
        ELSEWHERE + AWS,
        ELSEWHERE + 'data "aws_region" "r" {\n}\n',
        ELSEWHERE + 'terraform {\n  required_providers {\n    aws = "~> 5"\n  }\n}\n',
        ELSEWHERE
        + 'terraform {\n  required_providers {\n    amazon = {\n      source = "hashicorp/aws"\n    }\n  }\n}\n',
        ELSEWHERE + call("other", FAR),
        ELSEWHERE + call("other", "git::https://example.com/terraform-aws-modules/x.git"),
        ELSEWHERE + call("other", "x/y/z", "providers = { aws = aws }"),
        ELSEWHERE + call("inner", "./inner"),
    ],
)
def test_where_aws_is_named_anywhere_what_is_not_there_may_be_of_it(read: Read, code: str) -> None:
    inner = {"inner/main.tf": 'resource "aws_s3_bucket" "b" {\n}\n'}
    source = read({"main.tf": code + call("m", "git::https://example.com/x.git"), **inner})
    assert [each.attribute for each in source.references] == ["source"]
    assert source.not_judged == {}


# ------------------------------------------------------------------------------------ arguments


@pytest.mark.parametrize(
    "argument",
    [
        "account_id = data.aws_caller_identity.me.account_id",
        'ami_name = "golden-*"',
        "ami_name = data.aws_ami.x.name",
        "ami_owner = data.aws_ami.x.owner_id",
        "password = data.aws_ssm_parameter.x.value",
        "vpc_id = data.aws_ssm_parameter.x.value",
        "image = data.aws_ssm_parameter.x.value",
        "ami_ssm_parameter = data.aws_ssm_parameter.x.value",
        "target_id = aws_instance.web[0].id",
        "ids = aws_instance.web[*].id",
        "target_ip = aws_instance.web[0].private_ip",
        "bastion = data.aws_instance.x.private_ip",
        "lt_id = aws_launch_template.lt.id",
        "lt_ver = aws_launch_template.lt.latest_version",
        "sg = aws_instance.web[0].vpc_security_group_ids",
        "arn = data.aws_ami.x.arn",
        'tags = { Golden = "yes" }',
    ],
)
def test_an_argument_that_cannot_be_an_image_is_no_reference(read: Read, argument: str) -> None:
    assert passed(read, argument).keys() == {"source"}


@pytest.mark.parametrize(
    ("argument", "words"),
    [
        (f'ami = "{TWO}"', TWO),
        (f'anything = "{TWO}"', TWO),
        ('ami = "resolve:ssm:/golden/linux"', "resolve:ssm:/golden/linux"),
        (f'nodes = {{ a = {{ ami_id = "{TWO}" }} }}', TWO),
        (f'args = ["--ami={TWO}"]', TWO),
        ("image = aws_launch_template.lt.image_id", ONE),
        ("image = aws_ami_copy.c.id", f"aws_ami_copy.c of {ONE}"),
    ],
)
def test_an_argument_that_is_an_image_is_judged_at_its_line(
    read: Read, argument: str, words: str
) -> None:
    found = passed(read, argument)
    [name] = found.keys() - {"source"}
    assert told(read(AWS + DATA + MADE + call("m", FAR, argument)))[f"module.m {name}"] == words
    assert found[name].line == found["source"].line + 1  # type: ignore[operator]


@pytest.mark.parametrize("name", ["ami", "worker_ami_id", "image_id", "amiId"])
def test_a_parameter_is_asked_for_an_argument_that_takes_an_image(read: Read, name: str) -> None:
    found = passed(read, f"{name} = data.aws_ssm_parameter.x.value")[name]
    assert isinstance(found.value, Planned)
    assert isinstance(found.value.value, Alias)
    assert found.sensitive


@pytest.mark.parametrize("attribute", ["aws_ami.x.id", "aws_ami.x.image_id", "aws_ami_ids.x.ids[0]",
                                       "aws_instance.x.ami", "aws_launch_template.x.image_id"])  # fmt: skip
def test_what_is_always_an_image_counts_whatever_the_argument_is_called(
    read: Read, attribute: str
) -> None:
    assert passed(read, f"thing = data.{attribute}").keys() == {"thing", "source"}


def test_which_names_take_an_image() -> None:
    yes = (
        "ami ami_id image_id worker_ami_id eks_ami_id base_ami source_ami amiId AmiId linux_ami_x86"
    )
    no = "ami_name ami_filter account_id ami_owners ami_type ami_release_version dynamic_id amity family image image_tag use_latest_ami ignore_ami_changes ami_regions"  # fmt: skip
    assert [name for name in yes.split() if not may_name_image(name)] == []
    assert [name for name in no.split() if may_name_image(name)] == []


# ------------------------------------------------------------------------------------ their place


def test_an_image_is_judged_where_the_module_s_provider_is(read: Read) -> None:
    image = f'ami = "{ONE}"'
    code = AWS + WEST + call("here", FAR, image)
    code += call("there", FAR, image, "providers = { aws = aws.west }")
    code += call("both", FAR, image, "providers = {\n    aws = aws\n    aws.peer = aws.west\n  }")
    code += call("alias", FAR, image, "providers = { aws.peer = aws.west }")
    source = read(code)
    assert regions(source) == {
        "module.here": "us-east-1",
        "module.there": "us-west-2",
        "module.both": "us-east-1",
        "module.alias": None,
        "(modules)": None,
    }
    places = {each.address: each.place for each in source.references}
    assert isinstance(places["module.here"], Place)
    assert isinstance(places["module.alias"], Unplaced)
