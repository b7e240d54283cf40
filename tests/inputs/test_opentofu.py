"""What OpenTofu's language has besides Terraform's: providers by key, blocks that are switched off,
sources that are computed.
"""

from typing import Any

import pytest

from assay.model import Place, Unplaced, Unusable
from tests.inputs.test_code import ONE, TWO, Read, call, check, instance, regions, told, variable

BY_REGION = """
variable "regions" {
  default = ["us-east-1", "us-west-2"]
}
provider "aws" {
  alias    = "by"
  for_each = toset(var.regions)
  region   = each.value
}
provider "aws" {
  region = "eu-west-1"
}
"""
EACH = "for_each = toset(var.regions)"
WEB = variable("ami") + instance("w", "var.ami")


def tofu(read: Read, code: str, **more: Any) -> dict[str, str | None]:
    files = {f"{name}/main.tf": text for name, text in more.items()}
    return regions(read({"main.tofu": code, **files}))


# ------------------------------------------------------------------------------- providers by key


def test_each_instance_is_where_its_own_provider_is(read: Read) -> None:
    code = BY_REGION + instance("r", f'"{ONE}"', EACH, "provider = aws.by[each.key]")
    code += instance("plain", f'"{ONE}"')
    assert tofu(read, code) == {
        'aws_instance.r["us-east-1"]': "us-east-1",
        'aws_instance.r["us-west-2"]': "us-west-2",
        "aws_instance.plain": "eu-west-1",
    }


@pytest.mark.parametrize(
    ("provider", "region"),
    [
        ('aws.by["us-west-2"]', "us-west-2"),
        ("aws.by[var.regions[0]]", "us-east-1"),
        ('aws.by["${var.regions[1]}"]', "us-west-2"),
        ('aws.by["sa-east-1"]', None),
        ("aws.by", None),
        ("aws.by[var.unset]", None),
        ('aws.no["us-east-1"]', None),
    ],
)
def test_a_key_names_one_of_them(read: Read, provider: str, region: str | None) -> None:
    code = BY_REGION + variable("unset") + instance("r", f'"{ONE}"', f"provider = {provider}")
    assert tofu(read, code) == {"aws_instance.r": region}


def test_modules_get_theirs_by_key(read: Read) -> None:
    code = BY_REGION
    code += call("each", "./web", EACH, f'ami = "{ONE}"', "providers = { aws = aws.by[each.key] }")
    code += call("one", "./web", f'ami = "{ONE}"', 'providers = { aws = aws.by["us-west-2"] }')
    code += call("outer", "./outer", EACH, "providers = { aws.peer = aws.by[each.key] }")
    outer = call("inner", "../web", f'ami = "{TWO}"', "providers = { aws = aws.peer }")
    assert tofu(read, code, web=WEB, outer=outer) == {
        'module.each["us-east-1"].aws_instance.w': "us-east-1",
        'module.each["us-west-2"].aws_instance.w': "us-west-2",
        "module.one.aws_instance.w": "us-west-2",
        'module.outer["us-east-1"].module.inner.aws_instance.w': "us-east-1",
        'module.outer["us-west-2"].module.inner.aws_instance.w': "us-west-2",
    }


def test_so_do_modules_that_are_not_there(read: Read) -> None:
    code = BY_REGION + call("far", "x/y/aws", EACH, f'ami = "{ONE}"', "providers = { aws = aws.by[each.key] }")  # fmt: skip
    found = tofu(read, code)
    assert found['module.far["us-west-2"]'] == "us-west-2"
    assert found['module.far["us-east-1"]'] == "us-east-1"


def test_a_role_by_key_is_an_account_by_key(read: Read) -> None:
    code = """
locals {
  accounts = { dev = "111111111111", prod = "222222222222" }
}
provider "aws" {
  alias    = "of"
  for_each = local.accounts
  region   = "us-east-1"
  assume_role {
    role_arn = "arn:aws:iam::${each.value}:role/deploy"
  }
}
"""
    code += instance("r", f'"{ONE}"', "for_each = local.accounts", "provider = aws.of[each.key]")
    places = {each.address: each.place for each in read({"main.tofu": code}).references}
    assert places == {
        'aws_instance.r["dev"]': Place.of("us-east-1", "111111111111"),
        'aws_instance.r["prod"]': Place.of("us-east-1", "222222222222"),
    }


def test_what_another_instance_makes_is_followed_by_its_key(read: Read) -> None:
    copy = f'resource "aws_ami_copy" "c" {{\n  {EACH}\n  provider = aws.by[each.key]\n  name = "c"\n  source_ami_id = "{ONE}"\n  source_ami_region = "us-east-1"\n}}\n'
    code = BY_REGION + copy
    code += instance("r", "aws_ami_copy.c[each.key].id", EACH, "provider = aws.by[each.key]")
    source = read({"main.tofu": code})
    words = told(source)
    assert words['aws_instance.r["us-west-2"] ami'] == f'aws_ami_copy.c["us-west-2"] of {ONE}'
    code += instance("astray", 'aws_ami_copy.c["us-west-2"].id')
    values = {each.address: each.value for each in read({"main.tofu": code}).references}
    assert isinstance(values["aws_instance.astray"], Unusable)  # it lives in eu-west-1


def test_a_number_of_providers_that_is_not_known_places_nothing(read: Read) -> None:
    code = 'variable "unset" {}\nprovider "aws" {\n  alias = "by"\n  for_each = var.unset\n  region = each.value\n}\n'
    code += instance("r", f'"{ONE}"', 'provider = aws.by["us-east-1"]')
    [reference] = read({"main.tofu": code}).references
    assert isinstance(reference.place, Unplaced)


# ------------------------------------------------------------------------------- switched off


@pytest.mark.parametrize(
    ("enabled", "there"),
    [
        ("false", False),
        ('"false"', False),
        ("var.off", False),
        ('var.stage == "prod"', False),
        ("true", True),
        ("!var.off", True),
        ("var.unset", True),
        ("null", True),
        ("0", True),
    ],
)
def test_what_is_not_enabled_is_not_there_and_counted(
    read: Read, enabled: str, there: bool
) -> None:
    code = variable("off", "false") + variable("stage", '"dev"') + variable("unset")
    code += instance("a", f'"{ONE}"', f"lifecycle {{\n    enabled = {enabled}\n  }}")
    source = read({"main.tofu": code})
    assert told(source) == ({"aws_instance.a ami": ONE} if there else {})
    assert source.not_judged == ({} if there else {"disabled": 1})


def test_so_is_a_module(read: Read) -> None:
    code = call("m", "./web", f'ami = "{ONE}"', "lifecycle {\n    enabled = false\n  }")
    source = read({"main.tofu": code, "web/main.tf": WEB})
    assert (source.references, source.not_judged) == ((), {"disabled": 1})


# ------------------------------------------------------------------------------- computed sources

DYNAMIC = variable("name", '"web"') + 'locals {\n  src = "./mods/${var.name}"\n}\n'


@pytest.mark.parametrize("source", ['"./mods/${var.name}"', "local.src", 'join("/", [".", "mods", var.name])'])  # fmt: skip
def test_a_source_of_variables_and_locals_is_computed(read: Read, source: str) -> None:
    code = DYNAMIC + f'module "m" {{\n  source = {source}\n  ami = "{ONE}"\n}}\n'
    assert told(read({"main.tofu": code, "mods/web/main.tf": WEB})) == {
        "module.m.aws_instance.w ami": ONE
    }


def test_the_values_given_choose_the_directory(read: Read) -> None:
    code = DYNAMIC + f'module "m" {{\n  source = local.src\n  ami = "{ONE}"\n}}\n'
    other = variable("ami") + instance("other", "var.ami")
    files = {"main.tofu": code, "mods/web/main.tf": WEB, "mods/other/main.tf": other}
    assert told(read(files, environment={"name": "other"})) == {
        "module.m.aws_instance.other ami": ONE
    }


@pytest.mark.parametrize("source", ["var.unset", '"./mods/${var.unset}"', "data.x.y.z", '"./${var.name}/gone"'])  # fmt: skip
def test_one_that_cannot_be_computed_is_not_there(read: Read, source: str) -> None:
    code = DYNAMIC + variable("unset") + f'module "m" {{\n  source = {source}\n}}\n'
    assert told(read({"main.tofu": code})) == {"module.m source": "incomplete"}


def test_a_module_that_is_only_called_so_is_no_root(read: Read) -> None:
    code = DYNAMIC + f'module "m" {{\n  source = local.src\n  ami = "{ONE}"\n}}\n'
    read({"main.tofu": code, "mods/web/main.tf": WEB})
    report = check(".").report
    assert [each["address"] for each in report["verdicts"]] == ["module.m.aws_instance.w"]


def test_terraform_refuses_such_a_source(read: Read) -> None:
    code = DYNAMIC + f'module "m" {{\n  source = local.src\n  ami = "{ONE}"\n}}\n'
    read({"main.tf": code, "mods/web/main.tf": WEB})
    results = {
        each["address"]: [result["rule"] for result in each["results"] if result["fix"]]
        for each in check(".", "--tool", "terraform").report["verdicts"]
    }
    assert "incomplete-plan" in results["module.m"]
